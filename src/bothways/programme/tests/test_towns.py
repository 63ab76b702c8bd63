from __future__ import annotations

import h3
import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from bothways.programme import towns
from bothways.programme.towns import extract

POTSDAM = 2852458


def names(text: str, country: str | None = None, limit: int = 5) -> list[str]:
    return [town.name for town in towns.search(text, country, limit)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Potsdam", "Potsdam"),
        ("potsd", "Potsdam"),
        ("münchen", "Munich"),
        ("MUNCHEN", "Munich"),
        ("Wien", "Vienna"),
        ("Łódź", "Łódź"),
        ("lodz", "Łódź"),
        ("برلين", "Berlin"),
        ("北京", "Beijing"),
        ("são paulo", "São Paulo"),
        ("saint denis", "Saint-Denis"),
    ],
)
def test_a_town_is_found_however_it_is_typed(typed: str, found: str) -> None:
    assert found in names(typed)


def test_whole_names_come_first_and_then_the_largest() -> None:
    found = towns.search("Berlin", limit=3)
    assert (found[0].name, found[0].country) == ("Berlin", "DE")
    assert found[0].population > found[1].population > found[2].population


def test_a_country_narrows_the_search() -> None:
    assert {town.country for town in towns.search("san", "MX", 20)} == {"MX"}
    assert names("Potsdam", "US") == ["Potsdam"]
    assert names("Potsdam", "FR") == []
    assert names("Potsdam", "no such country") == []


@pytest.mark.parametrize("typed", ["", " ", "a", "\x00", "|", "\n", "--", "x" * 5000, "zzzzqqq", "🏡🏡"])
def test_nothing_to_find_is_an_empty_list(typed: str) -> None:
    assert names(typed) == []


@given(st.text(max_size=12))
def test_any_text_gives_towns_or_nothing(text: str) -> None:
    for town in towns.search(text, limit=3):
        assert towns.by_id(town.id) == town


def test_near_is_by_distance_and_has_the_town_itself() -> None:
    potsdam = towns.by_id(POTSDAM)
    around = [town.name for town in towns.near(potsdam, 20)]
    assert around[0] == "Potsdam"
    assert {"Teltow", "Werder"} <= set(around)
    assert "Munich" not in around
    assert towns.near(potsdam, 0)[0].name == "Potsdam"


def test_near_works_across_the_date_line() -> None:
    fiji = towns.search("Suva", "FJ")[0]
    tonga = {town.country for town in towns.near(fiji, 1500)}
    assert "WS" in tonga, "Samoa is on the other side of the line"


def test_ids_that_are_not_there() -> None:
    for wrong in (0, -1, 1, 2**31, 10**30):
        assert towns.by_id(wrong) is None


def test_all_of_the_extract_is_usable() -> None:
    loaded = extract._extract()
    assert len(loaded.ids) > 60_000
    assert loaded.population.min() >= 5000
    assert abs(loaded.lat).max() <= 90
    assert abs(loaded.lon).max() <= 180
    assert len(set(loaded.ids.tolist())) == len(loaded.ids)
    assert len(loaded.folded_starts) == len(loaded.ids)
    assert extract.FILE.stat().st_size < 3_000_000


@pytest.mark.parametrize(("page", "germany"), [("en", "Germany"), ("ar", "ألمانيا"), ("zh-hans", "德国")])
def test_countries_are_named_in_the_page_language(page: str, germany: str) -> None:
    with override(page):
        listed = dict(towns.countries())
    assert listed["DE"] == germany
    assert not [code for code, name in listed.items() if name == code]


@given(st.floats(-85, 85), st.floats(-180, 180))
def test_a_place_is_kept_as_the_middle_of_its_cell(lat: float, lon: float) -> None:
    lat_e5, lon_e5 = towns.coarse(lat, lon)
    assert -9_000_000 <= lat_e5 <= 9_000_000
    assert -18_000_000 <= lon_e5 <= 18_000_000
    cell = h3.latlng_to_cell(lat, lon, 6)
    assert h3.latlng_to_cell(lat_e5 / 1e5, lon_e5 / 1e5, 6) == cell
    assert towns.coarse(lat_e5 / 1e5, lon_e5 / 1e5) == (lat_e5, lon_e5)
