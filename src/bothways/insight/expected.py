"""About how many people come to a gathering: for those who set out the chairs; an exact count for nobody.

Told once, two days before, to the members and coordinators of the programme. Whoever is at a gathering sees
who is there; what the number must not give away is who has said so before, or whether somebody comes as a
rule. One half of its noise is new for each gathering, the other goes on through the quarter, so that neither
one number nor many of them tell somebody who knows everybody else more than 55 times in 100 whether one more
person comes.
"""

from __future__ import annotations

import uuid

from bothways.core.keys import api as keys
from bothways.gather import api as gather
from bothways.insight.noise import Cell, Noise
from bothways.insight.periods import Quarter
from bothways.insight.protection import SMALLEST, rounded

# Standard deviation of each half of the noise, in people: half a person is an eighth of it.
SPREAD = 4.0
# 10, and two and a half standard deviations of both halves together: below that it reads "fewer than".
SHOWN_FROM = gather.FEWER_THAN


def tell_expected() -> int:
    """Write the number of every gathering that is near and has none. Returns of how many; again of none."""
    return sum(_tell(one) for one in gather.due_for_expected())


def _tell(one: gather.Gathering) -> bool:
    noise = Noise.of(keys.noise_key(), str(one.programme_id))
    when = Quarter.of(one.starts_at, one.programme.time_zone)
    number = about(gather.count_coming(one.id), noise, one.id, when)
    return gather.set_expected(one.id, number)


def about(count: int, noise: Noise, gathering_id: uuid.UUID, quarter: Quarter) -> int | None:
    """What is told of `count` people: a multiple of 5, or None for few."""
    lasting = noise.lasting(Cell("expected", "", "quarter", quarter.index))
    told = count + SPREAD * (lasting + noise.once(f"expected/{gathering_id}/{count}"))
    return rounded(told) if count >= SMALLEST and told >= SHOWN_FROM else None
