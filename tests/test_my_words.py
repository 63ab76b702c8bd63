"""From the glass box to one's own words: to where they are rewritten, and deleting them."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.urls import reverse

from bothways.core.clock.api import now, today, travelled
from bothways.core.texts import api as texts
from bothways.core.texts.models import Text
from bothways.core.wording import api as wording
from bothways.days import api as days
from bothways.days.models import Occasion
from bothways.goals import api as goals
from bothways.goals.models import Goal
from bothways.help import api as help_
from bothways.help import services as help_services
from bothways.help.models import Reply, Request
from bothways.meet import api as meet
from bothways.meet.models import JournalLine, Meeting
from bothways.pair import api as pairs
from bothways.pair.tests.factory import a_pair, an_agreed_card
from bothways.people import mine
from bothways.programme.tests.factory import a_programme
from bothways.talk import api as talk
from bothways.talk.models import Message
from tests.cast import someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def life():
    """Amina wrote one of every kind; Bo is her partner."""
    amina, bo, eli = someone("Amina"), someone("Bo"), someone("Eli")
    programme = a_programme(eli)
    pair = a_pair(amina, bo, programme)
    an_agreed_card(amina, bo, pair, customs="Shoes off", rather_not="Late calls")
    pairs.set_contact(amina.who, pair_id=pair.id, words="0123 456")
    pairs.say_thanks(amina.who, pair_id=pair.id, words="Thank you for the tea")
    pairs.plan_closing(amina.who, pair_id=pair.id, day=today() + timedelta(days=9))
    for one in (amina, bo):
        pairs.say_in_touch(one.who, pair_id=pair.id, words=WORDS["in_touch"] if one is amina else "by letter")
    meeting = meet.plan(
        amina.who,
        pair_id=pair.id,
        starts_at=now() + timedelta(days=3),
        minutes=60,
        mode=0,
        place="At the library",
    )
    wanted = meet.WantedSeries(
        meet.Rhythm("weekly", today() + timedelta(days=9), time(9), "UTC"),
        60,
        0,
        meet.Where("", WORDS["meeting link"]),
    )
    meet.choose_series(amina.who, pair_id=pair.id, seen="", wanted=wanted)
    meet.write_journal(amina.who, pair_id=pair.id, words="A first walk")
    talk.send(amina.who, pair_id=pair.id, words="See you at four")
    days.add(
        amina.who,
        pair_id=pair.id,
        days=[now().date() + timedelta(days=9)],
        each_year=False,
        before=3,
        words="Birthday\nLeila turns six",
    )
    goals.add(amina.who, words="Learn to drive", pair_id=pair.id)
    request = help_.ask(
        amina.who, programme_id=programme.id, pair_id=pair.id, kind="school", words="A school form"
    )
    help_services.reply(amina.who, request_id=request.id, words="It is two pages")
    return amina, bo, pair, meeting, request


WORDS = {
    "card.customs": "Shoes off",
    "card.rather_not": "Late calls",
    "contact": "0123 456",
    "thanks": "Thank you for the tea",
    "in_touch": "Write to 0987",
    "meeting place": "At the library",
    "meeting link": "https://call.example/ours",
    "journal": "A first walk",
    "message": "See you at four",
    "occasion": "Leila turns six",
    "goal": "Learn to drive",
    "request": "A school form",
    "reply": "It is two pages",
}


def text_of(amina, kind: str):
    return Text.objects.get(owner_id=amina.id, kind=kind)


def pages(pair, meeting, request) -> list[str]:
    """Every page on which some of her words stand."""
    names = [("pair", pair), ("card", pair), ("pair_contact", pair), ("meetings", pair), ("journal", pair)]
    names += [
        ("series", pair),
        ("series_choose", pair),
        ("messages", pair),
        ("occasions", pair),
        ("pair_goals", pair),
    ]
    return [
        *(reverse(name, args=[one.id]) for name, one in names),
        reverse("card_change", args=[pair.id]),
        reverse("pair_closing", args=[pair.id]),
        reverse("meeting", args=[meeting.id]),
        reverse("meeting_change", args=[meeting.id]),
        reverse("request", args=[request.id]),
    ]


@pytest.mark.parametrize("kind", WORDS)
def test_she_deletes_her_words_and_where_they_stood_there_is_nothing(kind, life):
    amina, bo, pair, meeting, request = life
    hers, his = amina.browser(), bo.browser()
    text = text_of(amina, kind)
    where = reverse("words_delete", args=[text.id])
    assert where in hers.get(reverse("glass_box")).content.decode()
    shown = "".join(hers.get(page).content.decode() for page in pages(pair, meeting, request))
    assert WORDS[kind] in shown
    asked = hers.get(where)
    assert asked.status_code == 200 and WORDS[kind] in asked.content.decode()
    assert Text.objects.filter(id=text.id).exists(), "asked first"
    assert hers.post(where).url == reverse("glass_box")
    assert not Text.objects.filter(id=text.id).exists()
    assert hers.post(where).status_code == 404
    box = hers.get(reverse("glass_box")).content.decode()
    assert where not in box and WORDS[kind] not in box
    for browser in (hers, his):
        for page in pages(pair, meeting, request):
            answer = browser.get(page)
            assert answer.status_code == 200, page
            assert WORDS[kind] not in answer.content.decode(), page


@pytest.mark.parametrize("kind", [*WORDS, "name"])
def test_the_glass_box_leads_to_where_words_are_changed(kind, life):
    amina, _bo, pair, meeting, request = life
    browser, text = amina.browser(), text_of(amina, kind)
    wanted = {
        "card.customs": reverse("card_change", args=[pair.id]),
        "card.rather_not": reverse("card_change", args=[pair.id]),
        "contact": reverse("pair_contact", args=[pair.id]),
        "thanks": reverse("pair_closing", args=[pair.id]),
        "in_touch": reverse("pair_in_touch", args=[pair.id]),
        "meeting place": reverse("meeting_change", args=[meeting.id]),
        "meeting link": reverse("series_choose", args=[pair.id]),
        "journal": reverse("journal", args=[pair.id]),
        "message": reverse("messages", args=[pair.id]),
        "occasion": "/occasions/",
        "goal": "/goals/",
        "request": reverse("request", args=[request.id]),
        "reply": reverse("request", args=[request.id]),
        "name": reverse("me"),
    }[kind]
    link = reverse("words_place", args=[text.id])
    assert link in browser.get(reverse("glass_box")).content.decode()
    found = browser.get(link).url
    assert found == wanted or (kind in {"occasion", "goal"} and found.startswith(wanted))
    assert browser.get(found, follow=True).status_code == 200


def test_a_request_without_words_counts_as_taken_back(life):
    amina, bo, _pair, _meeting, request = life
    page = amina.browser().get(reverse("words_delete", args=[request.text_id])).content.decode()
    assert "counts as taken back" in page
    mine.delete(amina.who, mine.one(amina.who, request.text_id))
    assert Request.objects.get().state == "taken_back"
    reply = Reply.objects.get()
    assert texts.read(bo.who, [reply.text_id]) == {}
    assert set(texts.read(amina.who, [reply.text_id]).values()) == {"It is two pages"}


def test_a_card_stays_signed_without_the_words(life):
    amina, bo, pair, _meeting, _request = life
    mine.delete(amina.who, mine.one(amina.who, text_of(amina, "card.customs").id))
    (card,) = pair.cards.all()
    assert card.signatures.count() == 2
    page = bo.browser().get(reverse("card", args=[pair.id])).content.decode()
    assert "Late calls" in page and "Shoes off" not in page
    an_agreed_card(amina, bo, pair, customs="Slippers are here", rather_not="Late calls")
    assert "Slippers are here" in bo.browser().get(reverse("card", args=[pair.id])).content.decode()


def test_rows_go_with_the_words_of_journals_and_replies_and_places(life):
    amina, *_ = life
    for kind in ("journal", "message", "occasion", "goal", "reply", "meeting place", "meeting link"):
        mine.delete(amina.who, mine.one(amina.who, text_of(amina, kind).id))
    assert not JournalLine.objects.exists() and not Message.objects.exists()
    assert not Occasion.objects.exists() and not Goal.objects.exists() and not Reply.objects.exists()
    meeting = Meeting.objects.get(series=None)
    assert (meeting.place_text, meeting.place_by, meeting.state) == (None, None, "planned")


def test_after_the_pair_has_ended_what_is_left_can_still_go(life):
    amina, bo, pair, *_ = life
    pairs.end(bo.who, pair_id=pair.id)
    for kind in ("journal", "meeting place", "meeting link", "message", "goal", "request", "reply"):
        text = text_of(amina, kind)
        assert amina.browser().post(reverse("words_delete", args=[text.id])).status_code == 302
    kept = set(Text.objects.filter(owner_id=amina.id).values_list("kind", flat=True))
    assert kept == {"address", "name"}


def test_nobody_reaches_the_words_of_another(life):
    amina, bo, *_ = life
    for kind in WORDS:
        text = text_of(amina, kind)
        for name in ("words_delete", "words_place"):
            assert bo.browser().get(reverse(name, args=[text.id])).status_code == 404
        assert bo.browser().post(reverse("words_delete", args=[text.id])).status_code == 404
    assert Text.objects.filter(owner_id=amina.id).count() == len(WORDS) + 2


def test_the_name_and_the_address_go_only_with_leaving(life):
    amina, *_ = life
    for kind in ("name", "address"):
        where = reverse("words_delete", args=[text_of(amina, kind).id])
        assert amina.browser().get(where).status_code == 404
        assert amina.browser().post(where).status_code == 404
    assert amina.browser().get(reverse("words_place", args=[text_of(amina, "address").id])).status_code == 404


def test_deleting_asks_for_a_sign_in_again(life):
    amina, *_ = life
    browser, text = amina.browser(), text_of(amina, "journal")
    with travelled(timedelta(minutes=31)):
        for name in ("words_delete", "words_place"):
            assert browser.get(reverse(name, args=[text.id])).status_code == 403
        assert browser.post(reverse("words_delete", args=[text.id])).status_code == 403
    assert Text.objects.filter(id=text.id).exists()


def test_every_kind_of_text_says_what_can_be_done_with_it():
    assert set(texts._kinds) <= wording.registered()
