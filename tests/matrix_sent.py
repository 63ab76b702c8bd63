"""What a browser would send with each POST of the matrix, so that the ones who may do it really do it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from nacl.public import PrivateKey

from bothways.core.clock.api import now, today
from bothways.people.tests.reach import REACH
from bothways.report import keylines
from tests.every_state import Thing, World

Sent = dict[str, Any]


def _meeting(**more: Any) -> Sent:
    day = f"{today() + timedelta(days=6)}"
    return {"day": day, "time": "17:00", "minutes": "60", "mode": "0", "place": "a bench", **more}


def _series() -> Sent:
    day = f"{today() + timedelta(days=6)}"
    return {"rhythm": "weekly", "day": day, "time": "17:00", "minutes": "60", "mode": "0", "place": "a bench"}


def _card(version: int) -> Sent:
    return {"version": str(version), "rhythm": "weekly", "times": ["5"], "modes": ["0"], "customs": "tea"}


def _entry() -> Sent:
    until = f"{today() + timedelta(days=90)}"
    return {"sort": "advice", "kind": "papers", "name": "Forms", "place": "Town hall", "valid_until": until}


def _gathering() -> Sent:
    day = f"{today() + timedelta(days=6)}"
    return {"title": "Soup", "day": day, "time": "17:00", "minutes": "120", "place": "The old mill"}


PLAIN: dict[str, Sent] = {
    "account_confirm_login_code": {"code": "AAAA-AAAA"},
    "account_email_verification_sent": {"code": "AAAA-AAAA"},
    "account_login": {"email": "somebody@example.org"},
    "account_request_login_code": {"email": "somebody@example.org"},
    "account_signup": {"email": "new@example.org", "adult": "on"},
    "calendar": {"instead_of": ""},
    "call_new": {"words": "Who has time on Sundays?"},
    "card": {"version": "1"},
    "card_change": _card(1),
    "enrol": {"name": "Somebody"},
    "enrol_step": {"modes": ["0"]},
    "figures_follow_up": {"words": "We found two rooms."},
    "gathering_attended": {"say": "no"},
    "gathering_change": {**_gathering(), "sequence": "0"},
    "gathering_coming": {"say": "no"},
    "gathering_new": _gathering(),
    "goal_change": {"words": "learn to swim"},
    "goal_done": {"done": "yes"},
    "goals": {"words": "learn to drive"},
    "hand_accept": {"words": "by the bench"},
    "hand_new": {"to": "members", "kind": "lift", "day": f"{today() + timedelta(days=6)}", "hours": "2"},
    "hand_yes": {"words": "by the bench"},
    "journal": {"words": "a walk"},
    "me": {"name": "Somebody", "language": "en", "time_zone": "UTC"},
    "meeting_change": _meeting(sequence="0"),
    "meeting_new": _meeting(),
    "messages": {"words": "a word"},
    "messages_by_text": {"say": "no_wish"},
    "mfa_add_webauthn": {"credential": "{}"},
    "mfa_login_webauthn": {"credential": "{}"},
    "mfa_reauthenticate_webauthn": {"credential": "{}"},
    "pair_closing": {"day": f"{now() + timedelta(days=20):%Y-%m-%d}"},
    "series_choose": _series(),
    "voice": {"reach": "yes", "clear": "mostly", "free": "no", "again": "unsaid"},
    "occasion_change": {"kind": "exam", "day": f"{today() + timedelta(days=6)}", "before": "1"},
    "occasion_festival": {"festival": "new_year", "before": "1"},
    "occasion_new": {"kind": "exam", "day": f"{today() + timedelta(days=6)}", "before": "1"},
    "pair_contact": {"words": "by the bench"},
    "pair_in_touch": {"words": "by the bench"},
    "pair_pause": {"until": f"{now() + timedelta(days=20):%Y-%m-%d}"},
    "pair_thanks": {"words": "for the tea"},
    "programme_area": {"name": "A new name", "parent": "", "capacity": ""},
    "programme_areas": {"name": "Another region", "parent": "", "capacity": ""},
    "programme_add_town": {"town": "2950159"},
    "programme_basics": {
        "name": "A name",
        "purpose": "A purpose",
        "time_zone": "UTC",
        "round_every_days": "",
        "answer_days": "7",
    },
    "programme_coordinators": {"public_name": "Somebody"},
    "programme_lists": {"interests": ["1"], "needs": ["1"], "languages": ["0"]},
    "programme_sides": {
        "side0-name": "One",
        "side0-about": "",
        "side0-max_capacity": "5",
        "side1-name": "Two",
        "side1-about": "",
        "side1-max_capacity": "5",
    },
    "programme_text": {"en": "A newer text"},
    "proposal/yes": {"answer": "yes"},
    "proposal/no": {"answer": "no"},
    "letters_stop": {"List-Unsubscribe": "One-Click"},
    "reach": REACH,
    "report_fetch": {"code": "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA"},
    "report_key": {"line": keylines.line_of(PrivateKey.generate()).line()},
    "report_lead": {"contact": "a telephone number"},
    "request_ladder": {"wait": "7"},
    "request_new": {"to": "coordinators", "kind": "school", "words": "a form"},
    "request_reply": {"words": "an answer"},
    "service_change": _entry(),
    "service_new": _entry(),
    "set_language": {"language": "ar", "next": "/"},
}


def sent_with(key: str, world: World, thing: Thing) -> Sent:
    """The fields of one POST. `key` is the name of the URL, with the way to answer where there are two."""
    if key == "programme_take_up":
        return {"code": world.codes["coordinator"], "public_name": "Somebody"}
    if key == "check_set":
        # The second page, with the day, needs a receipt that was committed: see `enrol/tests/test_checks.py`.
        return {"code": world.codes["check"]}
    if key == "programme_new":
        basics = {"name": "New", "slug": "brand-new", "purpose": "Walks", "public_name": "Somebody"}
        return {"code": world.codes["programme"], "kind": "company", **basics}
    return PLAIN.get(key, {})
