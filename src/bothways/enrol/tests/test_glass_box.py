"""Everything of mine is shown to me in words, and nothing stays when I leave."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from bothways.core.registry import api as registry
from bothways.enrol import api as enrol
from bothways.enrol import glass_box
from bothways.enrol.models import Consent, Enrolment
from bothways.enrol.tests.factory import enrolled

pytestmark = pytest.mark.django_db


def test_my_answers_and_consents_in_words(amina, bo, programme) -> None:
    enrolled(amina, programme, interests=1 << 9, needs=1, facts=4, times=1 << 5, modes=3)
    enrol.consent(amina.who, enrolment_id=Enrolment.objects.get().pk, answers={"contact": False})
    answers, consents, checks = glass_box.export(amina.who)
    assert (checks.key, checks.rows) == ("checks", [])
    said = {row["what"]: row["value"] for row in answers.rows}
    assert said["What you like"] == "Chess"
    assert said["When"] == "Tuesday: evening"
    assert said["How you like to meet"] == "In person, By phone"
    assert said["You speak"] == "English, everyday talk"
    assert said["What you need"] == "A place without steps"
    assert said["What you say about yourself"] == "I do not smoke when we meet"
    assert said["State"] == "active"
    assert len(consents.rows) == 5
    assert [row["given"] for row in consents.rows if row["purpose"] == "Contact details"] == ["yes", "no"]
    assert all(row["version"] == 1 and row["words"] for row in consents.rows)
    assert [(section.key, section.rows) for section in glass_box.export(bo.who)] == [
        ("consents", []),
        ("checks", []),
    ]


def test_every_row_has_a_label_for_each_of_its_values(amina, programme) -> None:
    enrolled(amina, programme)
    for section in glass_box.export(amina.who):
        for row in section.rows:
            assert set(row) <= set(section.labels)


def test_leaving_withdraws_everything_and_tells_the_rooms_above(amina, bo, programme, monkeypatch) -> None:
    enrolment = enrolled(amina, programme)
    other = enrolled(bo, programme)
    heard = []
    handlers = {"test": lambda **about: heard.append(about["enrolment_id"])}
    monkeypatch.setitem(registry._handlers, "enrolment.withdrawn", handlers)
    with transaction.atomic():
        registry.fire("person.leaving", person_id=amina.id)
    assert heard == [enrolment.pk]
    registry.mark_leaving(amina.id)
    registry.erase(amina.id)
    assert heard == [enrolment.pk]
    assert list(Enrolment.objects.all()) == [other]
    assert set(Consent.objects.values_list("person_id", flat=True)) == {bo.id}


def test_erasing_alone_also_takes_everything(amina, programme) -> None:
    enrolled(amina, programme)
    registry.mark_leaving(amina.id)
    registry.erase(amina.id)
    assert not Enrolment.objects.exists()
    assert not Consent.objects.exists()


def test_the_pool_holds_no_words(amina, programme) -> None:
    enrolled(amina, programme)
    (row,) = enrol.pool(programme.pk)
    assert not any(isinstance(value, str) for value in row.values())
    assert row["side_number"] == 0
    assert row["lat_e5"] is not None
    assert timedelta() <= row["waiting_since"] - Enrolment.objects.get().confirm_from
