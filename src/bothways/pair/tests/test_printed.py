"""The printed card: any script, and not one address opened."""

from __future__ import annotations

import io

import pytest
from django.utils import translation
from pypdf import PdfReader

from bothways.core.pages.paper import nothing_from_outside
from bothways.pair import access, printed, selectors
from bothways.pair.tests.factory import an_agreed_card
from bothways.pair.words import direction

pytestmark = pytest.mark.django_db

A5_POINTS = (419, 595)


def pdf(someone, pair, language: str) -> PdfReader:
    with translation.override(language):
        found = access.open_pair(someone.who, pair.id)
        state = selectors.card_state(someone.who, found)
        (page,) = selectors.card_pages(someone.who, found, [state.agreed])
        return PdfReader(io.BytesIO(printed.printed_card(someone.who, found, page)))


def words_of(reader: PdfReader) -> str:
    return "".join(" ".join(page.extract_text() for page in reader.pages).split())


def fonts_of(reader: PdfReader) -> str:
    fonts = [font for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    return " ".join(str(font.get_object()["/BaseFont"]) for font in fonts)


def test_it_is_an_a5_page_with_both_names_and_words(amina, bo, pair) -> None:
    an_agreed_card(amina, bo, pair, customs="Shoes off, please", rather_not="No photos")
    reader = pdf(bo, pair, "en")
    assert len(reader.pages) == 1
    box = reader.pages[0].mediabox
    assert (int(box.width), int(box.height)) == A5_POINTS
    said = words_of(reader)
    for words in ("Amina", "Bo", "Shoesoff", "Nophotos", "Everyweek", "Tuesday"):
        assert words in said


@pytest.mark.parametrize(
    ("language", "font", "customs"),
    [("ar", "Arab", "نخلع الأحذية عند الباب"), ("zh-hans", "CJK", "进门请脱鞋，先喝茶")],
)
def test_other_scripts_have_their_letters(amina, bo, pair, language, font, customs) -> None:
    an_agreed_card(amina, bo, pair, customs=customs)
    reader = pdf(amina, pair, language)
    assert font in fonts_of(reader)
    if language == "zh-hans":
        assert customs in words_of(reader)


def test_each_text_runs_its_own_way() -> None:
    assert direction("123 مرحبا") == "rtl"
    assert direction("(你好) مرحبا") == "ltr"
    assert direction("!?") == "ltr"
    assert direction("שלום") == "rtl"


def test_the_code_opens_the_pairs_page(amina, bo, pair, settings) -> None:
    settings.SITE_URL = "https://bothways.example"
    an_agreed_card(amina, bo, pair)
    found = access.open_pair(amina.who, pair.id)
    (page,) = selectors.card_pages(amina.who, found, [selectors.card_state(amina.who, found).agreed])
    html = printed.card_html(amina.who, found, page)
    assert f"https://bothways.example/pairs/{pair.id}/" in html and "<svg" in html


def test_words_cannot_make_it_open_an_address(amina, bo, pair, monkeypatch) -> None:
    """Markup in the words stays words, and even markup in the template could fetch nothing."""
    import socket

    def no_network(*args, **kwargs):
        raise AssertionError("the printed card opened a connection")

    an_agreed_card(
        amina, bo, pair, customs='<img src="http://192.0.2.1/x.png"><link href="file:///etc/passwd">'
    )
    monkeypatch.setattr(socket, "create_connection", no_network)
    assert "<img" in words_of(pdf(bo, pair, "en"))

    from weasyprint import HTML

    fetched: list[str] = []
    fetcher = nothing_from_outside()
    real = fetcher.fetch
    monkeypatch.setattr(fetcher, "fetch", lambda url, headers=None: (fetched.append(url), real(url, headers)))
    HTML(string='<img src="file:///etc/hostname"><img src="data:,x">', url_fetcher=fetcher).write_pdf()
    assert fetched
    for address in ("http://192.0.2.1/", "file:///etc/hostname", "data:text/plain,x"):
        with pytest.raises(ValueError, match="no address"):
            real(address)


def test_long_words_go_on_to_further_pages(amina, bo, pair) -> None:
    an_agreed_card(amina, bo, pair, customs="word " * 200, rather_not="x" * 1000)
    assert 1 <= len(pdf(bo, pair, "en").pages) <= 4
