"""What the database refuses, whatever the program does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from bothways.core.clock.api import now, travelled
from bothways.core.registry import api as registry
from bothways.enrol.models import Consent, Enrolment
from bothways.enrol.tests.factory import drafted, enrolled, sent
from bothways.programme import api as programmes
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db


def refused(write) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        write()


def row(enrolment: Enrolment):
    return Enrolment.objects.filter(pk=enrolment.pk)


def test_nobody_is_enrolled_in_the_session_of_another(amina, bo, programme) -> None:
    refused(
        lambda: Enrolment.objects.create(
            programme=programme, person_id=amina.id, entry_id=bo.who.entry_id, made_at=now()
        )
    )
    enrolment = drafted(amina, programme)
    refused(lambda: row(enrolment).update(entry_id=bo.who.entry_id))
    refused(lambda: row(enrolment).update(person_id=bo.id, entry_id=bo.who.entry_id))


def test_nobody_consents_for_another(amina, bo, programme) -> None:
    enrolment = drafted(amina, programme)
    text = programmes.standing_texts(programme.pk)["match"]
    Consent.objects.filter(enrolment=enrolment).update(replaced_at=now())

    def consent(**changes):
        values = {
            "enrolment": enrolment,
            "text": text,
            "person_id": amina.id,
            "entry_id": amina.who.entry_id,
            "purpose": "match",
            "given": True,
            "at": now(),
        }
        return Consent.objects.create(**values | changes)

    refused(lambda: consent(person_id=bo.id, entry_id=bo.who.entry_id))
    refused(lambda: consent(entry_id=bo.who.entry_id))
    refused(lambda: consent(purpose="contact"))
    refused(lambda: consent(replaced_at=now()))
    assert consent().pk
    refused(consent)


def test_an_enrolment_begins_as_a_draft_and_cannot_skip_a_state(amina, bo, programme) -> None:
    enrolment = drafted(amina, programme)
    moment = now()
    refused(lambda: row(enrolment).update(state="active", confirm_from=moment, waiting_since=moment))
    refused(lambda: row(enrolment).update(state="paused", confirm_from=moment))
    draft = {"programme": programme, "person_id": bo.id, "entry_id": bo.who.entry_id, "made_at": moment}
    refused(lambda: Enrolment.objects.create(**draft, state="waiting"))
    refused(lambda: Enrolment.objects.create(**draft, partners=1))


def test_active_only_after_the_pause(amina, programme) -> None:
    enrolment = sent(amina, programme)
    refused(lambda: row(enrolment).update(state="active", waiting_since=now()))
    refused(lambda: row(enrolment).update(state="active", waiting_since=None))
    refused(lambda: row(enrolment).update(confirm_from=now() - timedelta(days=1)))
    refused(lambda: row(enrolment).update(confirm_from=None, state="draft"))


def test_in_a_real_database_its_own_clock_must_agree(amina, programme) -> None:
    enrolment = sent(amina, programme)
    registry.settle_installation(demo=False)
    with travelled(timedelta(days=2)):
        refused(lambda: row(enrolment).update(state="active", waiting_since=now()))


def test_a_sent_enrolment_is_complete(amina, programme) -> None:
    enrolment = enrolled(amina, programme)
    refused(lambda: row(enrolment).update(area=None))
    refused(lambda: row(enrolment).update(modes=0))


def test_never_one_partner_too_many(amina, programme) -> None:
    enrolment = enrolled(amina, programme)
    refused(lambda: row(enrolment).update(partners=2))


def test_sides_and_areas_are_of_the_same_programme(amina, eli, programme) -> None:
    enrolment = drafted(amina, programme)
    other = a_programme(eli, slug="elsewhere")
    refused(lambda: row(enrolment).update(side=other.sides.first()))
    refused(lambda: row(enrolment).update(area=programmes.leaves(other.pk)[0]))
    refused(lambda: row(enrolment).update(programme=other))


def test_a_consent_is_followed_and_never_changed_or_deleted(amina, programme) -> None:
    enrolment = drafted(amina, programme)
    consents = Consent.objects.filter(enrolment=enrolment)
    refused(lambda: consents.update(given=False))
    refused(lambda: consents.update(at=now()))
    refused(consents.delete)
    consents.update(replaced_at=now())
    refused(lambda: consents.update(replaced_at=None))
    refused(lambda: consents.update(replaced_at=now()))
    enrolment.delete()
    assert not Consent.objects.exists()
