"""How a notice comes to a device: sealed, without content, in place of a letter or beside it."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from tests.cast import someone

from bothways.core.clock.api import now, travelled
from bothways.core.events.models import Event
from bothways.core.outbox import api as outbox
from bothways.core.outbox.models import Delivery, Notice
from bothways.core.texts import api as texts
from bothways.core.texts.models import Text
from bothways.core.walls import api as walls
from bothways.people import services as people
from bothways.people.models import NoticeDevice, Person
from bothways.people.tests.pusher import Browser, on, texts_of, with_device
from bothways.people.tests.reach import REACH, SECRET_WORDS, deliver, with_phone
from bothways.run.keyfiles import fresh_push_key

pytestmark = pytest.mark.django_db


def test_a_notice_comes_once_to_each_device_without_content_and_no_letter_beside_it(
    pusher, told, noon, mailoutbox
):
    amina = someone("Amina")
    with_device(amina, pusher)
    with_device(amina, pusher)
    told(amina)
    told(amina, "2")
    assert deliver() == 1 and deliver() == 0
    assert len(pusher.got) == 2 and len({one["path"] for one in pusher.got}) == 2 and mailoutbox == []
    words = pusher.got[0]["words"]
    assert words["title"] == "Bothways" and words["words"] == "There is something new for you."
    assert words["quiet"] == [21 * 60, 8 * 60] and words["dir"] == "ltr"
    assert pusher.got[1]["words"] == words
    for secret in (SECRET_WORDS, "/pairs/", "Amina", str(amina.id)):
        assert secret not in json.dumps([words, pusher.got[0]["headers"]])
    headers = pusher.got[0]["headers"]
    assert (headers["TTL"], headers["Topic"], headers["Urgency"]) == ("259200", "news", "normal")
    assert Delivery.objects.get().way == "device"
    told(amina, "3")
    assert deliver() == 1 and pusher.got[2]["words"]["once"] != words["once"]


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
def test_it_is_in_the_language_of_its_person_and_its_length_says_nothing(language, pusher, told, noon):
    amina = someone("Amina")
    people.set_language(amina.who, language)
    with_device(amina, pusher)
    told(amina)
    assert deliver() == 1
    words = pusher.got[0]["words"]
    assert words["lang"] == language and words["dir"] == ("rtl" if language == "ar" else "ltr")
    assert ("new for you" in words["words"]) == (language == "en")
    assert pusher.got[0]["length"] == 86 + 1024 + 1 + 16


def test_both_when_both_were_chosen_and_one_budget_for_all(pusher, told, noon, mailoutbox, settings):
    settings.NOTICES_PER_WEEK = 2
    amina = someone("Amina")
    browser = with_device(amina, pusher)
    reach = {**REACH, "notices_per_week": "2", "notices_both": "on"}
    assert browser.post(reverse("reach"), reach).status_code == 302
    assert "and a letter comes" in browser.get(reverse("reach")).content.decode()
    told(amina)
    assert deliver() == 1 and len(mailoutbox) == len(pusher.got) == 1
    assert Delivery.objects.get().way == "both"
    told(amina, "2")
    assert deliver() == 1
    told(amina, "3")
    assert deliver() == 0 and len(mailoutbox) == len(pusher.got) == 2


def test_a_choice_that_the_form_does_not_show_stays(pusher):
    amina = someone("Amina")
    browser = with_device(amina, pusher)
    browser.post(reverse("reach"), {**REACH, "notices_both": "on"})
    browser.post(reverse("device_off", args=[NoticeDevice.objects.get().id]))
    assert "notices_both" not in browser.get(reverse("reach")).content.decode()
    browser.post(reverse("reach"), REACH)
    assert Person.objects.get(id=amina.id).notices_both
    with_device(amina, pusher).post(reverse("reach"), REACH)
    assert not Person.objects.get(id=amina.id).notices_both


def test_quiet_hours_and_rhythm_count_for_devices(pusher, told, noon):
    amina = someone("Amina")
    browser = with_device(amina, pusher)
    browser.post(reverse("reach"), {**REACH, "told": "daily", "told_at": "18"})
    told(amina)
    assert deliver() == 0
    with travelled(timedelta(hours=6, minutes=1)):
        assert deliver() == 1 and len(pusher.got) == 1
        told(amina, "2")
    browser.post(reverse("reach"), {**REACH, "told": "soon"})
    with travelled(timedelta(hours=10)):
        assert deliver() == 0
    with travelled(timedelta(hours=20, minutes=1)):
        assert deliver() == 1 and len(pusher.got) == 2


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_goes_and_the_letter_comes_instead(status, pusher, told, noon, mailoutbox):
    amina = someone("Amina")
    browser = with_device(amina, pusher)
    pusher.status = status
    told(amina)
    assert deliver() == 1 and len(mailoutbox) == 1 and Delivery.objects.get().way == "letter"
    assert not NoticeDevice.objects.exists() and texts_of(amina) == 0
    assert Event.objects.filter(kind="device.gone", person_id=amina.id).count() == 1
    assert "You get a short letter" in browser.get(reverse("reach")).content.decode()


def test_of_two_devices_the_one_that_is_gone_goes_and_the_other_tells(pusher, told, noon, mailoutbox):
    amina = someone("Amina")
    gone = pusher.subscribe()
    with_device(amina, pusher, gone)
    with_device(amina, pusher)
    pusher.answers[gone["endpoint"].removeprefix(pusher.origin)] = 410
    told(amina)
    assert deliver() == 1 and len(pusher.got) == 1 and mailoutbox == []
    assert NoticeDevice.objects.count() == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_is_down_is_tried_each_hour_under_the_same_right(
    status, pusher, told, noon, mailoutbox
):
    amina = someone("Amina")
    with_device(amina, pusher)
    pusher.status = status
    told(amina)
    assert deliver() == 0 and deliver() == 0 and mailoutbox == []
    pusher.status = 201
    with travelled(timedelta(minutes=30)):
        assert deliver() == 0 and pusher.got == []
    with travelled(timedelta(hours=1, minutes=1)):
        assert deliver() == 1 and len(pusher.got) == 1 and mailoutbox == []
    assert Delivery.objects.count() == NoticeDevice.objects.count() == 1


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 413])
def test_a_service_that_will_not_is_not_followed_and_the_letter_comes(status, pusher, told, noon, mailoutbox):
    amina = someone("Amina")
    with_device(amina, pusher)
    pusher.status = status
    told(amina)
    assert deliver() == 1 and len(mailoutbox) == 1 and pusher.got == []
    assert NoticeDevice.objects.count() == 1, "what is wrong may be on our side"


def test_a_worker_that_dies_after_sending_sends_the_same_message_again(pusher, told, noon, monkeypatch):
    class Killed(BaseException):
        pass

    amina = someone("Amina")
    with_device(amina, pusher)
    told(amina)
    with monkeypatch.context() as dying:
        dying.setattr("bothways.core.outbox.delivering._settle", _raise(Killed))
        with pytest.raises(Killed):
            deliver()
    assert deliver() == 0
    with travelled(timedelta(minutes=11)):
        assert deliver() == 1
    assert len(pusher.got) == 2 and pusher.got[0]["words"]["once"] == pusher.got[1]["words"]["once"]
    assert Delivery.objects.count() == 1


def _raise(error):
    def fail(*given):
        raise error

    return fail


def test_another_key_of_the_server_makes_devices_silent_and_the_letter_comes(
    pusher, told, noon, mailoutbox, settings
):
    amina = someone("Amina")
    browser = with_device(amina, pusher)
    settings.PUSH_KEY = fresh_push_key()
    page = browser.get(reverse("reach")).content.decode()
    assert "You get a short letter" in page and "Switch it off" not in page
    told(amina)
    assert deliver() == 1 and len(mailoutbox) == 1 and pusher.got == []
    # Switched on again under the new one.
    assert browser.post(reverse("device_on"), pusher.subscribe(Browser())).status_code == 302
    told(amina, "2")
    assert deliver() == 1 and len(pusher.got) == 1 and NoticeDevice.objects.count() == 1


def test_devices_beside_text_messages(pusher, carrier, told, noon, mailoutbox):
    amina = someone("Amina")
    browser = with_phone(amina, carrier)
    carrier.got.clear()
    assert browser.post(reverse("device_on"), pusher.subscribe()).status_code == 302
    told(amina)
    assert deliver() == 1 and len(pusher.got) == 1 and carrier.got == []
    browser.post(reverse("reach"), {**REACH, "notices_by": "text", "notices_both": "on"})
    carrier.status = 503
    told(amina, "2")
    assert deliver() == 0 and len(pusher.got) == 1, "both are tried again together"
    carrier.status = 202
    with travelled(timedelta(hours=1, minutes=1)):
        assert deliver() == 1 and len(pusher.got) == 2 and mailoutbox == []


def test_devices_alone_for_who_wants_nothing_else(pusher, told, noon, mailoutbox):
    amina = someone("Amina")
    browser = with_device(amina, pusher)
    browser.post(reverse("reach"), {**REACH, "notices_by": "none"})
    assert "nothing comes" in browser.get(reverse("reach")).content.decode()
    told(amina)
    assert deliver() == 1 and len(pusher.got) == 1 and mailoutbox == []


def test_an_invitation_that_waits_opens_the_address_and_nothing_else(pusher):
    amina = someone("Amina")
    on(amina, pusher)
    texts.put(owner_id=amina.id, kind="phone", words="+49 171 555")
    about = {"kind": "meeting.invitation", "path": "/me/reach/", "object_id": uuid.uuid4()}
    Notice.objects.create(person_id=amina.id, key="1", created_at=now(), **about)
    with walls.working():
        assert not NoticeDevice.objects.exists()
        assert set(Text.objects.values_list("kind", flat=True)) == {"address"}
        assert NoticeDevice.objects.all().delete()[0] == 0
    outbox.tell(amina.id, "sign_in.new", path="/me/sign-ins/", key="2")
    with walls.working():
        assert NoticeDevice.objects.count() == 1
        assert set(Text.objects.values_list("kind", flat=True)) == {"address", "phone", "push"}
