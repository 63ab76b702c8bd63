"""Consent as a list of refusals: what does not count as a yes, and what a no does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bothways.core.clock.api import travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.enrol import api as enrol
from bothways.enrol.models import Consent
from bothways.enrol.tests.factory import drafted, enrolled, sent
from bothways.programme import api as programmes
from bothways.programme.services.consent import save_text

pytestmark = pytest.mark.django_db


def newer_text(eli, programme, purpose: str = "match") -> None:
    save_text(eli.who, programme_id=programme.pk, purpose=purpose, words={"en": "New words."})


def test_without_an_answer_to_every_purpose_nothing_is_sent(amina, programme) -> None:
    enrolment = enrol.start(amina.who, programme=programme)
    leaf = programmes.leaves(programme.pk)[0]
    enrol.save(amina.who, enrolment_id=enrolment.pk, side=0, area=leaf, speak=[2], times=1, modes=1)
    enrol.consent(amina.who, enrolment_id=enrolment.pk, answers={"match": True})
    with pytest.raises(Refused, match="what we may do"):
        enrol.send(amina.who, enrolment_id=enrolment.pk)


def test_a_no_to_everything_can_be_sent_and_matches_nobody(amina, programme) -> None:
    enrolment = drafted(amina, programme)
    enrol.consent(
        amina.who,
        enrolment_id=enrolment.pk,
        answers=dict.fromkeys(["match", "contact", "notices", "figures"], False),
    )
    enrol.send(amina.who, enrolment_id=enrolment.pk)
    with travelled(timedelta(days=2)):
        enrol.confirm(amina.who, enrolment_id=enrolment.pk)
    assert enrol.pool(programme.pk) == []
    assert not any(enrol.consents(enrolment.pk).values())
    # Who does not want to be counted is not.
    assert not Event.objects.filter(object_id=enrolment.pk, kind="enrolment.active").exists()
    enrol.consent(amina.who, enrolment_id=enrolment.pk, answers={"figures": True})
    assert Event.objects.filter(object_id=enrolment.pk, kind="enrolment.active").count() == 1


def test_a_yes_taken_back_counts_at_once(amina, programme) -> None:
    enrolment = enrolled(amina, programme)
    enrol.consent(amina.who, enrolment_id=enrolment.pk, answers={"match": False})
    assert enrol.pool(programme.pk) == []
    with pytest.raises(Refused):
        enrol.take_places([enrolment.pk])
    enrol.consent(amina.who, enrolment_id=enrolment.pk, answers={"match": True})
    assert len(enrol.pool(programme.pk)) == 1


def test_a_yes_to_an_older_text_is_no_yes(amina, eli, programme) -> None:
    enrolment = enrolled(amina, programme)
    newer_text(eli, programme)
    assert enrol.pool(programme.pk) == []
    assert enrol.consents(enrolment.pk)["match"] is False
    with pytest.raises(Refused):
        enrol.take_places([enrolment.pk])
    (tile,) = enrol.tiles(amina.who)
    assert tile.urgent
    assert tile.url.endswith("/join/consent/")
    enrol.consent(amina.who, enrolment_id=enrolment.pk, answers={"match": True})
    assert len(enrol.pool(programme.pk)) == 1
    assert not enrol.tiles(amina.who)[0].urgent


def test_a_newer_text_of_another_purpose_does_not_stop_matching(amina, eli, programme) -> None:
    enrolled(amina, programme)
    newer_text(eli, programme, "figures")
    assert len(enrol.pool(programme.pk)) == 1


def test_words_that_were_not_on_the_page_are_not_agreed_to(amina, eli, programme) -> None:
    enrolment = drafted(amina, programme)
    shown = {purpose: text.pk for purpose, text in programmes.standing_texts(programme.pk).items()}
    newer_text(eli, programme)
    with pytest.raises(Refused, match="read it again"):
        enrol.consent(amina.who, enrolment_id=enrolment.pk, answers={"match": True}, read=shown)
    assert enrol.consents(enrolment.pk)["match"] is False


def test_a_purpose_that_is_not_there_is_refused(amina, programme) -> None:
    enrolment = drafted(amina, programme)
    with pytest.raises(Refused):
        enrol.consent(amina.who, enrolment_id=enrolment.pk, answers={"advertising": True})


def test_the_history_stays_and_the_same_answer_adds_nothing(amina, programme) -> None:
    enrolment = sent(amina, programme)
    for given in (True, False, False, True):
        enrol.consent(amina.who, enrolment_id=enrolment.pk, answers={"contact": given})
    rows = Consent.objects.filter(enrolment=enrolment, purpose="contact").order_by("id")
    assert [row.given for row in rows] == [True, False, True]
    assert [row.replaced_at is None for row in rows] == [False, False, True]


def test_consents_of_nobody_are_all_no(programme) -> None:
    assert enrol.consents(programme.pk) == dict.fromkeys(["match", "contact", "notices", "figures"], False)
