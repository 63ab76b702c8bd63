"""The dates of festivals, against a second source for each calendar. Where the moon decides, within a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from convertdate import persian
from django.conf import settings
from django.utils.translation import override
from hijridate import Gregorian
from lunar_python import Lunar, Solar
from pyluach.dates import GregorianDate
from pymeeus.Epoch import Epoch
from pymeeus.Moon import Moon

from bothways.days import festivals, reading

YEARS = range(2026, 2033)


def days(key: str, year: int) -> list[date]:
    return festivals.BY_KEY[key].in_year(year)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    ("key", "month", "day"),
    [
        ("ramadan", 9, 1),
        ("eid_fitr", 10, 1),
        ("eid_adha", 12, 10),
        ("hijri_new_year", 1, 1),
        ("ashura", 1, 10),
        ("mawlid", 3, 12),
    ],
)
def test_islamic_days(key: str, month: int, day: int, year: int) -> None:
    found = days(key, year)
    assert 1 <= len(found) <= 2
    near = [(one + timedelta(days=shift)) for one in found for shift in (-1, 0, 1)]
    wanted = [
        one for one in near if Gregorian(*one.timetuple()[:3]).to_hijri().datetuple()[1:] == (month, day)
    ]
    assert len(wanted) == len(found)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    ("key", "month", "day"),
    [
        ("passover", 1, 15),
        ("shavuot", 3, 6),
        ("rosh_hashanah", 7, 1),
        ("yom_kippur", 7, 10),
        ("sukkot", 7, 15),
        ("hanukkah", 9, 25),
    ],
)
def test_hebrew_days(key: str, month: int, day: int, year: int) -> None:
    (found,) = days(key, year)
    hebrew = GregorianDate(found.year, found.month, found.day).to_heb()
    assert (hebrew.month, hebrew.day) == (month, day)


@pytest.mark.parametrize("year", YEARS)
def test_purim(year: int) -> None:
    (found,) = days("purim", year)
    hebrew = GregorianDate(found.year, found.month, found.day).to_heb()
    # Adar, in years with two of them the second.
    assert (hebrew.month_name(), hebrew.day) in {("Adar", 14), ("Adar 2", 14)}


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(("key", "month", "day"), [("nowruz", 1, 1), ("nature_day", 1, 13), ("yalda", 9, 30)])
def test_persian_days(key: str, month: int, day: int, year: int) -> None:
    (found,) = days(key, year)
    assert persian.from_gregorian(found.year, found.month, found.day)[1:] == (month, day)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    ("key", "month", "day"),
    [
        ("lunar_new_year", 1, 1),
        ("lantern", 1, 15),
        ("dragon_boat", 5, 5),
        ("mid_autumn", 8, 15),
        ("double_ninth", 9, 9),
    ],
)
def test_chinese_days(key: str, month: int, day: int, year: int) -> None:
    solar = Lunar.fromYmd(year, month, day).getSolar()
    assert days(key, year) == [date(solar.getYear(), solar.getMonth(), solar.getDay())]


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(("key", "term"), [("qingming", "清明"), ("winter_solstice", "冬至")])
def test_chinese_terms_of_the_sun(key: str, term: str, year: int) -> None:
    (found,) = days(key, year)
    assert Solar.fromYmd(found.year, found.month, found.day).getLunar().getJieQi() == term


@pytest.mark.parametrize("year", YEARS)
def test_easter(year: int) -> None:
    month, day = Epoch.easter(year)
    assert days("easter_west", year) == [date(year, month, day)]
    assert days("pentecost", year) == [date(year, month, day) + timedelta(days=49)]
    # Meeus, Astronomical Algorithms, chapter 8: the Julian Easter, 13 days behind in this century.
    golden = (19 * (year % 19) + 15) % 30
    week = (2 * (year % 4) + 4 * (year % 7) - golden + 34) % 7
    month, day = divmod(golden + week + 114, 31)
    assert days("easter_east", year) == [date(year, month, day + 1) + timedelta(days=13)]


def moon(near: date, phase: str) -> list[date]:
    """The days of this phase of the moon around a date, in UTC."""
    found = []
    for shift in (-29, 0, 29):
        about = near + timedelta(days=shift)
        at = Moon.moon_phase(Epoch(about.year, about.month, about.day), target=phase)
        year, month, day = at.get_date()
        found.append(datetime(year, month, int(day), tzinfo=UTC).date())
    return found


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    ("key", "phase", "first", "last"),
    [
        ("diwali", "new", (10, 14), (11, 16)),
        ("holi", "full", (2, 27), (3, 31)),
        ("raksha_bandhan", "full", (7, 30), (8, 31)),
        ("gurpurab", "full", (10, 28), (11, 30)),
        ("vesak", "full", (4, 30), (6, 1)),
        ("loy_krathong", "full", (10, 28), (11, 30)),
        ("losar", "new", (1, 28), (3, 10)),
        ("nyepi", "new", (3, 1), (4, 5)),
    ],
)
def test_days_that_the_moon_makes(
    key: str, phase: str, first: tuple[int, int], last: tuple[int, int], year: int
) -> None:
    for found in days(key, year):
        assert date(year, *first) <= found <= date(year, *last)
        assert min(abs((found - one).days) for one in moon(found, phase)) <= 1, (found, moon(found, phase))


@pytest.mark.parametrize("year", YEARS)
def test_indian_days_of_the_sun_stand_where_they_stand(year: int) -> None:
    assert days("pongal", year)[0] in {date(year, 1, 14), date(year, 1, 15)}
    assert days("vaisakhi", year)[0] in {date(year, 4, 13), date(year, 4, 14)}


@pytest.mark.parametrize("year", YEARS)
def test_the_other_indian_days_are_so_many_days_of_the_moon_away(year: int) -> None:
    """Dussehra is the tenth day after a new moon, Ganesh Chaturthi the fourth, Janmashtami the eighth after
    a full one; Onam lies in the six weeks of its month."""
    for key, phase, after in (("dussehra", "new", 10), ("ganesh", "new", 4), ("janmashtami", "full", 8)):
        for found in days(key, year):
            wanted = found - timedelta(days=after)
            assert min(abs((wanted - one).days) for one in moon(wanted, phase)) <= 1, (key, found)
    assert all(date(year, 8, 17) <= found <= date(year, 9, 17) for found in days("onam", year))


def test_the_ethiopian_year_begins_a_day_later_before_a_leap_year() -> None:
    assert [days("enkutatash", year)[0].day for year in (2026, 2027, 2028)] == [11, 12, 11]


def test_everything_comes_within_the_coming_two_years_whenever_one_looks() -> None:
    for today in (date(2026, 11, 27), date(2027, 2, 28), date(2028, 2, 29), date(2030, 12, 31)):
        for festival in festivals.FESTIVALS:
            found = festivals.dates_of(festival, today)
            assert 1 <= len(found) <= 4, (festival.key, today)
            assert all(today < day <= today + timedelta(days=731) for day in found)
        listed = festivals.pick_list(today)
        assert [day for _one, day in listed] == sorted(day for _one, day in listed)
        assert len(listed) == len(festivals.FESTIVALS)


def test_names_are_there_once_in_every_language_and_found_again() -> None:
    assert len(festivals.BY_KEY) == len(festivals.FESTIVALS)
    names = [*(one.words for one in festivals.FESTIVALS), *(title for title, _hint in reading.KINDS.values())]
    for code, _name in settings.LANGUAGES:
        with override(code):
            assert len({str(name) for name in names}) == len(names), code
            text = reading.sealed_words(festivals.BY_KEY["nowruz"].words, "Come\nto us")
        with override("en"):
            named = reading.read(text)
            assert (named.title, named.words) == ("Nowruz", "Come\nto us")
            assert named.festival is festivals.BY_KEY["nowruz"]


def test_a_name_that_is_not_known_any_more_stays_as_it_was_written() -> None:
    named = reading.read("Day of the well\nBring a cup")
    assert (named.title, named.words, named.kind) == ("Day of the well", "Bring a cup", "other")
