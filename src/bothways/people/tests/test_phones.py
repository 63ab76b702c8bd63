"""A phone number: whose it is, how it is confirmed, and what is left when it goes. Over a real gateway."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.urls import reverse
from tests.cast import someone

from bothways.core.clock.api import now, travelled
from bothways.core.faults import Refused
from bothways.core.identity.api import NotSignedIn
from bothways.core.outbox.models import Notice
from bothways.core.texts.models import Text
from bothways.core.walls import api as walls
from bothways.people import leaving
from bothways.people.models import Phone
from bothways.people.sms import gateway, numbers, phones
from bothways.people.tests.reach import NUMBER, REACH, with_phone

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "typed",
    [
        "+49 30 1234567",
        "0049 (30) 123-4567",
        "+49/30/12345.67",
        "+٤٩ ٣٠ ١٢٣٤٥٦٧",
        "＋４９３０１２３４５６７",
        "\u202a+49301234567\u202c",
    ],
)
def test_one_number_however_it_is_written(typed):
    assert numbers.normalised(typed) == NUMBER


@pytest.mark.parametrize(
    "typed", ["", "030 1234567", "+0301234567", "+49", "+49301234567890123", "+49 x 301234", "🙂"]
)
def test_what_is_no_whole_number_is_refused_with_a_sentence(typed, carrier):
    assert numbers.normalised(typed) == ""
    answer = someone("Amina").browser().post(reverse("phone_add"), {"number": typed})
    assert answer.status_code in {409, 422} and not Phone.objects.exists() and carrier.got == []
    assert typed in answer.content.decode()


def test_a_number_is_added_and_confirmed_with_the_code_that_reached_it(carrier):
    amina = someone("Amina")
    browser = amina.browser()
    assert browser.post(reverse("phone_add"), {"number": "+49 30 1234567"}).url == reverse("reach")
    assert carrier.got[0]["to"] == NUMBER and carrier.got[0]["from"] == "+49300000"
    assert carrier.words == f"Bothways: your code is {carrier.code}"
    assert NUMBER in browser.get(reverse("reach")).content.decode()
    # Not yet confirmed, it is no way to be reached.
    answer = browser.post(reverse("reach"), {**REACH, "notices_by": "text"})
    assert answer.status_code == 422
    assert browser.post(reverse("phone_confirm"), {"code": f" {carrier.code} "}).status_code == 302
    assert Phone.objects.get(person_id=amina.id).confirmed_at
    assert browser.post(reverse("reach"), {**REACH, "notices_by": "text"}).status_code == 302
    assert "short text message" in browser.get(reverse("reach")).content.decode()


def test_digits_of_other_scripts_are_digits(carrier):
    amina = someone("Amina")
    browser = amina.browser()
    browser.post(reverse("phone_add"), {"number": NUMBER})
    arabic = carrier.code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert browser.post(reverse("phone_confirm"), {"code": arabic}).status_code == 302


def test_the_number_stands_nowhere_in_the_database(carrier):
    with_phone(someone("Amina"), carrier)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE %s", [f"%{NUMBER[1:]}%"])
            assert cursor.fetchone() == (0,), table


def test_wrong_codes_are_few_and_a_code_gets_old(carrier):
    amina = someone("Amina")
    phones.add(amina.who, number=NUMBER, network="n")
    right = carrier.code
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        with pytest.raises(Refused):
            phones.confirm(amina.who, code=wrong)
    with pytest.raises(Refused):
        phones.confirm(amina.who, code=right)
    phones.add(amina.who, number=NUMBER, network="n")
    with travelled(timedelta(minutes=31)), pytest.raises(Refused):
        phones.confirm(amina.who, code=carrier.code)
    assert Phone.objects.get().confirmed_at is None


def test_codes_to_a_number_are_few_whoever_asks(carrier):
    for number in range(4):
        phones.add(someone(f"Someone{number}").who, number=NUMBER, network=f"n{number}")
    with pytest.raises(Refused):
        phones.add(someone("Amina").who, number=NUMBER, network="n")
    assert len(carrier.got) == 4
    bo = someone("Bo")
    for number in range(6):
        phones.add(bo.who, number=f"+4930123450{number}", network="n")
    with pytest.raises(Refused):
        phones.add(bo.who, number="+49301234599", network="n")


def test_only_the_database_confirms_and_only_with_the_code(carrier):
    amina, bo = someone("Amina"), someone("Bo")
    phones.add(amina.who, number=NUMBER, network="n")
    hers = Phone.objects.filter(person_id=amina.id)
    with walls.acting_with(amina.who.token):
        for change in ({"confirmed_at": now()}, {"tries": 0}, {"code_hash": b"x"}, {"number_hash": b"x"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                hers.update(**change)
    with walls.acting_with(bo.who.token):
        assert not hers.exists()
        with pytest.raises(DatabaseError), transaction.atomic():
            Phone.objects.create(
                person_id=bo.id, number_hash=b"x", number_text=bo.id, added_at=now(), confirmed_at=now()
            )
    with pytest.raises(Refused):
        phones.confirm(bo.who, code=carrier.code)
    with walls.visiting():
        assert not Phone.objects.exists()


def test_a_number_that_moved_goes_with_its_phone_and_the_other_one_is_told(carrier):
    amina, bo = someone("Amina"), someone("Bo")
    hers = with_phone(amina, carrier)
    with_phone(bo, carrier)
    assert list(Phone.objects.values_list("person_id", flat=True)) == [bo.id]
    assert not Text.objects.filter(owner_id=amina.id, kind="phone").exists()
    assert Notice.objects.get(kind="phone.moved").person_id == amina.id
    assert "off your account" in hers.get("/").content.decode()
    page = hers.get(reverse("reach")).content.decode()
    assert "no confirmed phone number any more" in page and NUMBER not in page
    assert Notice.objects.get(kind="phone.moved").seen_at


def test_asking_for_a_code_takes_nobodys_number(carrier):
    amina, bo = someone("Amina"), someone("Bo")
    with_phone(amina, carrier)
    phones.add(bo.who, number=NUMBER, network="n")
    assert Phone.objects.get(person_id=amina.id).confirmed_at


@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_the_same_number_at_once_do_not_both_have_it(carrier):
    both = [someone("Amina"), someone("Bo")]
    codes = []
    for one in both:
        phones.add(one.who, number=NUMBER, network="n")
        codes.append(carrier.code)
    ready = threading.Barrier(2, timeout=10)

    def confirm(one, code):
        try:
            with walls.acting_with(one.who.token):
                ready.wait()
                phones.confirm(one.who, code=code)
        except Refused:
            pass
        finally:
            connections.close_all()

    workers = [threading.Thread(target=confirm, args=pair) for pair in zip(both, codes, strict=True)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert Phone.objects.exclude(confirmed_at=None).count() == 1


@pytest.mark.parametrize("status", [404, 410, 422, 401, 500, 302])
def test_a_code_that_cannot_go_leaves_no_number_behind(carrier, status):
    carrier.status = status
    amina = someone("Amina")
    answer = amina.browser().post(reverse("phone_add"), {"number": NUMBER})
    assert answer.status_code == 409 and "could not send" in answer.content.decode()
    assert not Phone.objects.exists() and not Text.objects.filter(kind="phone").exists()


def test_a_number_goes_by_its_button_and_from_the_glass_box(carrier):
    amina = someone("Amina")
    browser = with_phone(amina, carrier)
    box = browser.get(reverse("glass_box")).content.decode()
    assert NUMBER in box and "Your phone for text messages" in box
    text = Text.objects.get(owner_id=amina.id, kind="phone")
    assert browser.get(reverse("words_place", args=[text.id])).url == reverse("reach")
    assert browser.post(reverse("words_delete", args=[text.id])).status_code == 302
    assert not Phone.objects.exists() and not Text.objects.filter(kind="phone").exists()
    for _ in range(2):
        assert browser.post(reverse("phone_remove")).status_code == 302


def test_leaving_takes_the_number_and_its_hash(carrier):
    amina = someone("Amina")
    with_phone(amina, carrier)
    leaving.leave(amina.who)
    assert not Phone.objects.exists() and not Text.objects.filter(owner_id=amina.id).exists()
    with pytest.raises(NotSignedIn):
        phones.add(amina.who, number=NUMBER, network="n")


def test_where_no_gateway_is_there_is_no_phone(settings):
    browser = someone("Amina").browser()
    assert not gateway.is_on()
    assert "My phone" not in browser.get(reverse("reach")).content.decode()
    assert browser.post(reverse("phone_add"), {"number": NUMBER}).status_code == 404
    assert browser.post(reverse("phone_confirm"), {"code": "1"}).status_code == 404
