"""Festivals of many cultures to pick from, with their dates worked out offline.

Nobody's list is shorter, longer or in another order than anybody else's: it is sorted by what comes next.
What is picked is kept as words inside a sealed text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy as named

from bothways.days.dates import FARTHEST


@dataclass(frozen=True, slots=True)
class Festival:
    """One festival; `key` is what a form sends. `moon`: its day may differ by one where the moon decides."""

    key: str
    words: Promise | str
    in_year: Callable[[int], list[date]]
    moon: bool = False


@cache
def _calendar(name: str) -> Any:
    # The library takes a third of a second to import, and only these pages need it.
    from holidays import calendars

    return getattr(calendars, name)()


def _table(calendar: str, what: str) -> Callable[[int], list[date]]:
    """One of the library's own days, which come as one date, as several, or with a mark for estimates."""

    def in_year(year: int) -> list[date]:
        found = getattr(_calendar(calendar), what)(year)
        return sorted(day for day in _plain(found) if day.year == year)

    return in_year


def _plain(found: Any) -> list[date]:
    if isinstance(found, date):
        return [found]
    if isinstance(found, (list, tuple, set)) or hasattr(found, "__next__"):
        return [day for one in found for day in _plain(one)]
    return []


def _fixed(month: int, day: int) -> Callable[[int], list[date]]:
    return lambda year: [date(year, month, day)]


def _persian(month: int, day: int) -> Callable[[int], list[date]]:
    return lambda year: _plain(_calendar("_Persian").persian_to_gregorian(year, month, day))


def _easter(method: str, days: int = 0) -> Callable[[int], list[date]]:
    def in_year(year: int) -> list[date]:
        from dateutil import easter

        return [easter.easter(year, getattr(easter, method)) + timedelta(days=days)]

    return in_year


def _ethiopian_new_year(year: int) -> list[date]:
    from holidays.calendars.ethiopian import is_ethiopian_leap_year

    return [date(year, 9, 12 if is_ethiopian_leap_year(year) else 11)]


def _lantern(year: int) -> list[date]:
    return [day + timedelta(days=14) for day in _table("_ChineseLunisolar", "lunar_new_year_date")(year)]


def _islamic(what: str) -> Callable[[int], list[date]]:
    return _table("_IslamicLunar", f"{what}_dates")


def _hebrew(what: str) -> Callable[[int], list[date]]:
    return _table("_HebrewLunisolar", f"{what}_date")


def _chinese(what: str) -> Callable[[int], list[date]]:
    return _table("_ChineseLunisolar", f"{what}_date")


def _indian(what: str) -> Callable[[int], list[date]]:
    return _table("_HinduLunisolar", f"{what}_date")


FESTIVALS: list[Festival] = [
    Festival("new_year", named("festival", "New Year's Day"), _fixed(1, 1)),
    Festival("christmas_east", named("festival", "Christmas on 7 January"), _fixed(1, 7)),
    Festival("epiphany_east", named("festival", "Timkat, Epiphany on 19 January"), _fixed(1, 19)),
    Festival("pongal", named("festival", "Pongal"), _indian("pongal")),
    Festival("lunar_new_year", named("festival", "Lunar New Year"), _chinese("lunar_new_year")),
    Festival("lantern", named("festival", "Lantern Festival"), _lantern),
    Festival("losar", named("festival", "Losar, Tibetan New Year"), _indian("gyalpo_losar"), moon=True),
    Festival("ramadan", named("festival", "First day of Ramadan"), _islamic("ramadan_beginning"), moon=True),
    Festival("eid_fitr", named("festival", "Eid al-Fitr"), _islamic("eid_al_fitr"), moon=True),
    Festival("eid_adha", named("festival", "Eid al-Adha"), _islamic("eid_al_adha"), moon=True),
    Festival("hijri_new_year", named("festival", "Islamic New Year"), _islamic("hijri_new_year"), moon=True),
    Festival("ashura", named("festival", "Ashura"), _islamic("ashura"), moon=True),
    Festival("mawlid", named("festival", "Mawlid"), _islamic("mawlid"), moon=True),
    Festival("purim", named("festival", "Purim"), _hebrew("purim")),
    Festival("passover", named("festival", "Passover"), _hebrew("passover")),
    Festival("shavuot", named("festival", "Shavuot"), _hebrew("shavuot")),
    Festival("rosh_hashanah", named("festival", "Rosh Hashanah"), _hebrew("rosh_hashanah")),
    Festival("yom_kippur", named("festival", "Yom Kippur"), _hebrew("yom_kippur")),
    Festival("sukkot", named("festival", "Sukkot"), _hebrew("sukkot")),
    Festival("hanukkah", named("festival", "Hanukkah"), _hebrew("hanukkah")),
    Festival("nowruz", named("festival", "Nowruz"), _persian(1, 1)),
    Festival("nature_day", named("festival", "Sizdah Bedar, the thirteenth day"), _persian(1, 13)),
    Festival("yalda", named("festival", "Yalda Night"), _persian(9, 30)),
    Festival("newroz", named("festival", "Newroz on 21 March"), _fixed(3, 21)),
    Festival("holi", named("festival", "Holi"), _indian("holi"), moon=True),
    Festival("nyepi", named("festival", "Nyepi"), _table("_BalineseSakaLunar", "nyepi_date"), moon=True),
    Festival("qingming", named("festival", "Qingming"), _chinese("qingming")),
    Festival("easter_west", named("festival", "Easter, western churches' date"), _easter("EASTER_WESTERN")),
    Festival("easter_east", named("festival", "Easter, eastern churches' date"), _easter("EASTER_ORTHODOX")),
    Festival("pentecost", named("festival", "Pentecost, western date"), _easter("EASTER_WESTERN", 49)),
    Festival("songkran", named("festival", "Songkran, Thai New Year"), _fixed(4, 13)),
    Festival("vaisakhi", named("festival", "Vaisakhi"), _indian("vaisakhi"), moon=True),
    Festival("vesak", named("festival", "Vesak"), _indian("buddha_purnima"), moon=True),
    Festival("dragon_boat", named("festival", "Dragon Boat Festival"), _chinese("dragon_boat")),
    Festival("raksha_bandhan", named("festival", "Raksha Bandhan"), _indian("raksha_bandhan"), moon=True),
    Festival("janmashtami", named("festival", "Janmashtami"), _indian("janmashtami"), moon=True),
    Festival("ganesh", named("festival", "Ganesh Chaturthi"), _indian("ganesh_chaturthi"), moon=True),
    Festival("onam", named("festival", "Onam"), _indian("onam"), moon=True),
    Festival("enkutatash", named("festival", "Enkutatash, Ethiopian New Year"), _ethiopian_new_year),
    Festival("mid_autumn", named("festival", "Mid-Autumn Festival"), _chinese("mid_autumn")),
    Festival("double_ninth", named("festival", "Double Ninth Festival"), _chinese("double_ninth")),
    Festival("dussehra", named("festival", "Dussehra"), _indian("dussehra"), moon=True),
    Festival("diwali", named("festival", "Diwali"), _indian("diwali_india"), moon=True),
    Festival("gurpurab", named("festival", "Guru Nanak's day"), _indian("guru_nanak_jayanti"), moon=True),
    Festival(
        "loy_krathong", named("festival", "Loy Krathong"), _table("_ThaiLunisolar", "loy_krathong_date")
    ),
    Festival("winter_solstice", named("festival", "Winter Solstice"), _chinese("winter_solstice")),
    Festival("christmas", named("festival", "Christmas on 25 December"), _fixed(12, 25)),
]
BY_KEY: dict[str, Festival] = {one.key: one for one in FESTIVALS}


def dates_of(festival: Festival, today: date) -> list[date]:
    """Its days of the coming two years, from tomorrow on."""
    end = today + FARTHEST
    return [
        day
        for year in range(today.year, end.year + 1)
        for day in _in(festival.key, year)
        if today < day <= end
    ]


@cache
def _in(key: str, year: int) -> tuple[date, ...]:
    return tuple(BY_KEY[key].in_year(year))


def pick_list(today: date) -> list[tuple[Festival, date]]:
    """Every festival with its next day, in the order in which they come: the same for everybody."""
    found = [(festival, dates_of(festival, today)) for festival in FESTIVALS]
    return sorted(((festival, days[0]) for festival, days in found if days), key=lambda one: one[1])
