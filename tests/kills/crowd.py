"""Makes a programme with pairs, open proposals and people who will leave. Prints who they are, as JSON."""

from __future__ import annotations

import json

import django

PAIRS, PROPOSALS, LEAVERS = 9, 12, 8


def main() -> None:
    django.setup()
    from bothways.enrol.tests.factory import enrolled
    from bothways.match.models import Proposal
    from bothways.match.tests.factory import a_round
    from bothways.pair.models import Pair
    from bothways.pair.tests.factory import a_pair
    from bothways.programme.tests.factory import a_programme
    from tests.cast import someone

    programme = a_programme(someone("Eli"))
    couples = [(someone(f"Writer{n}"), someone(f"Reader{n}")) for n in range(PAIRS)]
    pairs = [(a, b, a_pair(a, b, programme)) for a, b in couples]
    leavers = [(someone(f"Leaver{n}"), someone(f"Left{n}")) for n in range(LEAVERS)]
    for a, b in leavers:
        a_pair(a, b, programme)
    answering = [someone(f"Answers{n}") for n in range(2 * PROPOSALS)]
    for number, person in enumerate(answering):
        enrolled(person, programme, side=number % 2)
    a_round(programme)
    by_id = {person.id: person for person in answering}
    open_ones = Proposal.objects.filter(programme_id=programme.pk, state=Proposal.State.OPEN)
    crowd = {
        "slug": programme.slug,
        "pairs": [{"pair": str(pair.id), "address": address(a)} for a, _b, pair in pairs],
        "leavers": [{"person": str(a.id), "address": address(a)} for a, _b in leavers],
        "proposals": [
            {"proposal": str(one.id), "addresses": [address(by_id[person]) for person in one.people]}
            for one in open_ones
        ],
        "pairs_before": Pair.objects.count(),
    }
    print(json.dumps(crowd))


def address(person) -> str:
    return f"{person.name.lower()}@example.org"


if __name__ == "__main__":
    main()
