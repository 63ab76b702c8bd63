"""What somebody writes down as their next steps, and whom they show each of them."""

from __future__ import annotations

import uuid

from django.db import connection, transaction
from django.db.models import Max
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.core.texts import api as texts
from bothways.goals.access import my_goal
from bothways.goals.models import Goal
from bothways.pair.api import live_pair, share_in_pair, tell_partner

MOST = 50


def add(
    who: Acting, *, words: str, pair_id: uuid.UUID | None = None, goal_id: uuid.UUID | None = None
) -> Goal:
    """Write down a next step of mine, for me alone or also for my partner in `pair_id`.

    The same `goal_id` writes one, however often it is sent. Refused when there are very many, or when the
    pair has ended.
    """
    with transaction.atomic():
        confirm(who)
        _hold_goals_of(who)
        earlier = Goal.objects.filter(id=goal_id).first() if goal_id else None
        if earlier is not None:
            if earlier.person_id != who.person_id:
                raise Http404
            return earlier
        mine = Goal.objects.filter(person_id=who.person_id)
        if mine.count() >= MOST:
            raise Refused(_("You have written down very many next steps. Please delete one first."))
        last = mine.aggregate(last=Max("place"))["last"] or 0
        text_id = texts.put(owner_id=who.person_id, kind="goal", words=words)
        goal = Goal(id=goal_id or uuid.uuid4(), person_id=who.person_id, text_id=text_id, place=last + 1)
        goal.save(force_insert=True)
        record("goal.added", person_id=who.person_id, object_id=goal.id)
        _show_to(who, goal, pair_id)
    return goal


def change(who: Acting, *, goal_id: uuid.UUID, words: str, pair_id: uuid.UUID | None) -> Goal:
    """Change the words of a next step of mine, and who reads it: my partner in `pair_id`, or nobody.

    404 when it is not mine or gone, Refused when the pair has ended.
    """
    with transaction.atomic():
        confirm(who)
        _hold_goals_of(who)
        goal = my_goal(who, goal_id)
        # Who reads it first: new words are never open to whom they were just closed.
        _show_to(who, goal, pair_id)
        if texts.read(who, [goal.text_id]).get(goal.text_id) != words:
            texts.rewrite(owner_id=who.person_id, text_id=goal.text_id, words=words)
            record("goal.changed", person_id=who.person_id, object_id=goal.id)
    return goal


def tick(who: Acting, *, goal_id: uuid.UUID, done: bool) -> None:
    """Say that I have done a next step of mine, or that I have not after all. Nobody is told."""
    with transaction.atomic():
        confirm(who)
        _hold_goals_of(who)
        goal = my_goal(who, goal_id)
        if goal.done != done:
            goal.done = done
            goal.save(update_fields=["done"])
            # The same as for other changes: when something was done is nobody's business.
            record("goal.changed", person_id=who.person_id, object_id=goal.id)


def delete(who: Acting, *, goal_id: uuid.UUID) -> None:
    """Delete a next step of mine with its words. 404 when it is not mine or gone."""
    with transaction.atomic():
        confirm(who)
        _hold_goals_of(who)
        goal = my_goal(who, goal_id)
        texts.drop(owner_id=who.person_id, text_ids=[goal.text_id])
        goal.delete()
        record("goal.deleted", person_id=who.person_id, object_id=goal_id)


def _show_to(who: Acting, goal: Goal, pair_id: uuid.UUID | None) -> None:
    """Open it to one partner and close it to every other. A partner is told once, and not what it says."""
    open_under = texts.opened([goal.text_id]).get(goal.text_id)
    if pair_id is None and open_under is None:
        return
    # Also where nothing changes: it is not to be told that a pair reads it that has just ended.
    pair = live_pair(who, pair_id, lock=True) if pair_id else None
    if pair_id == open_under:
        return
    texts.close(owner_id=who.person_id, text_ids=[goal.text_id])
    if pair is None:
        record("goal.closed", person_id=who.person_id, object_id=goal.id)
        return
    share_in_pair(who, pair, [goal.text_id])
    record("goal.shared", person_id=who.person_id, object_id=goal.id)
    path = reverse("pair_goals", args=[pair.id])
    tell_partner(who, pair, "goal.shared", path=path, key=f"goal.shared:{goal.id}:{pair.id}")


def _hold_goals_of(who: Acting) -> None:
    """One write at a time to somebody's next steps; held before the pair, which no other order crosses."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"goals {who.person_id}"])
