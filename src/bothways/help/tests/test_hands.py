"""A hand for a few hours: no name and no word is open before two have said yes, and either takes it away."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, connection, transaction
from django.http import Http404
from django.urls import reverse

from bothways.core.clock.api import now, today, travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.outbox import api as outbox
from bothways.core.registry import api as registry
from bothways.core.texts import api as texts
from bothways.core.texts.models import Share, Text
from bothways.core.walls import api as walls
from bothways.enrol import api as enrol
from bothways.enrol.models import Enrolment
from bothways.enrol.tests.factory import sent
from bothways.help import hand_reading, hands, tasks
from bothways.help.hand_models import HandAsk, HandLike, HandYes
from bothways.pair import services as pairs
from bothways.people import api as people
from bothways.people.models import Person

pytestmark = pytest.mark.django_db
MINE, THEIRS = "Ring at the blue door", "0171 555"


def as_(person, act, **given):
    """In the person's own session, as a page does it."""
    with walls.acting_with(person.who.token):
        return act(person.who, **given)


def likes(person, programme, *kinds: str) -> None:
    as_(person, hands.set_likes, programme_id=programme.id, kinds=set(kinds or ("harvest",)))


def asked(person, programme, **changes) -> HandAsk:
    given = {"kind": "harvest", "day": today() + timedelta(days=5), "hours": 3, **changes}
    made = as_(person, hands.ask, programme_id=programme.id, **given)
    if made.wide_at:
        tasks.tell_of_hand(str(made.id))
    return made


def sees(person, ask) -> bool:
    with walls.acting_with(person.who.token):
        return HandAsk.objects.filter(id=ask.id).exists()


def page(person, ask):
    with walls.acting_with(person.who.token):
        return hand_reading.page(person.who, hands.open_ask(person.who, ask.id))


def html(person, ask) -> str:
    return person.browser().get(reverse("hand", args=[ask.id])).content.decode()


def news(person) -> list[str]:
    return sorted(one.kind for one in outbox.news(person.who) if one.kind.startswith("hand."))


def both_say_yes(amina, chen, ask) -> HandYes:
    said = as_(chen, hands.offer, ask_id=ask.id, words=THEIRS)
    return as_(amina, hands.accept, ask_id=ask.id, yes_id=said.id, words=MINE)


def test_members_are_asked_who_like_it_and_nobody_learns_who_asks(
    amina, bo, chen, dara, eli, fatima, programme, pair
) -> None:
    likes(chen, programme)
    likes(bo, programme, "moving")
    ask = asked(amina, programme)
    assert news(chen) == ["hand.asked"] and news(bo) == news(amina) == []
    assert [sees(one, ask) for one in (amina, chen, bo, dara, eli, fatima)] == [True, True] + [False] * 4
    shown = html(chen, ask)
    assert "Harvest and garden" in shown and "Amina" not in shown
    for person in (bo, dara, eli, fatima):
        assert person.browser().get(reverse("hand", args=[ask.id])).status_code == 404
        with pytest.raises(Http404):
            as_(person, hands.offer, ask_id=ask.id, words="x")


def test_a_switch_is_off_at_first_and_ones_own(amina, bo, chen, programme, pair) -> None:
    ask = asked(amina, programme)
    assert not sees(chen, ask) and not HandLike.objects.exists()
    likes(chen, programme)
    likes(chen, programme)
    assert sees(chen, ask) and HandLike.objects.count() == 1
    with walls.acting_with(bo.who.token):
        assert not HandLike.objects.exists()
    as_(chen, hands.set_likes, programme_id=programme.id, kinds=set())
    assert not sees(chen, ask)
    assert Event.objects.filter(kind="hand.likes").count() == 2


def test_no_name_is_open_after_one_yes(amina, chen, programme, pair) -> None:
    likes(chen, programme)
    ask = asked(amina, programme)
    said = as_(chen, hands.offer, ask_id=ask.id, words=THEIRS)
    as_(chen, hands.offer, ask_id=ask.id, words="again")
    assert HandYes.objects.count() == 1 and news(amina) == ["hand.yes"]
    assert page(amina, ask).waiting == [said.id] and page(amina, ask).met == []
    shown = html(amina, ask)
    assert "Somebody would help" in shown and "Chen" not in shown and THEIRS not in shown
    assert "Amina" not in html(chen, ask)
    assert not Share.objects.filter(under=said.id).exists()
    with walls.acting_with(amina.who.token):
        assert not HandYes.objects.exists()
        assert not Person.objects.filter(id=chen.id).exists()
    assert texts.read(amina.who, [said.text_id]) == {}


def test_two_yeses_open_names_and_how_to_reach_each_other(amina, bo, chen, programme, pair) -> None:
    likes(chen, programme)
    ask = asked(amina, programme)
    said = both_say_yes(amina, chen, ask)
    as_(amina, hands.accept, ask_id=ask.id, yes_id=said.id, words="again")
    (of_amina,), (of_chen,) = page(amina, ask).met, page(chen, ask).met
    assert (of_amina.name, of_amina.theirs, of_amina.mine) == ("Chen", THEIRS, MINE)
    assert (of_chen.name, of_chen.theirs, of_chen.mine) == ("Amina", MINE, THEIRS)
    assert news(chen) == ["hand.met"]
    assert Share.objects.filter(under=said.id).count() == 4
    assert texts.read(bo.who, [said.text_id, said.asker_text_id]) == {}
    assert Event.objects.filter(kind="hand.met").count() == 1


def test_several_who_would_help_have_a_form_each(amina, bo, chen, programme, pair) -> None:
    ask = asked(amina, programme)
    for person in (bo, chen):
        likes(person, programme)
        as_(person, hands.offer, ask_id=ask.id, words=THEIRS)
    shown = html(amina, ask)
    fields = re.findall(r'<textarea[^>]* id="([^"]+)"', shown)
    assert len(fields) == len(set(fields)) == 2
    one, other = page(amina, ask).waiting
    kept = amina.browser().post(f"/hands/{ask.id}/yes/{one}/", {"words": "kept " + "x" * 600})
    assert kept.status_code == 422 and kept.content.decode().count("kept x") == 1
    as_(amina, hands.accept, ask_id=ask.id, yes_id=other, words=MINE)
    assert len(page(amina, ask).met) == len(page(amina, ask).waiting) == 1
    with walls.acting_with(amina.who.token):
        assert HandYes.objects.count() == 1, "the other stays closed"


def test_only_who_asked_says_the_second_yes(amina, bo, chen, dara, eli, programme, pair) -> None:
    likes(chen, programme)
    likes(bo, programme)
    ask = asked(amina, programme)
    said = as_(chen, hands.offer, ask_id=ask.id, words=THEIRS)
    for person, fault in ((chen, PermissionDenied), (bo, PermissionDenied), (dara, Http404), (eli, Http404)):
        with pytest.raises(fault):
            as_(person, hands.accept, ask_id=ask.id, yes_id=said.id, words="x")
        with walls.acting_with(person.who.token), connection.cursor() as cursor:
            cursor.execute(
                "SELECT help_hand_accept(%s, %s, %s, %s)", [said.id, person.who.entry_id, said.text_id, now()]
            )
            assert cursor.fetchone() == (False,)
    other = asked(amina, programme, kind="moving")
    with pytest.raises(PermissionDenied):
        as_(amina, hands.offer, ask_id=other.id, words="to myself")
    with pytest.raises(Http404):
        as_(amina, hands.accept, ask_id=ask.id, yes_id=uuid.uuid4(), words="x")
    with walls.acting_with(amina.who.token), connection.cursor() as cursor:
        # Not with somebody else's session or words.
        for entry, words in ((bo.who.entry_id, said.text_id), (amina.who.entry_id, said.text_id)):
            cursor.execute("SELECT help_hand_accept(%s, %s, %s, %s)", [said.id, entry, words, now()])
            assert cursor.fetchone() == (False,)
    assert HandYes.objects.get().met_at is None


def test_by_force_nobody_makes_two_yeses_of_one(amina, chen, programme, pair) -> None:
    likes(chen, programme)
    ask = asked(amina, programme)
    said = as_(chen, hands.offer, ask_id=ask.id, words=THEIRS)
    met = {"met_at": now(), "asker_entry_id": chen.who.entry_id, "asker_text_id": said.text_id}
    for person in (amina, chen):
        with pytest.raises(Error), transaction.atomic(), walls.acting_with(person.who.token):
            HandYes.objects.filter(id=said.id).update(**met)
    as_(chen, hands.call_off, yes_id=said.id)
    with pytest.raises(Error), transaction.atomic(), walls.acting_with(chen.who.token):
        text_id = texts.put(owner_id=chen.id, kind="hand", words="x")
        HandYes.objects.create(
            ask=ask, person_id=chen.id, entry_id=chen.who.entry_id, text_id=text_id, at=now(), **met
        )
    with pytest.raises(Error), transaction.atomic(), walls.acting_with(chen.who.token):
        HandYes.objects.create(
            ask=ask, person_id=amina.id, entry_id=amina.who.entry_id, text_id=said.text_id, at=now()
        )


@pytest.mark.parametrize("by", ["amina", "chen"])
def test_either_takes_it_away_and_names_close(amina, chen, programme, pair, by) -> None:
    likes(chen, programme)
    ask = asked(amina, programme)
    said = both_say_yes(amina, chen, ask)
    who, other = (amina, chen) if by == "amina" else (chen, amina)
    as_(who, hands.call_off, yes_id=said.id)
    assert not HandYes.objects.exists() and not Share.objects.filter(under=said.id).exists()
    assert not Text.objects.filter(kind="hand").exists()
    assert "hand.off" in news(other)
    assert other.name not in html(who, ask) and who.name not in html(other, ask)
    with pytest.raises(Http404):
        as_(who, hands.call_off, yes_id=said.id)


def test_a_yes_that_nobody_took_up_goes_without_a_word(amina, chen, bo, programme, pair) -> None:
    likes(chen, programme)
    ask = asked(amina, programme)
    said = as_(chen, hands.offer, ask_id=ask.id, words=THEIRS)
    for person in (amina, bo):
        with pytest.raises(Http404):
            as_(person, hands.call_off, yes_id=said.id)
    as_(chen, hands.call_off, yes_id=said.id)
    assert "hand.off" not in news(amina)
    assert page(amina, ask).waiting == [] and not Text.objects.filter(kind="hand").exists()


def test_the_partner_first_and_members_only_if_she_wishes(amina, bo, chen, programme, pair) -> None:
    likes(chen, programme)
    ask = asked(amina, programme, pair_id=pair.id)
    assert news(bo) == ["hand.partner"] and news(chen) == []
    assert sees(bo, ask) and not sees(chen, ask)
    for person, fault in ((bo, PermissionDenied), (chen, Http404)):
        with pytest.raises(fault):
            as_(person, hands.widen, ask_id=ask.id)
        with pytest.raises(fault):
            as_(person, hands.take_back, ask_id=ask.id)
    for _twice in range(2):
        as_(amina, hands.widen, ask_id=ask.id)
    tasks.tell_of_hand(str(ask.id))
    assert sees(chen, ask) and news(chen) == ["hand.asked"]
    assert Event.objects.filter(kind="hand.widened").count() == 1


@pytest.mark.parametrize("by", ["amina", "bo"])
@pytest.mark.parametrize("met", [False, True])
def test_when_the_pair_ends_nothing_stays_between_the_two(amina, bo, programme, pair, by, met) -> None:
    ask = asked(amina, programme, pair_id=pair.id)
    said = as_(bo, hands.offer, ask_id=ask.id, words=THEIRS)
    if met:
        as_(amina, hands.accept, ask_id=ask.id, yes_id=said.id, words=MINE)
    as_({"amina": amina, "bo": bo}[by], pairs.end, pair_id=pair.id)
    assert not HandYes.objects.exists() and not Share.objects.filter(under=said.id).exists()
    assert sees(amina, ask) and not sees(bo, ask)
    assert "the pair has ended" in html(amina, ask)
    as_(amina, hands.widen, ask_id=ask.id)


def test_taken_back_it_is_gone_with_everything(amina, chen, programme, pair) -> None:
    likes(chen, programme)
    ask = asked(amina, programme)
    both_say_yes(amina, chen, ask)
    as_(amina, hands.take_back, ask_id=ask.id)
    assert not HandAsk.objects.exists() and not HandYes.objects.exists()
    assert not Text.objects.filter(kind="hand").exists()
    assert "hand.off" in news(chen)
    with pytest.raises(Http404):
        as_(chen, hands.offer, ask_id=ask.id, words="x")


def test_after_its_day_it_is_deleted_by_itself(amina, chen, programme, pair) -> None:
    likes(chen, programme)
    ask = asked(amina, programme)
    both_say_yes(amina, chen, ask)
    with travelled(timedelta(days=6)):
        tasks.end_requests(0)
        assert HandAsk.objects.exists()
        with pytest.raises(Refused):
            as_(amina, hands.accept, ask_id=ask.id, yes_id=uuid.uuid4(), words="x")
    with travelled(timedelta(days=7)):
        for _twice in range(2):
            tasks.end_requests(0)
        assert not HandAsk.objects.exists() and not HandYes.objects.exists()
        assert not Text.objects.filter(kind="hand").exists()


def test_a_job_deletes_none_before_its_day(amina, programme, pair) -> None:
    asked(amina, programme)
    registry.settle_installation(demo=False)
    with walls.working():
        assert HandAsk.objects.all().delete()[0] == 0
    assert HandAsk.objects.exists()


@pytest.mark.parametrize("leaver", ["amina", "chen"])
@pytest.mark.parametrize("how", ["leaves", "withdraws"])
def test_leaving_takes_hands_along(amina, chen, programme, pair, leaver, how) -> None:
    likes(chen, programme)
    likes(amina, programme)
    ask = asked(amina, programme)
    said = both_say_yes(amina, chen, ask)
    person = {"amina": amina, "chen": chen}[leaver]
    if how == "leaves":
        people.leave(person.who)
    else:
        mine = Enrolment.objects.get(person_id=person.id)
        as_(person, enrol.withdraw, enrolment_id=mine.pk)
    assert not HandYes.objects.exists() and not Share.objects.filter(under=said.id).exists()
    assert "hand.off" in news(chen if leaver == "amina" else amina)
    assert not HandLike.objects.filter(person_id=person.id).exists()
    assert HandAsk.objects.filter(person_id=amina.id).exists() == (leaver == "chen")
    assert not Text.objects.filter(kind="hand").exists()


def test_who_may_not_ask(amina, chen, dara, eli, programme, pair) -> None:
    waiting = dara
    for person in (dara, eli):
        with pytest.raises(PermissionDenied):
            asked(person, programme)
    sent(waiting, programme)
    with pytest.raises(Refused):
        asked(waiting, programme)
    likes(waiting, programme)
    assert not sees(waiting, asked(amina, programme)), "nothing begins before an enrolment is confirmed"
    with pytest.raises(Http404):
        asked(chen, programme, pair_id=pair.id)
    for day in (today() - timedelta(days=1), today() + timedelta(days=500)):
        with pytest.raises(Refused):
            asked(amina, programme, day=day)


def test_the_same_form_twice_asks_once_and_there_is_an_end(amina, chen, programme, pair) -> None:
    once = uuid.uuid4()
    assert asked(amina, programme, ask_id=once).id == asked(amina, programme, ask_id=once).id == once
    with pytest.raises(Http404):
        asked(chen, programme, ask_id=once)
    for _number in range(hands.MOST_ASKS - 1):
        asked(amina, programme)
    with pytest.raises(Refused):
        asked(amina, programme)
