"""What may be read: my own enrolments, and rows without names for the rounds."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, TypedDict

from django.db.models import Exists, F, OuterRef, QuerySet

from bothways.core.identity.api import Acting
from bothways.enrol.checks import with_checks
from bothways.enrol.models import Consent, Enrolment
from bothways.programme.api import ConsentText, standing_text_ids, standing_texts

Purpose = ConsentText.Purpose


class Pooled(TypedDict):
    """One member who may be matched now: numbers only."""

    id: uuid.UUID
    person_id: uuid.UUID
    side_number: int
    area_id: int
    lat_e5: int
    lon_e5: int
    radius_km: int
    speak: list[int]
    learn: list[int]
    times: int
    modes: int
    interests: int
    needs: int
    facts: int
    capacity: int
    partners: int
    waiting_since: datetime


def of_person(who: Acting) -> list[Enrolment]:
    """My enrolments, oldest first."""
    rows = Enrolment.objects.select_related("programme", "side", "area")
    return list(rows.filter(person_id=who.person_id).order_by("made_at", "id"))


def pool(programme_id: uuid.UUID) -> list[Pooled]:
    """Everyone who may be matched now, in a fixed order.

    Active, with a free place, with a standing yes to the newest text of the purpose `match`, and with
    every check that their side asks for.
    Who agreed to an older text is asked again first. Two queries, whatever the number of members.
    """
    text = standing_texts(programme_id).get(Purpose.MATCH)
    if text is None:
        return []
    rows = matchable(text).filter(partners__lt=F("capacity"))
    return list(
        rows.order_by("id").values(  # type: ignore[arg-type]
            "id",
            "person_id",
            "area_id",
            "radius_km",
            "speak",
            "learn",
            "times",
            "modes",
            "interests",
            "needs",
            "facts",
            "capacity",
            "partners",
            "waiting_since",
            side_number=F("side__number"),
            lat_e5=F("area__lat_e5"),
            lon_e5=F("area__lon_e5"),
        )
    )


def matchable(text: ConsentText) -> QuerySet[Enrolment]:
    """Active enrolments that agreed to this text and still do, and that have the checks they need today."""
    agreed = Consent.objects.filter(text=text, given=True, replaced_at=None).values("enrolment_id")
    rows = Enrolment.objects.filter(
        programme_id=text.programme_id, state=Enrolment.State.ACTIVE, id__in=agreed
    )
    return with_checks(rows, text.programme)


def agreeing(purpose: str) -> QuerySet[Consent, uuid.UUID]:
    """The ids of all enrolments, in every programme, that agree to the newest text of a purpose."""
    return _newest().filter(purpose=purpose, given=True).values_list("enrolment_id", flat=True)


def _newest() -> QuerySet[Consent]:
    """The answers that stand, to texts that no newer one has replaced."""
    newer = ConsentText.objects.filter(
        programme=OuterRef("text__programme"),
        purpose=OuterRef("text__purpose"),
        version__gt=OuterRef("text__version"),
    )
    return Consent.objects.filter(~Exists(newer), replaced_at=None)


def agreeing_people(programme_id: uuid.UUID, purpose: str) -> set[uuid.UUID]:
    """Who agrees to the newest text of a purpose in a programme."""
    rows = Enrolment.objects.filter(programme_id=programme_id, id__in=agreeing(purpose))
    return set(rows.values_list("person_id", flat=True))


def offering_people(programme_id: uuid.UUID) -> set[uuid.UUID]:
    """Who offers something in a programme (in an exchange that is everybody) and agrees to notices."""
    rows = Enrolment.objects.filter(
        programme_id=programme_id,
        state=Enrolment.State.ACTIVE,
        side__number=0,
        id__in=agreeing(Purpose.NOTICES),
    )
    return set(rows.values_list("person_id", flat=True))


def text_of_figures(programme_id: uuid.UUID) -> int | None:
    """The number of the newest text by which members agree to be counted."""
    return standing_text_ids(programme_id).get(Purpose.FIGURES)


def counted(text_id: int) -> QuerySet[Enrolment, Any]:
    """Everybody who may be counted now: confirmed, and with a standing yes to this text.

    Not read row by row: the room of the figures makes it part of its own statement.
    """
    agreed = Consent.objects.filter(
        text_id=text_id, given=True, replaced_at=None, enrolment_id=OuterRef("pk")
    )
    settled = [Enrolment.State.ACTIVE, Enrolment.State.PAUSED]
    return Enrolment.objects.filter(Exists(agreed), state__in=settled).values(
        "id", "person_id", "side_id", "area_id", "paused_at", "speak", "learn"
    )


def standing(enrolment: Enrolment) -> dict[str, bool | None]:
    """My answer to the newest text of each purpose; None where I have not answered that text yet."""
    texts = standing_text_ids(enrolment.programme_id)
    rows = Consent.objects.filter(enrolment_id=enrolment.pk, replaced_at=None)
    said = dict(rows.values_list("text_id", "given"))
    return {purpose: said.get(text_id) for purpose, text_id in texts.items()}


def consents(enrolment_id: uuid.UUID) -> dict[str, bool]:
    """What the member agrees to now, for every purpose. No answer to the newest text is a no."""
    said = _newest().filter(enrolment_id=enrolment_id, given=True).values_list("purpose", flat=True)
    return dict.fromkeys(Purpose.values, False) | dict.fromkeys(said, True)


def to_ask_again(enrolments: list[Enrolment]) -> set[uuid.UUID]:
    """Those sent enrolments whose programme has a newer text than the member has answered."""
    asked = {enrolment.programme_id: standing_text_ids(enrolment.programme_id) for enrolment in enrolments}
    rows = Consent.objects.filter(enrolment__in=enrolments, replaced_at=None)
    answered = set(rows.values_list("enrolment_id", "text_id"))
    return {
        enrolment.pk
        for enrolment in enrolments
        for text_id in asked[enrolment.programme_id].values()
        if enrolment.state != Enrolment.State.DRAFT and (enrolment.pk, text_id) not in answered
    }


def history(who: Acting) -> QuerySet[Consent]:
    """Everything I ever said to a consent text of an enrolment that stands, oldest first."""
    rows = Consent.objects.filter(person_id=who.person_id, enrolment__person_id=who.person_id)
    return rows.select_related("text", "text__programme").order_by("at", "id")
