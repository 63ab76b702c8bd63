"""Every sentence of the product exists in every page language."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.utils import formats
from django.utils.translation import ngettext, override

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ["ar", "zh_Hans"]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def catalogue(path: Path, language: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


def committed(language: str) -> Catalog:
    return catalogue(ROOT / "src/bothways/locale" / language / "LC_MESSAGES/django.po", language)


@pytest.fixture(scope="session")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources with freshly extracted messages."""
    copy = tmp_path_factory.mktemp("words") / "bothways"
    shutil.copytree(ROOT / "src/bothways", copy, ignore=shutil.ignore_patterns("*.mo", "__pycache__"))
    done = subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "--no-wrap", "--no-obsolete", "-v0", "-i", "tests/*"]
        + [part for language in LANGUAGES for part in ("-l", language)],
        cwd=copy,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return copy / "locale"


def identity(message: Message) -> tuple[str | None, str]:
    return message.context, message.id[0] if isinstance(message.id, tuple) else message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_every_sentence_and_no_other(language: str, extracted: Path) -> None:
    fresh = {identity(m) for m in catalogue(extracted / language / "LC_MESSAGES/django.po", language) if m.id}
    held = {identity(m) for m in committed(language) if m.id}
    assert sorted(map(str, fresh - held)) == []
    assert sorted(map(str, held - fresh)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    for message in committed(language):
        if not message.id:
            continue
        assert not message.fuzzy, f"to be read again: {message.id!r}"
        words = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(words), f"not translated: {message.id!r}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_every_placeholder(language: str) -> None:
    for message in committed(language):
        if not message.id:
            continue
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        allowed = set(PLACEHOLDER.findall(" ".join(originals)))
        words = message.string if isinstance(message.string, tuple) else (message.string,)
        for string in words:
            found = set(PLACEHOLDER.findall(string))
            assert found <= allowed, f"{message.id!r}: {string!r}"
            # A form for exactly none, one or two may say the number in words.
            if not isinstance(message.id, tuple):
                assert found == allowed, f"{message.id!r}: {string!r}"


def test_arabic_has_its_six_plural_forms() -> None:
    assert committed("ar").num_plurals == 6
    for message in committed("ar"):
        if isinstance(message.id, tuple):
            assert len(message.string) == 6, message.id


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "شريك واحد"),
        (2, "شريكان"),
        (3, "3 شركاء"),
        (10, "10 شركاء"),
        (11, "11 شريكًا"),
        (99, "99 شريكًا"),
        (100, "100 شريك"),
        (102, "102 شريك"),
        (103, "103 شركاء"),
        (111, "111 شريكًا"),
    ],
)
def test_an_arabic_number_takes_the_form_that_goes_with_it(number: int, said: str) -> None:
    # Babel's own rule for Arabic has the last two forms the other way round.
    with override("ar"):
        assert ngettext("%(number)d partner", "%(number)d partners", number) % {"number": number} == said


def test_arabic_days_and_numbers_have_no_english_order() -> None:
    with override("ar"):
        moment = datetime(2026, 12, 2, 16, 19)
        assert formats.date_format(moment, "DATE_FORMAT") == "2 ديسمبر 2026"
        assert formats.date_format(moment, "DATETIME_FORMAT") == "2 ديسمبر 2026، 4:19\N{NO-BREAK SPACE}م"
        assert formats.number_format(5000, force_grouping=True) == "5,000"


@pytest.mark.parametrize(
    ("language", "wrong"),
    [
        ("ar", r"[\u0600-\u06ff]\s?[,;?]|[?\"“”]|[٠-٩]|\s[،؛؟.:!]"),
        ("zh_Hans", r"[\u4e00-\u9fff] ?[,.;:?!()\"]|[,;:?!()\"] ?[\u4e00-\u9fff]|您"),
    ],
)
def test_sentences_have_the_marks_of_their_language(language: str, wrong: str) -> None:
    for message in committed(language):
        words = message.string if isinstance(message.string, tuple) else (message.string,)
        for string in words if message.id else ():
            assert not re.search(wrong, PLACEHOLDER.sub("X", string)), string


def test_the_list_of_words_is_what_the_pages_say() -> None:
    """Each term of the product's list of words is in its catalogue, so that the list stays true."""
    rows = re.findall(
        r"^\| \*\*(.+?)\*\*[^|]* \| (.+?) \| (.+?) \|",
        (ROOT / "docs/reference/words.md").read_text(),
        re.MULTILINE,
    )
    assert len(rows) > 20
    for place, language in ((1, "ar"), (2, "zh_Hans")):
        said = (ROOT / "src/bothways/locale" / language / "LC_MESSAGES/django.po").read_text()
        for row in rows:
            for term in row[place].split(" / "):
                assert term in said, f"{row[0]}: {term}"
