"""A programme for tests, made the way a coordinator makes one."""

from __future__ import annotations

from typing import Any

from tests.cast import Someone

from bothways.programme import services
from bothways.programme.models import Programme

# Three towns within 20 km of each other: Potsdam, Teltow, Werder (Havel).
TOWNS = (2852458, 2823567, 2810945)


def a_programme(coordinator: Someone, **changes: Any) -> Programme:
    """An open programme: two sides, one region with three towns, the default consent texts.

    `changes` go to `create_programme` (name, slug, purpose, kind, public_name, time_zone), or are
    `round_every_days`, `answer_days`; `open=False` leaves it closed, `towns` are GeoNames ids.
    """
    basics = {
        "name": changes.pop("name", "River Valley Together"),
        "purpose": changes.pop("purpose", "We spend time together."),
        "time_zone": changes.pop("time_zone", "Europe/Berlin"),
    }
    rhythm = {key: changes.pop(key) for key in ("round_every_days", "answer_days") if key in changes}
    towns, is_open = changes.pop("towns", TOWNS), changes.pop("open", True)
    programme = services.create_programme(
        coordinator.who,
        code=services.new_setup_code(),
        slug=changes.pop("slug", "river-valley"),
        public_name=changes.pop("public_name", coordinator.name),
        **basics,
        **changes,
    )
    region = services.add_area(coordinator.who, programme_id=programme.id, name="River Valley")
    for town in towns:
        services.add_area(coordinator.who, programme_id=programme.id, parent_id=region.id, town_id=town)
    if rhythm:
        rhythm = {"round_every_days": None, "answer_days": 7} | rhythm
        services.set_basics(coordinator.who, programme_id=programme.id, **basics, **rhythm)
    if is_open:
        services.publish(coordinator.who, programme)
    programme.refresh_from_db()
    return programme
