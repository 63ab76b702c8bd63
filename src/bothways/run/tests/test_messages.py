from __future__ import annotations

import gettext
import os
from pathlib import Path

import pytest

from bothways.run import messages
from bothways.run.faults import Fault

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Welcome"
msgstr "欢迎"

#, fuzzy
msgid "Leave"
msgstr "unsure"
"""


@pytest.fixture
def po(tmp_path: Path) -> Path:
    path = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(PO)
    return path


def test_what_is_compiled_is_what_gettext_reads(po: Path) -> None:
    messages.compile_one(po)
    with po.with_suffix(".mo").open("rb") as file:
        read = gettext.GNUTranslations(file)
    assert read.gettext("Welcome") == "欢迎"
    assert read.gettext("Leave") == "Leave", "an unsure translation is not shown to people"


def test_only_what_is_newer_is_compiled(po: Path, tmp_path: Path) -> None:
    assert messages.stale(tmp_path) == [po]
    messages.compile_one(po)
    os.utime(po, (1, 1))
    assert messages.stale(tmp_path) == []


@pytest.mark.parametrize("text", ["<<<<<<< HEAD\n", 'msgid "a"\nmsgstr[x] "b"\n', "\x00"])
def test_a_broken_file_is_told_by_name(po: Path, text: str) -> None:
    po.write_text(PO + text)
    with pytest.raises(Fault, match=r"django\.po cannot be read"):
        messages.compile_one(po)
    assert not po.with_suffix(".mo").exists()


def test_a_place_that_the_text_does_not_have_is_refused(po: Path) -> None:
    po.write_text(PO + '\n#, python-format\nmsgid "Hello %(name)s"\nmsgstr "你好 %(nmae)s"\n')
    with pytest.raises(Fault, match=r"line \d+: .*Correct the translation"):
        messages.compile_one(po)


def test_a_new_language_begins_with_its_own_plurals(tmp_path: Path) -> None:
    for language, number in (("ar", 6), ("zh_Hans", 1)):
        messages.begin(tmp_path, language)
        text = (tmp_path / "locale" / language / "LC_MESSAGES" / "django.po").read_text()
        assert f"nplurals={number};" in text
    messages.compile_one(tmp_path / "locale" / "ar" / "LC_MESSAGES" / "django.po")


def test_a_language_that_is_there_stays_as_it_is(po: Path, tmp_path: Path) -> None:
    messages.begin(tmp_path, "zh_Hans")
    assert po.read_text() == PO
