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
from django.utils.translation import pgettext_lazy

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
    Festival("new_year", pgettext_lazy("festival", "New Year's Day"), _fixed(1, 1)),
    Festival("christmas_east", pgettext_lazy("festival", "Christmas on 7 January"), _fixed(1, 7)),
    Festival("epiphany_east", pgettext_lazy("festival", "Timkat, Epiphany on 19 January"), _fixed(1, 19)),
    Festival("pongal", pgettext_lazy("festival", "Pongal"), _indian("pongal")),
    Festival("lunar_new_year", pgettext_lazy("festival", "Lunar New Year"), _chinese("lunar_new_year")),
    Festival("lantern", pgettext_lazy("festival", "Lantern Festival"), _lantern),
    Festival(
        "losar", pgettext_lazy("festival", "Losar, Tibetan New Year"), _indian("gyalpo_losar"), moon=True
    ),
    Festival(
        "ramadan", pgettext_lazy("festival", "First day of Ramadan"), _islamic("ramadan_beginning"), moon=True
    ),
    Festival("eid_fitr", pgettext_lazy("festival", "Eid al-Fitr"), _islamic("eid_al_fitr"), moon=True),
    Festival("eid_adha", pgettext_lazy("festival", "Eid al-Adha"), _islamic("eid_al_adha"), moon=True),
    Festival(
        "hijri_new_year", pgettext_lazy("festival", "Islamic New Year"), _islamic("hijri_new_year"), moon=True
    ),
    Festival("ashura", pgettext_lazy("festival", "Ashura"), _islamic("ashura"), moon=True),
    Festival("mawlid", pgettext_lazy("festival", "Mawlid"), _islamic("mawlid"), moon=True),
    Festival("purim", pgettext_lazy("festival", "Purim"), _hebrew("purim")),
    Festival("passover", pgettext_lazy("festival", "Passover"), _hebrew("passover")),
    Festival("shavuot", pgettext_lazy("festival", "Shavuot"), _hebrew("shavuot")),
    Festival("rosh_hashanah", pgettext_lazy("festival", "Rosh Hashanah"), _hebrew("rosh_hashanah")),
    Festival("yom_kippur", pgettext_lazy("festival", "Yom Kippur"), _hebrew("yom_kippur")),
    Festival("sukkot", pgettext_lazy("festival", "Sukkot"), _hebrew("sukkot")),
    Festival("hanukkah", pgettext_lazy("festival", "Hanukkah"), _hebrew("hanukkah")),
    Festival("nowruz", pgettext_lazy("festival", "Nowruz"), _persian(1, 1)),
    Festival("nature_day", pgettext_lazy("festival", "Sizdah Bedar, the thirteenth day"), _persian(1, 13)),
    Festival("yalda", pgettext_lazy("festival", "Yalda Night"), _persian(9, 30)),
    Festival("newroz", pgettext_lazy("festival", "Newroz on 21 March"), _fixed(3, 21)),
    Festival("holi", pgettext_lazy("festival", "Holi"), _indian("holi"), moon=True),
    Festival(
        "nyepi", pgettext_lazy("festival", "Nyepi"), _table("_BalineseSakaLunar", "nyepi_date"), moon=True
    ),
    Festival("qingming", pgettext_lazy("festival", "Qingming"), _chinese("qingming")),
    Festival("easter_west", pgettext_lazy("festival", "Easter, western date"), _easter("EASTER_WESTERN")),
    Festival("easter_east", pgettext_lazy("festival", "Easter, eastern date"), _easter("EASTER_ORTHODOX")),
    Festival(
        "pentecost", pgettext_lazy("festival", "Pentecost, western date"), _easter("EASTER_WESTERN", 49)
    ),
    Festival("songkran", pgettext_lazy("festival", "Songkran, Thai New Year"), _fixed(4, 13)),
    Festival("vaisakhi", pgettext_lazy("festival", "Vaisakhi"), _indian("vaisakhi"), moon=True),
    Festival("vesak", pgettext_lazy("festival", "Vesak"), _indian("buddha_purnima"), moon=True),
    Festival("dragon_boat", pgettext_lazy("festival", "Dragon Boat Festival"), _chinese("dragon_boat")),
    Festival(
        "raksha_bandhan", pgettext_lazy("festival", "Raksha Bandhan"), _indian("raksha_bandhan"), moon=True
    ),
    Festival("janmashtami", pgettext_lazy("festival", "Janmashtami"), _indian("janmashtami"), moon=True),
    Festival("ganesh", pgettext_lazy("festival", "Ganesh Chaturthi"), _indian("ganesh_chaturthi"), moon=True),
    Festival("onam", pgettext_lazy("festival", "Onam"), _indian("onam"), moon=True),
    Festival("enkutatash", pgettext_lazy("festival", "Enkutatash, Ethiopian New Year"), _ethiopian_new_year),
    Festival("mid_autumn", pgettext_lazy("festival", "Mid-Autumn Festival"), _chinese("mid_autumn")),
    Festival("double_ninth", pgettext_lazy("festival", "Double Ninth Festival"), _chinese("double_ninth")),
    Festival("dussehra", pgettext_lazy("festival", "Dussehra"), _indian("dussehra"), moon=True),
    Festival("diwali", pgettext_lazy("festival", "Diwali"), _indian("diwali_india"), moon=True),
    Festival(
        "gurpurab", pgettext_lazy("festival", "Guru Nanak's day"), _indian("guru_nanak_jayanti"), moon=True
    ),
    Festival(
        "loy_krathong",
        pgettext_lazy("festival", "Loy Krathong"),
        _table("_ThaiLunisolar", "loy_krathong_date"),
    ),
    Festival("winter_solstice", pgettext_lazy("festival", "Winter Solstice"), _chinese("winter_solstice")),
    Festival("christmas", pgettext_lazy("festival", "Christmas on 25 December"), _fixed(12, 25)),
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
