"""The programme of the demo: a newcomer welcome over real towns, set up by its coordinator."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from django.utils import translation
from nacl.public import PrivateKey

from bothways.core.identity.api import Acting, acting, open_entry
from bothways.core.walls import api as walls
from bothways.demo import directory
from bothways.people import api as people
from bothways.programme import api as programmes
from bothways.programme.api import Programme, catalogue, towns
from bothways.report import api as reports

# Leipzig (GeoNames).
CENTRE = 2879139
SLUG = "saale-elster-welcome"
ELI = "eli@demo.invalid"
LANGUAGES = "en ar zh fr de es it pl uk ru tr fa prs ps kmr ti so vi".split()


def arrive(address: str, name: str, language: str = "en") -> Acting:
    """An invented person opens an account, says what to be called, and is signed in."""
    with walls.at_the_door():
        person = people.open_account(
            address=address,
            adult=True,
            language=language,
            synthetic=True,
            name=name,
            time_zone="Europe/Berlin",
        )
        return _signed_in(person.id)


def sign_in(person_id: uuid.UUID) -> Acting:
    """An invented person signs in (again): sessions of half a year ago have ended."""
    with walls.at_the_door():
        return _signed_in(person_id)


def _signed_in(person_id: uuid.UUID) -> Acting:
    who = acting(open_entry(person_id))
    assert who is not None
    return who


def found(members: int) -> tuple[Acting, Programme, dict[int, int]]:
    """Eli sets the programme up. Returns Eli, the programme, and the population by leaf area."""
    eli = arrive(ELI, "Eli")
    # The operator's part.
    code = programmes.new_setup_code()
    with walls.acting_with(eli.token), transaction.atomic(), translation.override("en"):
        programme = programmes.create_programme(
            eli,
            code=code,
            name="Saale-Elster Welcome",
            slug=SLUG,
            purpose=(
                "New in the region, or here for a long time: we bring two people together who would like "
                "to meet. For a walk, a coffee, a language, a first year that is easier."
            ),
            public_name="Eli",
            time_zone="Europe/Berlin",
        )
        populations = _areas(eli, programme, members)
        programmes.set_lists(
            eli,
            programme_id=programme.id,
            interests=sum(item.bit for item in catalogue.INTERESTS),
            needs=sum(item.bit for item in catalogue.NEEDS),
            languages=[catalogue.LANGUAGES.index(code) for code in LANGUAGES],
        )
        programmes.set_sides(
            eli,
            programme_id=programme.id,
            sides=[
                programmes.SideWords(0, "I offer company", "I know the place and have some time.", 3),
                programmes.SideWords(
                    1, "I would like company", "I am new, or would like to meet someone.", 1
                ),
            ],
        )
        programmes.publish(eli, programme)
        _name_lead(eli, programme)
        directory.write(eli, programme, populations)
    programme.refresh_from_db()
    return eli, programme, populations


def _name_lead(eli: Acting, programme: Programme) -> None:
    """A safeguarding lead to look at: the private key is thrown away at once, nobody is behind it."""
    reports.set_contact(
        eli,
        programme_id=programme.id,
        contact="This is a demo: nobody reads what is sent. Elsewhere a telephone number stands here.",
    )
    reports.set_key(eli, programme_id=programme.id, line=reports.line_of(PrivateKey.generate()).line())


def _areas(eli: Acting, programme: Programme, members: int) -> dict[int, int]:
    """Two regions, west and east of the centre, with the nearest towns; more towns for more members."""
    centre = towns.by_id(CENTRE)
    assert centre is not None
    around = towns.near(centre, 90.0)[: min(60, 12 + members // 100)]
    regions = {
        west: programmes.add_area(eli, programme_id=programme.id, name=name, capacity=max(60, members))
        for west, name in ((True, "West"), (False, "East"))
    }
    populations: dict[int, int] = {}
    names: set[tuple[bool, str]] = set()
    for town in around:
        west = town.lon < centre.lon
        if (west, town.name) in names:
            continue
        names.add((west, town.name))
        area = programmes.add_area(
            eli, programme_id=programme.id, parent_id=regions[west].id, town_id=town.id
        )
        populations[area.id] = town.population
    return populations


def days_ago(days: float) -> timedelta:
    """An offset for the clock."""
    return timedelta(days=-days)


__all__ = ["ELI", "SLUG", "arrive", "days_ago", "found", "sign_in"]
