"""The report: on the page, on paper, as files. The same for everybody."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation
from pypdf import PdfReader
from tests.cast import someone

from bothways.core.clock.api import now, travelled
from bothways.insight import printed
from bothways.insight.models import PublishedQuarter
from bothways.insight.periods import Quarter
from bothways.insight.report import report
from bothways.insight.tests.factory import a_release
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def eli():
    return someone("Eli")


@pytest.fixture
def programme(eli):
    with travelled(timedelta(days=-400)):
        return a_programme(eli)


@pytest.fixture
def quarter(programme) -> Quarter:
    last = Quarter.of(now(), programme.time_zone).before
    a_release(programme, last.before)
    a_release(programme, last, grown=30)
    return last


def place(programme, *more: object) -> str:
    return f"/p/{programme.slug}/figures/" + "/".join(str(one) for one in more)


def test_nothing_is_published_yet(programme, client) -> None:
    page = client.get(place(programme))
    assert page.status_code == 200
    assert "Nothing is published yet" in page.content.decode()


def test_the_page_says_what_is_published_and_no_more(programme, quarter, client) -> None:
    page = client.get(place(programme)).content.decode()
    found = report(programme, quarter)
    shown = {row.value for table in found.tables for row in table.rows}
    assert None in shown
    assert all(value is None or value % 5 == 0 for value in shown)
    for value in shown - {None}:
        assert f"{value}" in page
    assert page.count("<svg") >= 5
    # Each chart has its table under it, with a caption that the scrolling part is named by.
    assert page.count("<caption") == page.count('role="region"') >= page.count("<svg")


def test_an_older_quarter_has_its_own_page(programme, quarter, client) -> None:
    older = client.get(place(programme, f"{quarter.before.year}-{quarter.before.number}/"))
    assert older.status_code == 200
    for wrong in (f"{quarter.after.year}-{quarter.after.number}/", "2020-5/", "99999999-1/", "2026-0/"):
        assert client.get(place(programme, wrong)).status_code == 404


def test_everybody_gets_the_same_figures(programme, quarter, eli, client) -> None:
    def tables(browser: Client) -> list[str]:
        return [
            part.split("</table>")[0]
            for part in browser.get(place(programme)).content.decode().split("<table")[1:]
        ]

    assert tables(client) == tables(eli.browser()) == tables(someone("Chen").browser())
    for name in ("figures.csv", "figures.json", "feed.json"):
        assert client.get(place(programme, name)).content == eli.browser().get(place(programme, name)).content


def test_the_page_asks_little(programme, quarter, client, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(6):
        client.get(place(programme))


def test_old_figures_stay_as_they_were_published(programme, client) -> None:
    PublishedQuarter.objects.create(
        programme=programme,
        year=2024,
        quarter=2,
        cells={"enrolled": 25, "pairs": None, "meetings": 40, "requests": None},
        published_at=now(),
    )
    page = client.get(place(programme)).content.decode()
    assert "2024, quarter 2" in page and "25" in page


def test_what_the_coordinators_say(programme, quarter, eli, client) -> None:
    path = place(programme, f"{quarter.year}-{quarter.number}/", "words/").replace("//", "/")
    browser = eli.browser()
    assert browser.get(path).status_code == 200
    assert client.get(path).status_code == 302
    assert someone("Chen").browser().get(path).status_code == 403
    said = browser.post(path, {"words": "We asked the library.\r\n<b>More</b> rooms."}, follow=True)
    assert "We asked the library.\n&lt;b&gt;More" in said.content.decode()
    assert browser.post(path, {"words": "x" * 2001}).status_code == 422
    browser.post(path, {"words": " "})
    assert "We asked" not in client.get(place(programme)).content.decode()


def test_care_leads_to_actions_and_to_no_person(programme, quarter, eli, client) -> None:
    care = f"/p/{programme.slug}/care/"
    assert client.get(care).status_code == 302
    assert someone("Chen").browser().get(care).status_code == 403
    page = eli.browser().get(care).content.decode()
    for words in ("hardly any volunteers", "hardly anybody offers it", "waited for more than a month"):
        assert words in page
        assert words in client.get(place(programme)).content.decode()
    for path in ("set-up/areas/", "calls/new/?about=language", "requests/"):
        assert path in page


def test_the_files_hold_the_same_as_the_page(programme, quarter, client) -> None:
    rows = list(
        csv.DictReader(io.StringIO(client.get(place(programme, "figures.csv")).content.decode("utf-8-sig")))
    )
    held = client.get(place(programme, "figures.json")).json()["figures"]
    assert [row["figure"] for row in rows] == [
        "" if one["figure"] is None else str(one["figure"]) for one in held
    ]
    found = report(programme, quarter)
    mine = [one for one in held if (one["year"], one["number"]) == (quarter.year, quarter.number)]
    assert [one["figure"] for one in mine] == [row.value for table in found.tables for row in table.rows]
    page = client.get(place(programme, "dictionary/")).content.decode()
    for one in mine:
        assert f"<code>{one['table']}</code>" in page
    for name in rows[0]:
        assert f"<code>{name}</code>" in page
    feed = client.get(place(programme, "feed.json"))
    assert feed["Access-Control-Allow-Origin"] == "*"
    assert json.loads(feed.content)["figures"]["members"] == found.tables[0].rows[-1].value


def test_a_name_is_no_formula(programme, eli, client) -> None:
    from bothways.programme.selectors import areas
    from bothways.programme.services import change_area

    region = next(area for area in areas(programme.id) if area.lat_e5 is None)
    change_area(
        eli.who, programme_id=programme.id, area_id=region.id, name="=1+1", parent_id=None, capacity=None
    )
    a_release(programme, Quarter(2026, 1))
    assert ",'=1+1," in client.get(place(programme, "figures.csv")).content.decode()


@pytest.mark.parametrize(("language", "font"), [("en", "Noto"), ("ar", "Arab"), ("zh-hans", "CJK")])
def test_it_prints_in_any_script_for_any_reader(programme, quarter, language, font) -> None:
    with translation.override(language):
        found = report(programme, quarter)
        reader = PdfReader(io.BytesIO(printed.printed_report(found)))
    fonts = [
        str(each.get_object()["/BaseFont"])
        for page in reader.pages
        for each in page["/Resources"]["/Font"].values()
    ]
    assert any(font in each for each in fonts)
    about = reader.trailer["/Root"]
    assert about["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in about
    assert about["/Lang"].lower().startswith(language[:2])
    assert 2 <= len(reader.pages) <= 9
