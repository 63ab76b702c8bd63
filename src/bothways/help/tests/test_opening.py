"""A coordinator reads only against a receipt that was committed before, and that the member sees."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404

from bothways.core.clock.api import travelled
from bothways.core.faults import Refused
from bothways.core.receipts import api as receipts
from bothways.core.receipts.api import Receipt
from bothways.core.registry import api as registry
from bothways.help import opening, selectors, services
from bothways.help.access import open_request
from bothways.help.models import Opening
from bothways.help.tests.conftest import SECRET, asked
from bothways.people import api as people
from bothways.programme.models import Staff

pytestmark = pytest.mark.django_db


def thread(person, request):
    return selectors.thread(person.who, open_request(person.who, request.id))


def test_before_opening_there_are_no_words(amina, eli, programme, pair) -> None:
    request = asked(amina, programme)
    before = thread(eli, request)
    assert (before.words, before.sealed, before.can_reply) == ("", True, False)
    page = eli.browser().get(f"/requests/{request.id}/").content.decode()
    assert SECRET not in page
    assert "Amina" not in page
    assert not Receipt.objects.exists()


def test_opening_shows_the_words_for_a_while_and_who_read_them(amina, eli, programme, pair) -> None:
    request = asked(amina, programme)
    receipt = opening.open_with_receipt(eli.who, request_id=request.id)
    assert thread(eli, request).words == SECRET
    assert [r.pk for r in receipts.of_subject(amina.who)] == [receipt.pk]
    box = {section.key: section.rows for section in registry.everything(amina.who)}
    assert box["receipts"][0]["name"] == "Eli from the office"
    with travelled(timedelta(minutes=31)):
        late = thread(eli, request)
        # Reading needs a new receipt; answering what was read does not.
        assert (late.words, late.sealed, late.can_reply) == ("", True, True)
        second = opening.open_with_receipt(eli.who, request_id=request.id)
        assert second.pk != receipt.pk
        assert thread(eli, request).words == SECRET


def test_opening_twice_in_a_row_is_one_receipt(amina, eli, programme, pair) -> None:
    request = asked(amina, programme)
    for _twice in range(2):
        opening.open_with_receipt(eli.who, request_id=request.id)
    assert Receipt.objects.count() == Opening.objects.count() == 1


def test_who_may_not_open(amina, bo, chen, dara, eli, fatima, programme, pair) -> None:
    request, to_bo = asked(amina, programme), asked(amina, programme, pair)
    for stranger in (bo, chen, dara, fatima):
        with pytest.raises(Http404):
            opening.open_with_receipt(stranger.who, request_id=request.id)
    with pytest.raises(Http404):
        opening.open_with_receipt(eli.who, request_id=to_bo.id)
    for person, mine in ((amina, request), (bo, to_bo)):
        with pytest.raises(PermissionDenied):
            opening.open_with_receipt(person.who, request_id=mine.id)
    services.resolve(amina.who, request_id=request.id)
    with pytest.raises(Refused):
        opening.open_with_receipt(eli.who, request_id=request.id)
    assert not Receipt.objects.exists()


def test_one_receipt_opens_one_request(amina, eli, programme, pair) -> None:
    first, second = asked(amina, programme), asked(amina, programme, words="Another thing")
    opening.open_with_receipt(eli.who, request_id=first.id)
    assert thread(eli, second).sealed
    assert thread(eli, second).words == ""


def test_another_coordinator_needs_a_receipt_of_their_own(amina, eli, chen, programme, pair) -> None:
    request = asked(amina, programme)
    Staff.objects.create(
        programme=programme,
        person_id=chen.id,
        entry_id=chen.who.entry_id,
        role=Staff.Role.COORDINATOR,
        public_name="Chen",
        since=request.made_at,
    )
    opening.open_with_receipt(eli.who, request_id=request.id)
    services.reply(eli.who, request_id=request.id, words="Come by on Monday")
    assert thread(chen, request).sealed
    with pytest.raises(Refused):
        services.reply(chen.who, request_id=request.id, words="Guessing")
    opening.open_with_receipt(chen.who, request_id=request.id)
    seen = thread(chen, request)
    assert seen.words == SECRET
    # A colleague's answer is there, its words are between Eli and Amina.
    assert [(r.signed, r.words) for r in seen.replies] == [("Eli from the office", "")]


def test_the_answer_is_signed_with_the_public_name(amina, eli, programme, pair) -> None:
    request = asked(amina, programme)
    opening.open_with_receipt(eli.who, request_id=request.id)
    services.reply(eli.who, request_id=request.id, words="Come by on Monday")
    (reply,) = thread(amina, request).replies
    assert (reply.signed, reply.words) == ("Eli from the office", "Come by on Monday")
    page = amina.browser().get(f"/requests/{request.id}/").content.decode()
    assert "Eli from the office, coordinator" in page


def test_what_the_member_adds_is_read_on_the_receipt_too(amina, eli, programme, pair) -> None:
    request = asked(amina, programme)
    services.reply(amina.who, request_id=request.id, words="It is urgent")
    assert thread(eli, request).replies[0].words == ""
    opening.open_with_receipt(eli.who, request_id=request.id)
    assert thread(eli, request).replies[0].words == "It is urgent"


def test_taken_back_or_resolved_is_closed_to_an_open_receipt(amina, eli, programme, pair) -> None:
    for close in (services.take_back, services.resolve):
        request = asked(amina, programme)
        opening.open_with_receipt(eli.who, request_id=request.id)
        close(amina.who, request_id=request.id)
        assert thread(eli, request).words == ""
        assert SECRET not in eli.browser().get(f"/requests/{request.id}/").content.decode()


def test_the_receipt_is_in_the_language_of_the_one_who_reads_it(amina, eli, programme, pair) -> None:
    people.set_language(amina.who, "zh-hans")
    people.set_language(eli.who, "ar")
    receipt = opening.open_with_receipt(eli.who, request_id=asked(amina, programme).id)
    assert "年" in receipt.what


@pytest.mark.django_db(transaction=True)
def test_inside_another_transaction_nothing_is_opened(amina, eli, programme, pair) -> None:
    request = asked(amina, programme)
    with pytest.raises(RuntimeError), transaction.atomic():
        opening.open_with_receipt(eli.who, request_id=request.id)
    assert thread(eli, request).words == ""
    assert not Opening.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_if_no_receipt_can_be_written_nothing_is_shown(amina, eli, programme, pair) -> None:
    request = asked(amina, programme)
    browser = eli.browser()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_receipt ADD CONSTRAINT broken CHECK (reader_name = '') NOT VALID")
    try:
        page = browser.post(f"/requests/{request.id}/open/")
        assert page.status_code == 503
        assert SECRET not in page.content.decode()
        assert SECRET not in browser.get(f"/requests/{request.id}/").content.decode()
        assert not Receipt.objects.exists()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE core_receipt DROP CONSTRAINT broken")
    assert browser.post(f"/requests/{request.id}/open/").status_code == 302
    assert SECRET in browser.get(f"/requests/{request.id}/").content.decode()


def test_a_receipt_that_is_gone_opens_nothing(amina, eli, programme, pair) -> None:
    request = asked(amina, programme)
    receipt = opening.open_with_receipt(eli.who, request_id=request.id)
    Receipt.objects.filter(id=receipt.pk).delete()
    assert thread(eli, request).words == ""
