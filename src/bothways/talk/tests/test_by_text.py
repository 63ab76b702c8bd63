"""Messages on a phone: only with a yes of both, only these words, only until their reader has had them."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import Error, transaction
from django.http import Http404
from tests.undone import undone

from bothways.core.clock.api import travelled
from bothways.core.faults import Refused
from bothways.core.outbox.models import Delivery, Notice
from bothways.core.texts.models import Text
from bothways.core.walls import api as walls
from bothways.enrol import api as enrol
from bothways.pair import services as pairs
from bothways.pair.api import open_pair
from bothways.people import api as people
from bothways.people.tests.reach import NUMBER, REACH, deliver, reply, with_phone
from bothways.talk import by_text, phrases, services
from bothways.talk.models import ByText, Message

pytestmark = pytest.mark.django_db
NOTHING = by_text.Agreed()


@pytest.fixture(autouse=True)
def _wide_awake(settings) -> None:
    settings.NOTICES_PER_WEEK = 7


@pytest.fixture
def reader(bo, pair, carrier):
    """Bo has a phone, and no quiet hours."""
    browser = with_phone(bo, carrier)
    browser.post("/me/reach/", {**REACH, "notices_by": "text", "notices_per_week": "7", "quiet_until": "21"})
    Notice.objects.all().delete()
    carrier.got.clear()
    return bo


@pytest.fixture
def both(amina, reader, pair):
    """Bo wishes it, and Amina says yes."""
    by_text.wish(reader.who, pair_id=pair.id)
    by_text.allow(amina.who, pair_id=pair.id)
    Notice.objects.all().delete()


def sent(person, pair, words: str, **more) -> Message:
    return services.send(person.who, pair_id=pair.id, words=words, **more)


def a_job_reads(message: Message) -> bool:
    with walls.working():
        seen = Text.objects.filter(id=message.text_id).exists()
        assert Message.objects.filter(id=message.id).exists() == seen
        return seen


def test_with_a_yes_of_both_the_words_come_once(amina, reader, pair, both, carrier) -> None:
    sent(amina, pair, "I come at five.\nBring the book.")
    deliver()
    assert "I come at five.\nBring the book." in carrier.words
    assert "Amina" not in carrier.words and "Bo" not in carrier.words.replace("Bothways", "")
    assert "STOP" in carrier.words
    deliver()
    assert len(carrier.got) == 1


def test_without_one_of_the_two_no_word_leaves(amina, reader, pair, carrier) -> None:
    before = sent(amina, pair, "kestrel before")
    by_text.wish(reader.who, pair_id=pair.id)
    alone = sent(amina, pair, "kestrel alone")
    assert not a_job_reads(before) and not a_job_reads(alone)
    deliver()
    assert carrier.got and "kestrel" not in carrier.words
    by_text.allow(amina.who, pair_id=pair.id)
    # What was written before the yes stays here, and so does what the reader writes.
    assert not a_job_reads(alone)
    assert not a_job_reads(sent(reader, pair, "kestrel of the reader"))


def test_a_message_that_is_only_for_here_stays(amina, reader, pair, both, carrier) -> None:
    message = sent(amina, pair, "kestrel", only_here=True)
    assert not a_job_reads(message)
    deliver()
    assert "kestrel" not in carrier.words and "something new" in carrier.words


def test_a_job_reads_it_only_until_it_was_told_or_looked_at(amina, reader, pair, both, carrier) -> None:
    looked_at = sent(amina, pair, "One")
    assert a_job_reads(looked_at)
    reader.browser().get(f"/pairs/{pair.id}/messages/")
    assert not a_job_reads(looked_at)
    deliver()
    assert carrier.got == []
    told = sent(amina, pair, "Two")
    deliver()
    assert "Two" in carrier.words and "One" not in carrier.words
    assert not a_job_reads(told)


@pytest.mark.parametrize("what", ["no_wish", "no_yes", "ended", "left", "letters", "deleted", "reader_left"])
def test_what_was_written_and_not_told_stays_when_something_changes(
    what, amina, reader, pair, both, carrier
) -> None:
    message = sent(amina, pair, "kestrel")
    assert a_job_reads(message)
    match what:
        case "no_wish":
            by_text.take_back(reader.who, pair_id=pair.id, reads=True)
        case "no_yes":
            by_text.take_back(amina.who, pair_id=pair.id, reads=False)
        case "ended":
            pairs.end(amina.who, pair_id=pair.id)
        case "left":
            people.leave(amina.who)
        case "reader_left":
            people.leave(reader.who)
        case "letters":
            assert reader.browser().post("/me/reach/", {**REACH, "notices_by": "letter"}).status_code == 302
        case _:
            services.delete(amina.who, message_id=message.id)
    assert not a_job_reads(message)
    deliver()
    assert all("kestrel" not in one["text"] for one in carrier.got)


def test_stop_ends_it_at_once(amina, reader, pair, both, carrier) -> None:
    sent(amina, pair, "kestrel")
    reply(NUMBER, "STOP")
    deliver()
    assert all("kestrel" not in one["text"] for one in carrier.got)


def test_a_letter_or_a_device_never_carries_words(amina, reader, pair, both, carrier, mailoutbox) -> None:
    sent(amina, pair, "kestrel")
    assert reader.browser().post("/me/reach/", {**REACH, "quiet_until": "21"}).status_code == 302
    deliver()
    assert mailoutbox and all("kestrel" not in one.body for one in mailoutbox)


def test_several_are_one_message_and_other_news_stays_without_words(
    amina, reader, pair, both, carrier, told
) -> None:
    sent(amina, pair, "First.")
    sent(amina, pair, "Second.")
    told(reader)
    deliver()
    assert len(carrier.got) == 1
    assert (
        carrier.words.index("First.") < carrier.words.index("Second.") < carrier.words.index("more for you")
    )


def test_a_very_long_one_is_cut_and_says_so(amina, reader, pair, both, carrier) -> None:
    sent(amina, pair, "a " * 1999)
    sent(amina, pair, "kestrel")
    deliver()
    assert len(carrier.words) < 800 and "…" in carrier.words
    assert "kestrel" not in carrier.words and "more for you" in carrier.words


def test_what_came_while_the_first_try_failed_comes_too(amina, reader, pair, both, carrier) -> None:
    sent(amina, pair, "First.")
    carrier.status = 503
    deliver()
    with travelled(timedelta(hours=2)):
        sent(amina, pair, "Second.")
        carrier.status = 202
        deliver()
    assert "First." in carrier.words and "Second." in carrier.words
    # A gateway that took the first after all would drop another message of the same name.
    assert carrier.got[0]["id"] != carrier.got[-1]["id"]
    assert Delivery.objects.filter(person_id=reader.id).count() == 1


def test_a_phrase_comes_in_the_readers_language(amina, reader, pair, both, carrier) -> None:
    phrase = next(iter(phrases.PHRASES.values()))
    people.set_language(reader.who, "ar")
    sent(amina, pair, phrase.in_language("en"))
    deliver()
    assert phrase.in_language("ar") in carrier.words
    assert phrase.in_language("en") not in carrier.words


def test_who_may_say_what(amina, bo, reader, chen, dara, eli, pair, carrier) -> None:
    for stranger in (chen, dara, eli):
        for attempt in (by_text.wish, by_text.allow):
            with pytest.raises(Http404):
                attempt(stranger.who, pair_id=pair.id)
        with pytest.raises(Http404):
            by_text.take_back(stranger.who, pair_id=pair.id, reads=True)
    with pytest.raises(Refused):
        # Amina has no phone here, and Bo has not asked for hers.
        by_text.wish(amina.who, pair_id=pair.id)
    with pytest.raises(Refused):
        by_text.allow(amina.who, pair_id=pair.id)
    assert not ByText.objects.exists()


def test_whoever_wants_no_notices_of_the_programme_is_told_that_first(reader, pair) -> None:
    mine = enrol.Enrolment.objects.get(person_id=reader.id)
    enrol.consent(reader.who, enrolment_id=mine.pk, answers={"notices": False})
    with pytest.raises(Refused, match="notices"):
        by_text.wish(reader.who, pair_id=pair.id)


def test_twice_is_once_and_each_tells_the_other_without_words(amina, reader, pair) -> None:
    for _twice in range(2):
        by_text.wish(reader.who, pair_id=pair.id)
    for _twice in range(2):
        by_text.allow(amina.who, pair_id=pair.id)
    told = Notice.objects.filter(kind__in=["message.wish", "message.way"]).order_by("created_at")
    assert [(one.person_id, one.kind) for one in told] == [
        (amina.id, "message.wish"),
        (reader.id, "message.way"),
    ]


def test_with_the_wish_goes_the_yes(amina, reader, pair, both) -> None:
    by_text.take_back(reader.who, pair_id=pair.id, reads=True)
    assert not ByText.objects.exists()
    by_text.wish(reader.who, pair_id=pair.id)
    assert not by_text.agreed(amina.who, open_pair(amina.who, pair.id)).mine_go


def test_nobody_writes_it_for_the_other(amina, reader, dara, pair) -> None:
    by_text.wish(reader.who, pair_id=pair.id)
    row = {"pair_id": pair.id, "reads": False, "at": pair.made_at}
    for who, whose in ((reader, amina.id), (dara, dara.id), (dara, amina.id)):
        with walls.acting_with(who.who.token), undone(), pytest.raises(Error), transaction.atomic():
            ByText.objects.create(person_id=whose, **row)
    with walls.working(), undone(), pytest.raises(Error), transaction.atomic():
        ByText.objects.create(person_id=amina.id, **row)


def test_after_the_end_nothing_of_it_is_left(amina, reader, pair, both) -> None:
    pairs.end(amina.who, pair_id=pair.id)
    assert not ByText.objects.exists()
    assert by_text.agreed(amina.who, open_pair(amina.who, pair.id)) == NOTHING
    with pytest.raises(Refused):
        by_text.wish(reader.who, pair_id=pair.id)


def test_by_the_pages(amina, reader, chen, pair, carrier) -> None:
    page, say = f"/pairs/{pair.id}/messages/", f"/pairs/{pair.id}/messages/by-text/"
    assert "Ask my partner" in reader.browser().get(page).content.decode()
    assert chen.browser().post(say, {"say": "wish"}).status_code == 404
    assert reader.browser().post(say, {"say": "everything"}).status_code == 404
    assert reader.browser().get(say).status_code == 405
    assert reader.browser().post(say, {"say": "wish"}).status_code == 302
    assert "Your partner is asked" in reader.browser().get(page).content.decode()
    assert "only_here" not in amina.browser().get(page).content.decode()
    assert amina.browser().post(say, {"say": "allow"}).status_code == 302
    typed = {"words": "kestrel", "once": str(uuid.uuid4())}
    tapped = amina.browser().post(page, {**typed, "add": "none", "only_here": "on"}).content.decode()
    assert 'name="only_here" id="id_only_here" checked' in " ".join(tapped.split())
    assert amina.browser().post(page, {**typed, "only_here": "on"}).status_code == 302
    assert not Message.objects.get().by_text
    assert amina.browser().post(page, {"words": "heron", "once": str(uuid.uuid4())}).status_code == 302
    assert Message.objects.filter(by_text=True).count() == 1
    assert amina.browser().post(say, {"say": "no_more"}).status_code == 302
    assert "Yes, send mine" in amina.browser().get(page).content.decode()
    assert reader.browser().post(say, {"say": "no_wish"}).status_code == 302
    assert not ByText.objects.exists()


def test_without_a_gateway_nothing_of_it_is_offered(amina, pair, settings) -> None:
    settings.SMS_URL = ""
    assert "by-text" not in amina.browser().get(f"/pairs/{pair.id}/messages/").content.decode()
