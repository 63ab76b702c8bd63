"""The journal: both write, both read, each deletes their own."""

from __future__ import annotations

import uuid

import pytest
from django.http import Http404

from bothways.core.faults import Refused
from bothways.core.texts import api as texts
from bothways.core.texts.models import Text
from bothways.meet import journal
from bothways.meet.models import JournalLine
from bothways.pair import services as pairs
from bothways.pair.api import open_pair

pytestmark = pytest.mark.django_db


def read(person, pair) -> list[str]:
    return [line.words for line in journal.page(person.who, open_pair(person.who, pair.id), "1")[0]]


def test_both_write_and_both_read(amina, bo, pair) -> None:
    journal.write(amina.who, pair_id=pair.id, words="We baked bread. خبز")
    journal.write(bo.who, pair_id=pair.id, words="It was warm.")
    assert read(amina, pair) == read(bo, pair) == ["It was warm.", "We baked bread. خبز"]
    assert JournalLine.objects.first().week.weekday() == 0


def test_who_reads_and_writes_nothing(chen, dara, eli, pair, amina) -> None:
    line = journal.write(amina.who, pair_id=pair.id, words="Ours")
    for stranger in (chen, dara, eli):
        with pytest.raises(Http404):
            journal.write(stranger.who, pair_id=pair.id, words="x")
        with pytest.raises(Http404):
            read(stranger, pair)
        assert texts.read(stranger.who, [line.text_id]) == {}


def test_each_deletes_only_their_own(amina, bo, pair) -> None:
    line = journal.write(amina.who, pair_id=pair.id, words="Mine")
    with pytest.raises(Http404):
        journal.delete(bo.who, line_id=line.id)
    journal.delete(amina.who, line_id=line.id)
    with pytest.raises(Http404):
        journal.delete(amina.who, line_id=line.id)
    assert read(bo, pair) == []
    assert not Text.objects.filter(id=line.text_id).exists()


def test_the_same_form_twice_is_one_line(amina, bo, pair) -> None:
    once = uuid.uuid4()
    for _twice in range(2):
        journal.write(amina.who, pair_id=pair.id, words="Once", line_id=once)
    assert read(bo, pair) == ["Once"]
    with pytest.raises(Http404):
        journal.write(bo.who, pair_id=pair.id, words="Not over it", line_id=once)


def test_after_the_end_each_has_their_own_lines_and_no_other(amina, bo, pair) -> None:
    mine = journal.write(amina.who, pair_id=pair.id, words="Mine")
    journal.write(bo.who, pair_id=pair.id, words="Yours")
    pairs.end(bo.who, pair_id=pair.id)
    assert (read(amina, pair), read(bo, pair)) == (["Mine"], ["Yours"])
    with pytest.raises(Refused):
        journal.write(amina.who, pair_id=pair.id, words="More")
    journal.delete(amina.who, line_id=mine.id)
    assert read(amina, pair) == []


def test_it_comes_in_pages(amina, bo, pair) -> None:
    for number in range(journal.PER_PAGE + 3):
        journal.write(amina.who, pair_id=pair.id, words=f"Line {number}")
    browser = bo.browser()
    first = browser.get(f"/pairs/{pair.id}/journal/").content.decode()
    assert "Line 22" in first
    assert "Line 2<" not in first
    assert "Line 2<" in browser.get(f"/pairs/{pair.id}/journal/?page=2").content.decode()
    for odd in ("999", "-1", "x", "%00", "9" * 400):
        assert browser.get(f"/pairs/{pair.id}/journal/?page={odd}").status_code == 200


def test_a_long_journal_costs_no_more_questions(amina, bo, pair, django_assert_max_num_queries) -> None:
    browser = bo.browser()
    for number in range(40):
        journal.write((amina, bo)[number % 2].who, pair_id=pair.id, words=f"Line {number}")
    with django_assert_max_num_queries(12):
        assert browser.get(f"/pairs/{pair.id}/journal/").status_code == 200
