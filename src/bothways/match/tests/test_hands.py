"""Hands on connections of their own, beside the job that solves: at the same moment, dying, hanging."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from bothways.match import parts, pricing, tasks
from bothways.match.models import Part, Round
from bothways.match.tests.test_parts import open_pairs
from bothways.match.tests.test_pricing import (
    DONE,
    SIZE,
    Killed,
    all_listed,
    crowd,
    done,
    once_asked,
    unshared,
)
from bothways.match.tests.test_pricing import found as found
from bothways.match.tests.test_pricing import too_many_pairs as too_many_pairs

pytestmark = pytest.mark.django_db(transaction=True)


class AtWork:
    """A hand on a connection of its own, which stops at its first part until it is told to go on."""

    def __init__(self, monkeypatch, *, dies: bool = False) -> None:
        self.dies, self.done = dies, None
        self.there, self.may_go_on = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._work, name="hand")
        self._real = pricing._hand_in
        monkeypatch.setattr(pricing, "_hand_in", self._hand_in)

    def begins(self, mine: Round) -> None:
        self.round_id = mine.id
        self.thread.start()
        assert self.there.wait(20)

    def _hand_in(self, part, *args) -> None:
        if threading.current_thread() is self.thread and not self.there.is_set():
            self.there.set()
            if self.dies:
                connections["default"].close()
                raise Killed
            assert self.may_go_on.wait(20)
        self._real(part, *args)

    def _work(self) -> None:
        try:
            tasks.lend_a_hand(str(self.round_id))
        except Killed:
            pass
        finally:
            connections.close_all()

    def ends(self) -> None:
        self.may_go_on.set()
        self.thread.join(20)
        assert not self.thread.is_alive()


def test_the_job_waits_for_a_hand_that_is_at_a_part(programme, monkeypatch, found) -> None:
    crowd(programme)
    expected = unshared(programme, monkeypatch, found)
    hand, rests, real = AtWork(monkeypatch), [], pricing.time.sleep

    def resting(seconds: float) -> None:
        if threading.current_thread() is not hand.thread:
            rests.append(Part.objects.filter(turn=1, content=None).count())
            hand.may_go_on.set()
        real(seconds)

    monkeypatch.setattr(pricing.time, "sleep", resting)
    once_asked(monkeypatch, hand.begins)
    assert done(all_listed(programme)).state == DONE
    hand.ends()
    assert rests[0] == 1, "it rests only when all else is done"
    assert found == [expected]


def test_a_hand_stays_for_the_next_pass_and_reads_once(programme, monkeypatch, found) -> None:
    crowd(programme)
    expected = unshared(programme, monkeypatch, found)
    hand, readings, turns, real = AtWork(monkeypatch), [], [], pricing.read_anew

    class Patient(pricing._Hand):
        def __init__(self, mine: Round) -> None:
            super().__init__(mine)
            self.took = 60.0

    def read_anew(mine: Round) -> parts.Here:
        readings.append(mine.id)
        return real(mine)

    def until_it_helps(mine: Round) -> None:
        if not readings:
            hand.begins(mine)
            hand.may_go_on.set()
        priced = Part.objects.filter(round=mine, turn__gt=0, number__gt=0, content__isnull=False)
        for _ in range(2000):
            if priced.exists():
                break
            pricing.time.sleep(0.01)
        turns.append(priced.exists())

    monkeypatch.setattr(pricing, "_Hand", Patient)
    monkeypatch.setattr(pricing, "read_anew", read_anew)
    once_asked(monkeypatch, until_it_helps, always=True)
    mine = done(all_listed(programme))
    hand.ends()
    assert mine.state == DONE
    assert turns == [True] * (expected[0] + 1)
    assert readings == [mine.id]
    assert found == [expected]


def test_a_hand_that_dies_leaves_its_part(programme, monkeypatch, found) -> None:
    crowd(programme)
    expected = unshared(programme, monkeypatch, found)
    hand = AtWork(monkeypatch, dies=True)
    once_asked(monkeypatch, hand.begins)
    assert done(all_listed(programme)).state == DONE
    hand.ends()
    assert found == [expected]


def test_a_hand_that_hangs_is_waited_for_no_longer_than_patience(programme, monkeypatch, found) -> None:
    monkeypatch.setattr(pricing, "PATIENCE", 0.03)
    crowd(programme)
    expected = unshared(programme, monkeypatch, found)
    hand = AtWork(monkeypatch)
    once_asked(monkeypatch, hand.begins)
    assert done(all_listed(programme)).state == DONE
    assert found == [expected]
    hand.ends()
    assert not Part.objects.exists(), "what it hands in late goes nowhere"
    assert len(open_pairs()) == SIZE
