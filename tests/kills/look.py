"""Counts what is in the databases, with all words opened. Prints JSON."""

from __future__ import annotations

import json
from collections import Counter

import django


def main() -> None:
    django.setup()
    from bothways.core.departures.api import known, still_here
    from bothways.core.keys.models import PersonKey
    from bothways.core.registry.models import Tombstone
    from bothways.core.texts.api import _open
    from bothways.core.texts.models import Text
    from bothways.goals.models import Goal
    from bothways.help.models import Request
    from bothways.match.models import Proposal
    from bothways.meet.models import JournalLine, Meeting
    from bothways.pair.models import Pair
    from bothways.people.models import Person
    from bothways.talk.models import Message

    words = _open(Text.objects.all())
    lines: dict[str, list[str]] = {}
    messages: dict[str, list[str]] = {}
    for model, kept in ((JournalLine, lines), (Message, messages)):
        for one in model.objects.order_by("pair_id", "number"):
            kept.setdefault(str(one.pair_id), []).append(words.get(one.text_id, "?"))
    made = Proposal.objects.filter(state=Proposal.State.MADE)
    print(
        json.dumps(
            {
                "texts": Counter(words.values()),
                "unreadable": Text.objects.count() - len(words),
                "loose_texts": loose(Text, JournalLine, Meeting, Request, Message, Goal),
                "lines": lines,
                "messages": messages,
                "steps": Counter(words.get(goal.text_id, "?") for goal in Goal.objects.all()),
                "numbers": list(JournalLine.objects.values_list("pair_id", "number").distinct()).__len__()
                == JournalLine.objects.count(),
                "meetings": Counter(words.get(m.place_text, "?") for m in Meeting.objects.all()),
                "requests": Counter(words.get(r.text_id, "?") for r in Request.objects.all()),
                "resolved": [words.get(r.text_id, "?") for r in Request.objects.filter(state="resolved")],
                "made": [str(one.id) for one in made],
                "pairs_per_proposal": Counter(str(pair.proposal_id) for pair in Pair.objects.all()),
                "people": [str(one) for one in Person.objects.values_list("id", flat=True)],
                "keys": [str(one) for one in PersonKey.objects.values_list("person_id", flat=True)],
                "tombstones": [
                    str(one.person_id) for one in Tombstone.objects.exclude(key_destroyed_at=None)
                ],
                "departed": [str(one) for one in known()],
                "still_here": [str(one) for one in still_here()],
            }
        )
    )


def loose(text, line, meeting, *others) -> int:
    """Texts that no row points at: a write that was done by half."""
    held = set(meeting.objects.values_list("place_text", flat=True))
    for model in (line, *others):
        held |= set(model.objects.values_list("text_id", flat=True))
    kinds = ("journal", "meeting place", "request", "message", "goal")
    return sum(one.id not in held for one in text.objects.filter(kind__in=kinds))


if __name__ == "__main__":
    main()
