"""Notices on a device: whose it is, what is left when it goes, how a notice comes. Over real sockets."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.urls import reverse
from tests.answers import faults_of
from tests.cast import someone

from bothways.core.clock.api import now, travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.identity.api import (
    NotSignedIn,
    acting,
    end_all_entries,
    end_entry,
    end_expired,
    open_entry,
)
from bothways.core.outbox import api as outbox
from bothways.core.outbox.models import Notice
from bothways.core.texts.models import Text
from bothways.core.walls import api as walls
from bothways.people import leaving, sessions
from bothways.people.models import NoticeDevice
from bothways.people.push import devices, vapid
from bothways.people.tests.pusher import on, subscription, texts_of, with_device
from bothways.people.tests.reach import deliver

pytestmark = pytest.mark.django_db


# --- switching on and off ------------------------------------------------------


def test_a_device_is_off_until_its_person_switches_it_on_and_off_again(pusher):
    amina = someone("Amina")
    browser = amina.browser()
    page = browser.get(reverse("reach")).content.decode()
    assert "You get a short letter" in page and vapid.public_key() in page
    given = pusher.subscribe()
    assert browser.post(reverse("device_on"), given).url == reverse("reach")
    page = browser.get(reverse("reach")).content.decode()
    assert "shown on your devices" in page and "using now" in page and given["endpoint"] not in page
    assert "letters come again" in page
    one = NoticeDevice.objects.get()
    off = reverse("device_off", args=[one.id])
    for _ in range(2):
        assert browser.post(off).url == reverse("reach")
    assert not NoticeDevice.objects.exists() and texts_of(amina) == 0
    assert "You get a short letter" in browser.get(reverse("reach")).content.decode()
    kinds = list(
        Event.objects.filter(person_id=amina.id, kind__startswith="device.").values_list("kind", flat=True)
    )
    assert sorted(kinds) == ["device.off", "device.on"]


def test_again_in_the_same_browser_is_one_device_and_each_sign_in_has_its_own(pusher):
    amina = someone("Amina")
    here = with_device(amina, pusher)
    assert here.post(reverse("device_on"), pusher.subscribe()).status_code == 302
    assert NoticeDevice.objects.count() == texts_of(amina) == 1
    there = with_device(amina, pusher)
    assert NoticeDevice.objects.count() == texts_of(amina) == 2
    page = there.get(reverse("reach")).content.decode()
    assert page.count("Switch it off") == 2 and page.count("using now") == 1
    # Switched off from afar.
    other = min(devices.mine(amina.who), key=lambda one: one.added_at)
    assert there.post(reverse("device_off", args=[other.id])).status_code == 302
    assert "using now" not in here.get(reverse("reach")).content.decode()


def test_the_same_address_in_a_new_session_of_mine_moves_with_me(pusher):
    amina = someone("Amina")
    given = pusher.subscribe()
    with_device(amina, pusher, given)
    with_device(amina, pusher, given)
    assert NoticeDevice.objects.count() == texts_of(amina) == 1
    assert not Notice.objects.filter(kind="device.moved").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": ""},
        {"endpoint": "https://evil.example/x"},
        {"endpoint": "http://169.254.169.254/x"},
        {"endpoint": "https://127.0.0.1/x\nBo"},
        {"p256dh": ""},
        {"p256dh": "x" * 87},
        {"p256dh": "BA"},
        {"auth": ""},
        {"auth": "AAAA"},
        {"auth": "AAAAAAAAAAAAAAAAAAAAA\n"},
        {"auth": "\ud800"},
        {"key": ""},
        {"key": "another"},
    ],
)
def test_what_no_browser_hands_over_is_refused_with_a_sentence(wrong, pusher):
    amina = someone("Amina")
    browser = amina.browser()
    sent = urlencode({**pusher.subscribe(), **wrong}, errors="surrogatepass")
    answer = browser.post(reverse("device_on"), sent, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 409 and "Please load the page again" in answer.content.decode()
    assert not NoticeDevice.objects.exists() and texts_of(amina) == 0


def test_ten_devices_and_no_more(pusher):
    amina = someone("Amina")
    for _ in range(10):
        with_device(amina, pusher)
    answer = amina.browser().post(reverse("device_on"), pusher.subscribe())
    assert answer.status_code == 409 and "ten devices" in answer.content.decode()
    assert NoticeDevice.objects.count() == texts_of(amina) == 10


@pytest.mark.parametrize("gone", [{"PUSH_KEY": ""}, {"PUSH_SERVICES": []}])
def test_where_it_is_off_nothing_of_it_is_there_and_a_letter_comes(
    gone, pusher, settings, told, noon, mailoutbox
):
    amina = someone("Amina")
    browser = with_device(amina, pusher)
    for name, value in gone.items():
        setattr(settings, name, value)
    page = browser.get(reverse("reach")).content.decode()
    assert "Notices on my devices" not in page and "push.js" not in page and "You get a short letter" in page
    assert browser.post(reverse("device_on"), {}).status_code == 404
    told(amina)
    assert deliver() == 1 and len(mailoutbox) == 1 and pusher.got == []


def test_nothing_of_a_device_stands_readable_in_the_database(pusher):
    given = pusher.subscribe()
    with_device(someone("Amina"), pusher, given)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            for secret in (given["endpoint"].rpartition("/")[2], given["auth"], given["p256dh"]):
                cursor.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE %s", [f"%{secret}%"])
                assert cursor.fetchone() == (0,), table


# --- whose it is ----------------------------------------------------------------


def test_nobody_else_sees_or_switches_off_my_device(pusher):
    amina, bo = someone("Amina"), someone("Bo")
    with_device(amina, pusher)
    one = NoticeDevice.objects.get()
    theirs = bo.browser()
    assert theirs.post(reverse("device_off", args=[one.id])).status_code == 302
    assert theirs.post(reverse("words_delete", args=[one.words_text])).status_code in {302, 404}
    for visitor in (Client(), Client(HTTP_COOKIE="sessionid=made-up")):
        assert visitor.post(reverse("device_off", args=[one.id])).url.startswith("/account/login/")
        assert visitor.post(reverse("device_on"), pusher.subscribe()).url.startswith("/account/login/")
    assert NoticeDevice.objects.count() == texts_of(amina) == 1
    assert "Switch it off" not in theirs.get(reverse("reach")).content.decode()


def test_the_forms_need_their_token(pusher):
    amina = someone("Amina")
    browser = with_device(amina, pusher)
    browser.handler.enforce_csrf_checks = True
    for path in (reverse("device_on"), reverse("device_off", args=[NoticeDevice.objects.get().id])):
        assert browser.post(path, pusher.subscribe()).status_code == 403
    assert NoticeDevice.objects.count() == 1


def test_a_shared_phone_tells_its_new_person_and_never_the_one_before(pusher, told, noon, mailoutbox):
    amina, bo = someone("Amina"), someone("Bo")
    given = pusher.subscribe()
    hers = with_device(amina, pusher, given)
    with_device(bo, pusher, given)
    assert NoticeDevice.objects.get().person_id == bo.id
    assert texts_of(amina) == 0 and texts_of(bo) == 1
    moved = Notice.objects.get(kind="device.moved")
    assert moved.person_id == amina.id
    assert "Somebody else uses one of your devices" in hers.get("/").content.decode()
    told(amina)
    assert deliver() == 1 and pusher.got == [] and len(mailoutbox) == 1
    told(bo, "2")
    assert deliver() == 1 and len(pusher.got) == 1 and len(mailoutbox) == 1


@pytest.mark.parametrize("known", [("endpoint",), ("endpoint", "p256dh"), ("endpoint", "auth")])
def test_whoever_got_hold_of_an_address_takes_no_device_with_it(known, pusher, told, noon):
    amina, bo = someone("Amina"), someone("Bo")
    given = pusher.subscribe()
    with_device(amina, pusher, given)
    stolen = {**pusher.subscribe(), **{name: given[name] for name in known}}
    answer = bo.browser().post(reverse("device_on"), stolen)
    assert answer.status_code == 409 and "load the page again" in answer.content.decode()
    assert NoticeDevice.objects.get().person_id == amina.id and texts_of(bo) == 0
    assert not Notice.objects.filter(kind="device.moved").exists()
    told(amina)
    assert deliver() == 1 and len(pusher.got) == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_same_browser_at_once_do_not_both_have_it(pusher):
    both, given = [someone("Amina"), someone("Bo")], pusher.subscribe()
    ready = threading.Barrier(2, timeout=10)

    def take(one):
        try:
            with walls.acting_with(one.who.token):
                ready.wait()
                devices.switch_on(one.who, subscription(given), server_key=vapid.public_key())
        except Refused:
            pass
        finally:
            connections.close_all()

    workers = [threading.Thread(target=take, args=[one]) for one in both]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert NoticeDevice.objects.count() == 1 == Text.objects.filter(kind="push").count()
    assert NoticeDevice.objects.get().person_id == Text.objects.get(kind="push").owner_id


@pytest.mark.django_db(transaction=True)
def test_switching_on_while_signing_out_everywhere_leaves_no_device(pusher):
    for _ in range(4):
        amina = someone(f"Amina{uuid.uuid4().hex[:8]}")
        ready = threading.Barrier(2, timeout=10)

        def act(work, ready=ready, amina=amina):
            try:
                with walls.acting_with(amina.who.token):
                    ready.wait()
                    work()
            except NotSignedIn:
                pass
            finally:
                connections.close_all()

        given = subscription(pusher.subscribe())
        works = [
            lambda a=amina, g=given: devices.switch_on(a.who, g, server_key=vapid.public_key()),
            lambda a=amina: sessions.sign_out_everywhere(a.who),
        ]
        workers = [threading.Thread(target=act, args=[work]) for work in works]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(20)
        assert not NoticeDevice.objects.exists() and texts_of(amina) == 0


# --- when a session ends ---------------------------------------------------------

ENDS = {
    "signing out": lambda one, browser: browser.post(reverse("account_logout")),
    "everywhere": lambda one, browser: browser.post(reverse("sign_out_everywhere")),
    "from another": lambda one, browser: one.browser().post(reverse("sign_ins_end_others")),
    "all at once": lambda one, browser: end_all_entries(one.id),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_device_goes_with_its_session(end, pusher, told, noon, mailoutbox):
    amina = someone("Amina")
    browser = with_device(amina, pusher)
    ENDS[end](amina, browser)
    assert not NoticeDevice.objects.exists() and texts_of(amina) == 0
    told(amina)
    assert deliver() == 1 and pusher.got == [] and len(mailoutbox) == 1


def test_signing_one_out_leaves_the_other_and_a_session_that_ran_out_ends_it(pusher, settings):
    amina = someone("Amina")
    one, _two = with_device(amina, pusher), with_device(amina, pusher)
    one.post(reverse("account_logout"))
    assert NoticeDevice.objects.count() == texts_of(amina) == 1
    with travelled(timedelta(seconds=settings.SESSION_COOKIE_AGE + 60)), walls.working():
        assert end_expired() > 0
    assert not NoticeDevice.objects.exists() and texts_of(amina) == 0


def test_leaving_takes_every_device_and_nothing_is_switched_on_afterwards(pusher, told, noon, mailoutbox):
    amina = someone("Amina")
    with_device(amina, pusher)
    leaving.leave(amina.who)
    assert not NoticeDevice.objects.exists() and not Text.objects.filter(owner_id=amina.id).exists()
    with pytest.raises(NotSignedIn):
        on(amina, pusher)
    bo = someone("Bo")
    end_entry(bo.who)
    with pytest.raises(NotSignedIn):
        on(bo, pusher)
    assert deliver() == 0 and pusher.got == []


def test_one_tap_stops_devices_too_and_so_does_the_glass_box(pusher, told, noon, mailoutbox):
    amina = someone("Amina")
    browser = with_device(amina, pusher)
    assert browser.post(reverse("reach_stop")).status_code == 302
    assert not NoticeDevice.objects.exists() and texts_of(amina) == 0
    told(amina)
    assert deliver() == 0 and pusher.got == [] and mailoutbox == []
    given = pusher.subscribe()
    assert browser.post(reverse("device_on"), given).status_code == 302
    box = browser.get(reverse("glass_box")).content.decode()
    assert given["endpoint"] in box and "Your devices that show notices" in box
    text = Text.objects.get(owner_id=amina.id, kind="push")
    assert browser.get(reverse("words_place", args=[text.id])).url == reverse("reach")
    assert browser.post(reverse("words_delete", args=[text.id])).status_code == 302
    assert not NoticeDevice.objects.exists() and texts_of(amina) == 0


# --- the database's own walls -----------------------------------------------------


def test_the_database_takes_a_device_from_its_own_open_session_alone(pusher):
    amina, bo = someone("Amina"), someone("Bo")
    one = on(amina, pusher)
    row = {"words_text": one.words_text, "whole_hash": b"w", "key_mark": "k", "added_at": now()}

    def insert(person_id, entry_id):
        with pytest.raises(DatabaseError), transaction.atomic():
            NoticeDevice.objects.create(person_id=person_id, entry_id=entry_id, endpoint_hash=b"x", **row)

    with walls.acting_with(bo.who.token):
        assert not NoticeDevice.objects.exists()
        assert NoticeDevice.objects.filter(id=one.id).delete()[0] == 0
        insert(amina.id, amina.who.entry_id)
        insert(bo.id, amina.who.entry_id)
        insert(amina.id, bo.who.entry_id)
        for change in ({"endpoint_hash": b"y"}, {"person_id": bo.id}, {"key_mark": "z"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                NoticeDevice.objects.update(**change)
    for nobody in (walls.visiting, walls.at_the_door):
        with nobody():
            assert not NoticeDevice.objects.exists()
            insert(bo.id, bo.who.entry_id)
            with transaction.atomic(), connection.cursor() as cursor:
                given = [bytes(one.endpoint_hash), bytes(one.whole_hash)]
                cursor.execute("SELECT people_free_device(%s, %s, '0'::interval)", given)
    assert NoticeDevice.objects.count() == 1
    # A session of mine that has ended, from one that stands.
    again = acting(open_entry(bo.id))
    end_entry(bo.who)
    with walls.acting_with(again.token):
        insert(bo.id, bo.who.entry_id)


def test_a_job_sees_devices_only_while_something_waits_that_was_not_looked_at(pusher, told):
    amina = someone("Amina")
    one = on(amina, pusher)
    with walls.working():
        assert not NoticeDevice.objects.exists() and not Text.objects.filter(kind="push").exists()
        assert NoticeDevice.objects.all().delete()[0] == 0
    told(amina)
    with walls.working():
        assert NoticeDevice.objects.get().id == one.id and Text.objects.filter(kind="push").count() == 1
        with pytest.raises(DatabaseError), transaction.atomic():
            NoticeDevice.objects.update(endpoint_hash=b"x")
        with pytest.raises(DatabaseError), transaction.atomic():
            NoticeDevice.objects.filter(id=one.id).update(key_mark="x")
    outbox.seen(amina.who, path="/pairs/1/")
    with walls.working():
        assert not NoticeDevice.objects.exists() and not Text.objects.filter(kind="push").exists()


# --- the small program --------------------------------------------------------------


def test_the_worker_is_the_same_for_everybody_and_belongs_to_its_folder_alone():
    address = reverse("device_worker")
    assert address == "/me/reach/worker.js"
    answers = [client.get(address) for client in (Client(), someone("Amina").browser())]
    assert answers[0].content == answers[1].content
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert not faults_of(answer)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert (
            "Service-Worker-Allowed" not in answer.headers and "no-store" in answer.headers["Cache-Control"]
        )
    words = answers[0].content.decode()
    for never in ("fetch(", "importScripts", "postMessage", "addEventListener('fetch'", "localStorage"):
        assert never not in words
