"""The printed letter: any script, large, and nothing on it that tells who the two are."""

from __future__ import annotations

import io

import pytest
from django.utils import translation
from pypdf import PdfReader

from bothways.pair.api import open_pair
from bothways.talk import printed, services

pytestmark = pytest.mark.django_db


def pdf(person, message, language: str = "en") -> PdfReader:
    with translation.override(language):
        pair = open_pair(person.who, message.pair_id)
        return PdfReader(io.BytesIO(printed.printed_letter(person.who, message, pair)))


def words_of(reader: PdfReader) -> str:
    return "".join(" ".join(page.extract_text() for page in reader.pages).split())


def fonts_of(reader: PdfReader) -> str:
    fonts = [font for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    return " ".join(str(font.get_object()["/BaseFont"]) for font in fonts)


def test_it_has_the_words_large_and_a_code_to_the_conversation(amina, bo, pair, settings) -> None:
    settings.SITE_URL = "https://pages.example"
    message = services.send(amina.who, pair_id=pair.id, words="Come for tea on Sunday")
    reader = pdf(amina, message)
    assert len(reader.pages) == 1
    said = words_of(reader)
    assert "ComeforteaonSunday" in said
    html = printed.letter_html(amina.who, message, pair)
    assert f"https://pages.example/pairs/{pair.id}/messages/" in html and "<svg" in html


def test_whoever_finds_it_learns_nothing_of_the_two(amina, bo, pair, programme, client) -> None:
    message = services.send(amina.who, pair_id=pair.id, words="Come for tea on Sunday")
    said = words_of(pdf(bo, message))
    for secret in ("Amina", "Bo", "Bothways", programme.name):
        assert secret.replace(" ", "") not in said
    # The code leads to sign-in, and there is nothing to see on the way.
    answer = client.get(f"/pairs/{pair.id}/messages/")
    assert answer.status_code == 302 and answer.url.startswith("/account/login/?")
    assert b"tea" not in answer.content


@pytest.mark.parametrize(
    ("language", "font", "words"),
    [("ar", "Arab", "أهلًا، تعالوا يوم الأحد 5 pm"), ("zh-hans", "CJK", "星期天来喝茶吧")],
)
def test_other_scripts_have_their_letters(amina, bo, pair, language, font, words) -> None:
    reader = pdf(bo, services.send(amina.who, pair_id=pair.id, words=words), language)
    assert font in fonts_of(reader)
    if language == "zh-hans":
        assert words in words_of(reader)


def test_each_line_runs_its_own_way(amina, bo, pair) -> None:
    message = services.send(amina.who, pair_id=pair.id, words="أهلًا\nKommst du?\n\n(مرحبا) ok")
    html = printed.letter_html(amina.who, message, pair)
    assert [line.partition('"')[0] for line in html.split('<p class="words" dir="')[1:]] == [
        "rtl",
        "ltr",
        "ltr",
        "rtl",
    ]


def test_a_phrase_is_printed_in_both_languages_for_its_reader(amina, bo, pair) -> None:
    message = services.send(amina.who, pair_id=pair.id, words="I am ill.")
    said = words_of(pdf(bo, message, "zh-hans"))
    assert "我生病了" in said and "Iamill." in said
    assert "我生病了" not in words_of(pdf(amina, message, "zh-hans"))


def test_markup_stays_words_and_the_longest_message_fits_on_some_pages(amina, bo, pair) -> None:
    message = services.send(amina.who, pair_id=pair.id, words='<img src="file:///etc/passwd">' + "w " * 1900)
    reader = pdf(amina, message)
    assert "<imgsrc" in words_of(reader)
    assert 2 <= len(reader.pages) <= 12
