"""Days and times in words: the same everywhere, and never broken within a time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone
from django.utils.translation import override

from bothways.core.said import api as said

NO_BREAK = "\N{NO-BREAK SPACE}"
LANGUAGES = [code for code, _name in settings.LANGUAGES]
DAY = date(2026, 7, 3)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_time_of_the_day_can_be_broken(language: str) -> None:
    with override(language):
        for minute in range(0, 24 * 60, 15):
            at = time(minute // 60, minute % 60)
            words = said.time_words(at)
            assert not re.search(r"[^\S\N{NO-BREAK SPACE}]", words), words
            moment = datetime.combine(DAY, at)
            assert said.meeting_words(moment).endswith(words)
            assert said.moment_words(moment).endswith(words)


@pytest.mark.parametrize(
    ("language", "at", "words"),
    [
        ("en", time(18), f"6{NO_BREAK}p.m."),
        ("en", time(12), "noon"),
        ("en", time(7, 30), f"7:30{NO_BREAK}a.m."),
        ("ar", time(18), f"6:00{NO_BREAK}م"),
        ("zh-hans", time(18), "18:00"),
    ],
)
def test_times_are_written_as_the_language_does(language: str, at: time, words: str) -> None:
    with override(language):
        assert said.time_words(at) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Friday, July 3, 2026"), ("ar", "الجمعة، 3 يوليو 2026"), ("zh-hans", "2026年7月3日，星期五")],
)
def test_a_day_has_its_weekday_where_the_language_has_it(language: str, words: str) -> None:
    with override(language):
        assert said.day_words(DAY) == said.day_words(datetime(2026, 7, 3, 23, 59)) == words


def test_templates_say_moments_on_the_clock_of_the_page() -> None:
    page = Template(
        "{% load said tz %}{% timezone 'Asia/Tokyo' %}{{ at|moment }}{% endtimezone %}|{{ none|moment }}"
    )
    with override("en"), timezone.override(UTC):
        shown = page.render(Context({"at": datetime(2026, 7, 3, 20, tzinfo=UTC), "none": None}))
    assert shown == f"July 4, 2026, 5{NO_BREAK}a.m.|"
