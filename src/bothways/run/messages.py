"""Compiled translations: every `.mo` is made from its `.po` when that is newer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bothways.run.faults import Fault, guarded

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog


def _refuse_wrong_places(po: Path, catalogue: Catalog) -> None:
    """A translation that names a place the text does not have, as %(nmae)s, would fail in a page."""
    for message in catalogue:
        if message.id and message.string and not message.fuzzy:
            for error in message.check(catalogue):
                raise Fault(f"{po}, line {message.lineno}: {error}. Correct the translation and try again.")


def compile_one(po: Path) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    try:
        with po.open("rb") as source:
            catalogue = read_po(source, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise Fault(
            f"{po} cannot be read as a translation: {error}. Correct that line and try again."
        ) from error
    _refuse_wrong_places(po, catalogue)
    # Made aside and renamed: a server that starts meanwhile never reads half of one.
    draft = po.with_suffix(".mo.new")
    with draft.open("wb") as target:
        write_mo(target, catalogue)
    draft.replace(po.with_suffix(".mo"))


def stale(package: Path) -> list[Path]:
    """The `.po` files under `package` that are newer than their `.mo`."""
    found = sorted(package.glob("**/locale/*/LC_MESSAGES/*.po"))
    return [
        po
        for po in found
        if not (mo := po.with_suffix(".mo")).exists() or mo.stat().st_mtime < po.stat().st_mtime
    ]


HEADER = """\
msgid ""
msgstr ""
"Project-Id-Version: Bothways\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"
"""


def begin(package: Path, language: str) -> None:
    """An empty `.po` with the plurals of its language; makemessages alone writes two for every one."""
    from babel.messages.plurals import get_plural

    po = package / "locale" / language / "LC_MESSAGES" / "django.po"
    if not po.exists():
        po.parent.mkdir(parents=True, exist_ok=True)
        po.write_text(HEADER.format(language=language, plurals=get_plural(language).plural_forms))


def main(*languages: str) -> int:
    """Compile what is stale; with languages named, begin those that are not there yet instead."""
    package = Path(__file__).resolve().parents[1]
    for language in languages:
        begin(package, language)
    for po in [] if languages else stale(package):
        compile_one(po)
    return 0


if __name__ == "__main__":
    sys.exit(guarded(lambda: main(*sys.argv[1:])))
