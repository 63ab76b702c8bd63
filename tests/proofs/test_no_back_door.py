"""Proof: nobody enrols, proposes, answers, agrees or writes for somebody else, by whatever way.

First straight into the tables, past every service, as whoever is inside: a coordinator, a partner, a
stranger, a visitor, a job, the sign-in pages. Then with the product's own services and jobs, called in
random order with arguments that were made up.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.core.management import CommandError, call_command, get_commands
from django.db import DatabaseError

from bothways.cli import OWN
from bothways.core.walls import api as walls
from bothways.people.models import Person
from bothways.run.roles import OWNERS, WEB, of_command
from tests.every_state import World
from tests.proofs.forging import Column, changed, personal_columns, rows_of, written_again
from tests.proofs.throwing import Throws

pytestmark = pytest.mark.django_db

PARTNER, COORDINATOR, JOB, DOOR = "bo", "eli", "job", "door"
ANYBODY = {"bo", "eli", "dara", "job", "door"}

# Rows that another may write, and why that is no back door. What is not here is refused.
MAY_WRITE = {
    "core_event.person_id": (ANYBODY, "the log says whom a thing happened to"),
    "core_notice.person_id": (ANYBODY, "a notice is left for somebody, and says what changed"),
    "core_delivery.person_id": ({JOB}, "a message about notices goes"),
    "core_receipt.subject_id": ({COORDINATOR}, "a receipt: who read something is written for its person"),
    "core_share.with_id": ({PARTNER, COORDINATOR}, "their own words, opened to somebody"),
    "match_proposal.left_person": ({JOB}, "a round proposes; only its two people answer"),
    "pair_half.person_id": ({PARTNER}, "the second yes makes the pair, after the first"),
    # The sign-in pages make accounts and open sessions, for whoever shows a code or a passkey.
    "people_person.id": ({DOOR}, "an account is made"),
    "account_emailaddress.user_id": ({DOOR}, "its address, as a keyed hash"),
    "core_text.owner_id": ({DOOR}, "its address and its name, sealed"),
    "core_entry.person_id": ({DOOR}, "a session is opened"),
    "people_device.person_id": ({DOOR}, "its browser"),
    "people_signedinbrowser.person_id": ({DOOR}, "its line in the list of sign-ins"),
}

# Values of somebody's row that another may change, and why.
MAY_CHANGE = {
    "account_emailaddress.verified": ({DOOR}, "a code has reached it"),
    "account_emailaddress.primary": ({DOOR}, "a code has reached it"),
    "account_emailaddress.DELETE": ({DOOR}, "an address that was never confirmed"),
    "core_entry.ended_at": ({DOOR, JOB}, "a session ends, once"),
    "core_event.person_id": ({JOB}, "cut loose when its person left"),
    "core_notice.sent_at": ({JOB}, "the message went"),
    "core_notice.due_at": ({JOB}, "when the message is to go"),
    "core_delivery.at": ({JOB}, "a message that goes later counts from then"),
    "core_delivery.leased_until": ({JOB}, "who sends it, and until when"),
    "core_delivery.way": ({JOB}, "by letter or by text message"),
    "core_delivery.sent_at": ({JOB}, "the message went"),
    "core_delivery.DELETE": ({JOB}, "nothing was left to tell"),
    "mfa_authenticator.last_used_at": ({DOOR}, "somebody signs in with it"),
    "core_share.DELETE": ({PARTNER, COORDINATOR}, "what was opened to them they may close"),
    "core_text.DELETE": ({PARTNER}, "ending a pair deletes what was written under it"),
    "days_occasion.remind_on": ({JOB}, "a reminder was given"),
    "enrol_check.set_by": (set(), "cut loose when the coordinator who set it left"),
    "enrol_check.set_entry_id": (set(), "cut loose when the coordinator who set it left"),
    "days_occasion.DELETE": (set(), "days go when their pair ends"),
    "enrol_check.DELETE": ({JOB}, "a check whose time is over"),
    "enrol_enrolment.partners": ({PARTNER, JOB}, "a place is counted when a pair is made or ends"),
    "enrol_enrolment.waiting_since": ({PARTNER, JOB}, "and waiting begins anew"),
    "help_handask.DELETE": ({JOB}, "one whose day has passed"),
    "help_handyes.DELETE": (
        {PARTNER},
        "whoever asked takes it back, and a yes goes with what it was said to",
    ),
    "help_request.state": ({PARTNER, COORDINATOR, JOB}, "there is an answer, or its time is over"),
    "help_request.closed_at": ({JOB}, "its time is over"),
    "help_request.climbs_at": ({PARTNER, COORDINATOR, JOB}, "nothing is due when there is an answer"),
    "help_request.coordinators_at": ({JOB}, "nobody answered, and its requester had agreed to it"),
    "help_request.service_at": ({JOB}, "nobody answered, and its requester had chosen one"),
    "help_request.expires_at": ({JOB}, "a week after its requester was told, never sooner"),
    "help_request.warned_at": ({JOB}, "its requester is told"),
    "help_request.DELETE": ({JOB}, "one that was closed goes with its words"),
    "match_answer.DELETE": ({JOB}, "a closed proposal keeps no answers"),
    "match_proposal.left_id": ({PARTNER, JOB}, "cut loose, which closes it"),
    "match_proposal.right_id": ({PARTNER, JOB}, "cut loose, which closes it"),
    "match_proposal.left_person": ({JOB}, "cut loose, which closes it"),
    "match_proposal.right_person": ({JOB}, "cut loose, which closes it"),
    "match_proposal.reasons": ({PARTNER, JOB}, "taken away, never others"),
    "match_proposal.state": ({PARTNER, JOB}, "a no, or the end of its time"),
    "meet_meeting.starts_at": ({PARTNER}, "either of a pair moves a meeting"),
    "meet_meeting.minutes": ({PARTNER}, "either of a pair moves a meeting"),
    "meet_meeting.mode": ({PARTNER}, "either of a pair moves a meeting"),
    "meet_meeting.place_text": ({PARTNER}, "either takes the place away"),
    "meet_meeting.place_by": ({PARTNER}, "either takes the place away"),
    "meet_meeting.link_text": ({PARTNER}, "either takes the link away"),
    "meet_meeting.link_by": ({PARTNER}, "either takes the link away"),
    "meet_meeting.planned_by": ({PARTNER}, "taken away when its person left"),
    "meet_meeting.sequence": ({PARTNER, JOB}, "how often it was changed"),
    "meet_meeting.state": ({PARTNER, JOB}, "either cancels a meeting; in a pause regular ones rest"),
    "meet_meeting.moved": ({PARTNER}, "either of a pair moves a meeting"),
    "meet_meeting.like_series": ({PARTNER}, "and says that it is elsewhere"),
    "meet_series.minutes": ({PARTNER}, "either changes their regular meetings"),
    "meet_series.mode": ({PARTNER}, "either changes their regular meetings"),
    "meet_series.place_text": ({PARTNER}, "either takes the place away"),
    "meet_series.place_by": ({PARTNER}, "either takes the place away"),
    "meet_series.link_text": ({PARTNER}, "either takes the link away"),
    "meet_series.link_by": ({PARTNER}, "either takes the link away"),
    "meet_series.set_by": ({PARTNER}, "taken away when its person left"),
    "meet_series.sequence": ({PARTNER}, "how often they were changed"),
    "meet_series.ended_at": ({PARTNER}, "either ends them, once"),
    "pair_half.paused_until": ({JOB}, "a pause whose day has come"),
    "talk_bytext.DELETE": (set(), "a yes goes with the wish for it, and both with their pair"),
    "pair_intouch.DELETE": (set(), "what is said about staying in touch goes when the pair ends unplanned"),
    "pair_signature.DELETE": ({PARTNER}, "what was signed goes with its card"),
    "people_device.DELETE": ({DOOR, JOB}, "a browser signs out, a session is over"),
    "people_phone.stopped_at": ({DOOR}, "STOP or START came from it"),
    "people_phone.refused_at": ({DOOR, JOB}, "the gateway takes no message for it"),
    "people_noticedevice.DELETE": ({JOB}, "it takes no notice any more"),
    "core_ask.DELETE": ({JOB}, "a code whose time is over"),
    "people_person.letters_stopped_at": ({DOOR}, "the link in a letter stops letters"),
    "people_person.letters_refused_at": ({JOB, DOOR}, "the address takes no letter, or one came back"),
    "meet_invitation.sequence": (set(), "a change of the meeting makes answers to what it was too late"),
    "meet_invitation.DELETE": ({JOB}, "what it was about is over"),
    "meet_calendaranswer.DELETE": ({JOB}, "and what was answered with it"),
    "people_person.is_active": ({JOB}, "an account that was never used"),
    "people_signedinbrowser.DELETE": ({JOB}, "a session is over"),
}

# What one of two does in the end, after the other has done the same: said of one service and one table.
BY_BOTH = {
    "bothways.pair.in_touch.say_in_touch by bo wrote core_share": "the second yes opens the words of both",
}


def forgers(world: World) -> dict[str, Callable[[], AbstractContextManager[object]]]:
    """Everybody who may be inside, but Amina."""
    inside = {
        name: lambda name=name: walls.acting_with(world.people[name].who.token)
        for name in (COORDINATOR, PARTNER, "dara")
    }
    return {**inside, "visitor": walls.visiting, JOB: walls.working, DOOR: walls.at_the_door}


def all_rows(world: World) -> list[tuple[Column, str]]:
    amina = world.people["amina"].id
    return [(column, row) for column in personal_columns() for row in rows_of(column, amina)]


def test_whoever_is_inside_writes_no_row_of_another(every_state) -> None:
    let_in: dict[str, set[str]] = {}
    rows = all_rows(every_state)
    assert len({column.table for column, _ in rows}) > 20
    for column, row in rows:
        for name, forger in forgers(every_state).items():
            said = written_again(column, row, forger)
            if not said:
                let_in.setdefault(f"{column.table}.{column.name}", set()).add(name)
            else:
                # Not by chance: the database knows whose it is.
                assert said[:5] in {"42501", "23000"}, (column, name, said)
    assert let_in == {key: who for key, (who, _why) in MAY_WRITE.items()}


def too_much(world: World, rows: list[tuple[Column, str]]) -> dict[str, set[str]]:
    """Who may change what of these rows of Amina's and has no reason to."""
    let_in: dict[str, set[str]] = {}
    for column, row in rows:
        for name, forger in forgers(world).items():
            for field, said in changed(column, row, forger):
                if not said:
                    let_in.setdefault(f"{column.table}.{field}", set()).add(name)
    found = {key: who - MAY_CHANGE.get(key, (set(), ""))[0] for key, who in let_in.items()}
    return {key: who for key, who in found.items() if who}


def test_whoever_is_inside_changes_no_row_of_another(every_state) -> None:
    assert too_much(every_state, some_of_each(all_rows(every_state), most=2)) == {}


@pytest.mark.attack
def test_whoever_is_inside_changes_no_row_at_all_of_another(every_state) -> None:
    assert too_much(every_state, all_rows(every_state)) == {}


# Every command of the command line, and why it is no way to enrol anybody.
COMMANDS = {
    "serve-all": "starts the pages and the jobs",
    "backup": "copies both databases into sealed files",
    "restore": "puts back what was there, and erases again who left since",
    "rotate-master-key": "seals the keys of people anew",
    "reseal-texts": "seals texts anew, without opening them to anybody",
    "new-push-key": "makes a key for notices in browsers; touches no database",
    "demo": "invents people, in a database that is marked as a demo and can never become a real one",
    "installation": "says once whether a database is real",
    "erase-departed": "finishes leaving",
    "receive-mail": "hands a letter over to the pages; it knows no database",
    "setup-code": "prints a code with which somebody makes a programme in their own session",
}
# Django's own that run as the owner of the tables: they make tables and no rows of people.
MIGRATING = {"migrate", "makemigrations", "showmigrations", "sqlmigrate"}


def test_no_command_enrols_anybody() -> None:
    known = get_commands()
    ours = {name for name, app in known.items() if app.startswith("bothways")}
    assert ours | set(OWN) == set(COMMANDS)
    assert OWNERS - set(COMMANDS) == MIGRATING
    # The others, such as "shell" and "loaddata", see what a page sees that nobody has signed in to: nothing.
    assert of_command(["createsuperuser"]) == of_command(["loaddata"]) == of_command(["shell"]) == WEB


def test_the_frameworks_own_command_makes_nobody() -> None:
    before = Person.objects.count()
    with pytest.raises((CommandError, DatabaseError, AttributeError)):
        call_command("createsuperuser", "--noinput", email="of-a-member@example.org")
    assert Person.objects.count() == before


def some_of_each(rows: list[tuple[Column, str]], most: int) -> list[tuple[Column, str]]:
    """At most so many rows of each table and column, the first and the last among them."""
    by_column: dict[Column, list[str]] = {}
    for column, row in rows:
        by_column.setdefault(column, []).append(row)
    return [
        (column, row)
        for column, those in by_column.items()
        for row in dict.fromkeys([*those[: most - 1], those[-1]])
    ]


def thrown(world: World, times: int) -> Throws:
    seed = int(os.environ.get("SEED") or secrets.randbelow(10**6))
    print(f"SEED={seed}, {times} calls")
    # Others' rows of these are written in the course of things; the tests above say by whom.
    theirs = {key for key, (who, _why) in MAY_WRITE.items() if who != {DOOR}}
    # Whoever ends a pair writes that neither is proposed to the other again.
    theirs |= {"match_notagain.low_person", "match_notagain.high_person"}
    throws = Throws(world, ("bo", "chen", "dara", "eli"), seed, may_write=theirs, may_change=set(MAY_CHANGE))
    assert sorted(set(throws.throw(times)) - set(BY_BOTH)) == []
    return throws


def test_calls_with_anything_do_nothing_for_others(every_state) -> None:
    throws = thrown(every_state, 400)
    assert len(throws.done) > 40


@pytest.mark.attack
def test_twenty_thousand_calls_do_nothing_for_others(every_state) -> None:
    throws = thrown(every_state, 20_000)
    never = {name for name, _ in throws.services} - set(throws.done) - throws.not_made_up
    print(
        len(throws.services),
        "services;",
        len(throws.done),
        "succeeded;",
        sum(throws.done.values()),
        "calls did",
    )
    print("not made up:", sorted(throws.not_made_up))
    print("never:", sorted(never))
    print(throws.refused.most_common(40))
