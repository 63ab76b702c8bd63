"""From answers without names to a release: protected like every table, and what they came from destroyed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.cast import someone

from bothways.core.clock.api import now, travelled
from bothways.core.keys.models import SumsKey
from bothways.core.walls import api as walls
from bothways.enrol.tests.factory import enrolled
from bothways.insight import body, files, services
from bothways.insight.making import declared_for
from bothways.insight.models import Release
from bothways.insight.periods import Month, Quarter
from bothways.insight.report import report
from bothways.insight.tables import ASKED
from bothways.insight.tests.factory import a_release
from bothways.programme.tests.factory import a_programme
from bothways.voice import api as voice
from bothways.voice import services as voice_services
from bothways.voice.models import Done, Sums

pytestmark = pytest.mark.django_db


def at(month: int, day: int):
    return travelled(datetime(2027, month, day, 12, tzinfo=UTC) - now())


@pytest.fixture
def programme():
    with at(4, 2):
        return a_programme(someone("Eli"))


def asked(programme) -> Sums:
    with at(6, 8), walls.working():
        voice.open_due()
    return Sums.objects.get(programme=programme)


def added(sums: Sums, chosen: dict[str, int]) -> None:
    """So many people gave each answer, to each question: as the pages write it, without the people."""
    held = bytes(sums.sums)
    for answer, number in chosen.items():
        places = [place for place, (_q, a) in enumerate(voice_services.CELLS) if a == answer]
        for _ in range(number):
            held = voice_services.sums.add(bytes(sums.public_key), held, places)
    seal = voice_services._seal(sums.id, bytes(sums.public_key), held)
    Sums.objects.filter(id=sums.id).update(sums=held, seal=seal)


def published(programme, quarter: Quarter) -> body.Body:
    with at(7, 2), walls.working():
        assert services.publish(programme, quarter)
    return body.read(Release.objects.get(programme=programme, kind="quarter", number=quarter.number).body)


def test_answers_come_out_with_the_half_year_and_what_opens_them_goes(programme) -> None:
    sums = asked(programme)
    added(sums, {"yes": 130, "mostly": 90, "hardly": 80, "no": 75, "unsaid": 3})
    found = published(programme, Quarter(2027, 2))
    for table in ASKED:
        values = found.tables[table.key]
        assert set(values) == {*voice.ANSWERS, ""}
        assert all(value is None or value % 5 == 0 for value in values.values())
        assert values["unsaid"] is None and abs(values["yes"] - 130) < 60
    # Two are hidden: one alone could be had by subtraction.
    assert all(list(found.tables[table.key].values()).count(None) >= 2 for table in ASKED)
    assert not Sums.objects.exists() and not Done.objects.exists() and not SumsKey.objects.exists()


def test_few_answers_are_hidden(programme) -> None:
    with at(5, 30):
        amina = someone("Amina")
        enrolled(amina, programme)
    sums = asked(programme)
    with at(6, 9), walls.acting_with(amina.who.token):
        voice.give(amina.who, sums_id=sums.id, answers=dict.fromkeys(voice.QUESTIONS, "no"))
    found = published(programme, Quarter(2027, 2))
    for table in ASKED:
        assert set(found.tables[table.key].values()) == {None}


def test_where_nothing_was_asked_there_is_no_table(programme) -> None:
    found = published(programme, Quarter(2027, 2))
    assert not {table.key for table in ASKED} & set(found.tables)
    assert "members" in found.tables


def test_sums_that_cannot_be_opened_hold_up_no_figures(programme) -> None:
    asked(programme)
    SumsKey.objects.all().delete()
    assert "members" in published(programme, Quarter(2027, 2)).tables
    assert not Sums.objects.exists()


def test_only_every_second_quarter_has_them() -> None:
    for period, has in (
        (Quarter(2027, 1), 0),
        (Quarter(2027, 2), 4),
        (Quarter(2027, 3), 0),
        (Month(2027, 6), 0),
    ):
        assert sum(bool(table.question) for table in declared_for(period, two_sides=True)) == has


def test_they_cross_with_nothing() -> None:
    for table in ASKED:
        assert not table.by_area and not table.two_sides and not table.people
        assert list(table.leaves) == list(voice.ANSWERS)


def test_page_and_files_show_them_with_the_half_year_before(programme, client) -> None:
    for quarter, grown in ((Quarter(2026, 2), 0), (Quarter(2026, 3), 0), (Quarter(2026, 4), 25)):
        a_release(programme, quarter, grown=grown)
    part = next(one for one in report(programme, Quarter(2026, 4)).tables if one.key == "asked-reach")
    assert part.half and part.has_before and part.chart is not None
    assert part.rows[0].before is not None and part.rows[0].value > part.rows[0].before
    page = client.get(f"/p/{programme.slug}/figures/").content.decode()
    assert "Is it easy to reach somebody of the programme" in page and "Half-year before" in page
    assert "asked-reach" in files.as_csv(programme)
    assert any(line["table"] == "asked-free" for line in files.as_json(programme)["figures"])
    dictionary = client.get(f"/p/{programme.slug}/figures/dictionary/").content.decode()
    assert "asked-again" in dictionary and "I would rather not say" in dictionary
