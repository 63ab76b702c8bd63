"""The directory of the demo: a dozen services and offers in each of its two largest towns. None is real."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bothways.core.clock.api import today
from bothways.core.identity.api import Acting
from bothways.help import api as help_
from bothways.programme.api import Area, Programme, catalogue

TOWNS = 2
# What, sort, about which kind of need, words, hours, languages. Telephone numbers are those kept for films.
ENTRIES: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("Advice hours: letters and forms", "advice", "papers",
     "Bring the letter. Somebody reads it with you and helps you to answer it.",
     "Tuesday, 3 p.m. to 6 p.m.", "en ar fr"),
    ("استشارة بالعربية: رسائل ونماذج", "advice", "papers",
     "أحضروا الرسالة معكم، نقرؤها ونجيب عنها معًا.", "الخميس، من 4 إلى 6 مساءً", "ar"),
    ("German for beginners", "course", "school",
     "Twice a week, with a room where children can play.",
     "Monday and Wednesday, 9 a.m. to 11 a.m.", "en uk ru"),
    ("Speaking German over coffee", "course", "school",
     "No book, no test: we talk. Come when you can.", "Saturday, 10 a.m. to noon", "en"),
    ("中文咨询：看病和证件", "advice", "health",
     "陪你看懂表格，也可以帮忙约医生。", "周五 14:00–17:00", "zh"),
    ("Doctor's visits: somebody comes along", "service", "health",
     "A volunteer who speaks your language goes with you and explains.",
     "Ring two days before", "en ar uk fa"),
    ("Homework room", "service", "school",
     "For children from six to fourteen. Quiet tables, tea, and two people who help.",
     "Monday to Thursday, 2 p.m. to 5 p.m.", ""),
    ("Looking for a flat: how it works here", "advice", "housing",
     "What a landlord asks for, what you need not say, and how a contract is read.",
     "First Thursday of the month, 5 p.m.", "en tr"),
    ("Bicycle workshop", "service", "else",
     "Tools, old parts, and people who know how. You repair it yourself.", "Friday, 3 p.m. to 7 p.m.", ""),
    ("Help in the bakery, mornings", "job", "work",
     "Four mornings a week from five o'clock. German is learned there.", "", ""),
    ("Gardener's helper for the season", "job", "work",
     "March to October, outdoors, with two others.", "", ""),
    ("Neighbourhood kitchen", "service", "else",
     "We cook together and eat together. Everybody brings something or washes up.",
     "Sunday, from 11 a.m.", "en"),
)  # fmt: skip


def write(eli: Acting, programme: Programme, populations: Mapping[int, int]) -> None:
    """Eli writes it. Half a year is longer than an entry counts: these say that they count for longer."""
    largest = sorted(populations, key=populations.__getitem__, reverse=True)[:TOWNS]
    until = today() + timedelta(days=360)
    for number, area in enumerate(Area.objects.filter(id__in=largest).order_by("id")):
        for line, (name, sort, kind, about, hours, languages) in enumerate(ENTRIES):
            entry = help_.Entry(
                name=name,
                sort=sort,
                kind=kind,
                about=about,
                place=f"Market square {line + 1}, {area.name}",
                hours=hours,
                phone=f"030 23125 {100 * (number + 1) + line:03}",
                languages=tuple(catalogue.LANGUAGES.index(code) for code in languages.split()),
                area_id=area.id,
                valid_until=until,
            )
            help_.write_entry(eli, programme_id=programme.pk, entry=entry)
