"""Asking a partner or the coordinators, answering, closing."""

from __future__ import annotations

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404

from bothways.core.clock.api import now
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.identity import api as identity
from bothways.core.outbox import api as outbox
from bothways.core.texts import api as texts
from bothways.core.texts.models import Text
from bothways.help import opening, selectors, services
from bothways.help.access import open_request
from bothways.help.api import tiles
from bothways.help.models import Reply, Request
from bothways.help.tests.conftest import SECRET, asked
from bothways.pair import services as pairs
from bothways.people import api as people

pytestmark = pytest.mark.django_db


def thread(person, request):
    return selectors.thread(person.who, open_request(person.who, request.id))


def news(person) -> list[str]:
    return [notice.kind for notice in outbox.news(person.who) if notice.kind.startswith("request.")]


def events() -> dict[str, int]:
    kinds = Event.objects.filter(kind__startswith="request.").values_list("kind", flat=True)
    return {kind: list(kinds).count(kind) for kind in set(kinds)}


def state(request) -> str:
    return Request.objects.get(id=request.id).state


def test_a_partner_reads_and_answers(amina, bo, programme, pair) -> None:
    request = asked(amina, programme, pair)
    assert thread(bo, request).words == SECRET
    assert news(bo) == ["request.partner"]
    services.reply(bo.who, request_id=request.id, words="Bring it on Friday.")
    assert [r.words for r in thread(amina, request).replies] == ["Bring it on Friday."]
    assert state(request) == "answered"
    assert news(amina) == ["request.answered"]


def test_who_learns_nothing_of_what_a_partner_is_asked(
    amina, chen, dara, eli, fatima, programme, pair
) -> None:
    request = asked(amina, programme, pair)
    for stranger in (chen, dara, eli, fatima):
        with pytest.raises(Http404):
            open_request(stranger.who, request.id)
        with pytest.raises(Http404):
            services.reply(stranger.who, request_id=request.id, words="x")
        assert texts.read(stranger.who, [request.text_id]) == {}
    assert news(eli) == []


def test_only_the_requester_closes(amina, bo, chen, dara, eli, programme, pair) -> None:
    to_bo, to_eli = asked(amina, programme, pair), asked(amina, programme)
    for act in (services.resolve, services.take_back):
        for person, request in ((bo, to_bo), (eli, to_eli)):
            with pytest.raises(PermissionDenied):
                act(person.who, request_id=request.id)
        for person in (chen, dara):
            with pytest.raises(Http404):
                act(person.who, request_id=to_eli.id)
        with pytest.raises(Http404):
            act(bo.who, request_id=to_eli.id)
    assert {state(to_bo), state(to_eli)} == {"open"}
    services.resolve(amina.who, request_id=to_eli.id)
    services.resolve(amina.who, request_id=to_eli.id)
    assert state(to_eli) == "resolved"
    assert events()["request.resolved"] == 1


def test_the_database_lets_nobody_else_close(amina, bo, programme, pair) -> None:
    request = asked(amina, programme, pair)
    rows = Request.objects.filter(id=request.id)
    by_bo = {"state": "resolved", "closed_at": now(), "closed_entry_id": bo.who.entry_id}
    for change in (by_bo, {"state": "resolved"}, {"person_id": bo.id}, {"pair": None, "to": "coordinators"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
            transaction.get_connection().check_constraints()
    services.take_back(amina.who, request_id=request.id)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(state="open", closed_at=None, closed_entry_id=None)


def test_taking_back_closes_the_words_for_everybody_else_at_once(amina, bo, programme, pair) -> None:
    request = asked(amina, programme, pair)
    mine = services.reply(bo.who, request_id=request.id, words="Yes")
    services.take_back(amina.who, request_id=request.id)
    services.take_back(amina.who, request_id=request.id)
    seen = thread(bo, request)
    assert (seen.words, seen.can_reply) == ("", False)
    assert [r.words for r in seen.replies] == ["Yes"]
    assert thread(amina, request).words == SECRET
    with pytest.raises(Refused):
        services.reply(bo.who, request_id=request.id, words="More")
    with pytest.raises(Refused):
        services.resolve(amina.who, request_id=request.id)
    services.delete_reply(bo.who, reply_id=mine.id)
    assert events()["request.taken_back"] == 1


def test_a_resolved_request_can_still_be_taken_back(amina, bo, programme, pair) -> None:
    request = asked(amina, programme, pair)
    services.resolve(amina.who, request_id=request.id)
    assert thread(bo, request).words == SECRET
    services.take_back(amina.who, request_id=request.id)
    assert thread(bo, request).words == ""


def test_more_from_the_requester_opens_it_again(amina, bo, programme, pair) -> None:
    request = asked(amina, programme, pair)
    services.reply(bo.who, request_id=request.id, words="Which letter?")
    services.reply(amina.who, request_id=request.id, words="The blue one.")
    assert state(request) == "open"
    assert [r.words for r in thread(bo, request).replies] == ["Which letter?", "The blue one."]
    assert sorted(news(bo)) == ["request.more", "request.partner"]


def test_who_may_not_ask(amina, bo, chen, dara, eli, fatima, programme, pair) -> None:
    with pytest.raises(Http404):
        asked(chen, programme, pair)
    for person in (dara, eli, fatima):
        with pytest.raises(PermissionDenied):
            asked(person, programme)
    pairs.end(bo.who, pair_id=pair.id)
    with pytest.raises(Refused):
        asked(amina, programme, pair)
    identity.end_all_entries(amina.id)
    with pytest.raises(identity.NotSignedIn):
        asked(amina, programme)
    assert not Request.objects.exists()


def test_a_pair_of_another_programme_is_no_way_in(amina, fatima, programme, pair) -> None:
    from bothways.programme.models import Programme

    other = Programme.objects.get(slug="hill-farms")
    with pytest.raises(Http404):
        asked(amina, other, pair)


def test_the_same_form_twice_asks_and_answers_once(amina, bo, programme, pair) -> None:
    once, again = uuid.uuid4(), uuid.uuid4()
    for _twice in range(2):
        request = asked(amina, programme, pair, request_id=once)
        services.reply(bo.who, request_id=once, words="Yes", reply_id=again)
    assert (Request.objects.count(), Reply.objects.count()) == (1, 1)
    assert events() == {"request.made": 1, "request.answered": 1}
    with pytest.raises(Http404):
        asked(bo, programme, pair, request_id=request.id)
    with pytest.raises(Http404):
        services.reply(amina.who, request_id=once, words="x", reply_id=again)


def test_there_is_an_end_to_how_many(amina, programme, pair) -> None:
    for _number in range(services.MOST_OPEN):
        request = asked(amina, programme)
    with pytest.raises(Refused):
        asked(amina, programme)
    services.resolve(amina.who, request_id=request.id)
    asked(amina, programme)


def test_when_the_pair_ends_the_partner_has_nothing(amina, bo, programme, pair) -> None:
    request = asked(amina, programme, pair)
    answer = services.reply(bo.who, request_id=request.id, words="Yes")
    pairs.end(amina.who, pair_id=pair.id)
    with pytest.raises(Http404):
        open_request(bo.who, request.id)
    assert texts.read(bo.who, [request.text_id]) == {}
    assert texts.read(amina.who, [answer.text_id]) == {}
    seen = thread(amina, request)
    assert (seen.words, seen.replies, seen.pair_ended, seen.can_reply) == (SECRET, [], True, False)
    assert tiles(bo.who) == [] and [str(one.title) for one in tiles(amina.who)] == ["You asked for help"]
    services.resolve(amina.who, request_id=request.id)


@pytest.mark.parametrize("taken_back", [False, True])
@pytest.mark.parametrize("by", ["amina", "bo"])
def test_answers_go_with_the_pair_and_leave_no_text(amina, bo, programme, pair, by, taken_back) -> None:
    """Whoever of the two ends it, and also words that were closed to that one before."""
    request = asked(amina, programme, pair)
    services.reply(amina.who, request_id=request.id, words="Which letter?")
    services.reply(bo.who, request_id=request.id, words="The blue one.")
    if taken_back:
        services.take_back(amina.who, request_id=request.id)
    pairs.end({"amina": amina, "bo": bo}[by].who, pair_id=pair.id)
    assert [row.person_id for row in Reply.objects.all()] == [amina.id]
    assert [text.owner_id for text in Text.objects.filter(kind="reply")] == [amina.id]


def test_no_text_of_a_coordinator_stays_when_a_request_is_gone(amina, eli, programme, pair) -> None:
    request = asked(amina, programme)
    opening.open_with_receipt(eli.who, request_id=request.id)
    services.reply(eli.who, request_id=request.id, words="Come by")
    services.take_back(amina.who, request_id=request.id)
    people.leave(amina.who)
    assert not Text.objects.filter(kind="reply").exists()


def test_ones_own_words_can_be_deleted(amina, bo, programme, pair) -> None:
    request = asked(amina, programme, pair)
    answer = services.reply(bo.who, request_id=request.id, words="Sorry, wrong window")
    with pytest.raises(Http404):
        services.delete_reply(amina.who, reply_id=answer.id)
    services.delete_reply(bo.who, reply_id=answer.id)
    with pytest.raises(Http404):
        services.delete_reply(bo.who, reply_id=answer.id)
    assert thread(amina, request).replies == []
    assert not Text.objects.filter(id=answer.text_id).exists()


def test_the_home_page_says_what_waits(amina, bo, eli, programme, pair) -> None:
    asked(amina, programme, pair)
    request = asked(amina, programme)
    assert [tile.urgent for tile in tiles(amina.who)] == [False, False]
    (for_bo,) = tiles(bo.who)
    (for_eli,) = tiles(eli.who)
    assert for_bo.urgent
    assert for_eli.url == f"/p/{programme.slug}/requests/"
    opening.open_with_receipt(eli.who, request_id=request.id)
    services.reply(eli.who, request_id=request.id, words="Come by")
    assert tiles(eli.who) == []
    assert [tile.urgent for tile in tiles(amina.who)] == [True, False]


def test_when_amina_leaves_her_requests_and_their_answers_go(amina, bo, eli, programme, pair) -> None:
    request = asked(amina, programme)
    opening.open_with_receipt(eli.who, request_id=request.id)
    services.reply(eli.who, request_id=request.id, words="Come by")
    asked(amina, programme, pair)
    people.leave(amina.who)
    assert not Request.objects.exists()
    assert not Text.objects.filter(kind__in=["request", "reply"]).exists()
    assert tiles(eli.who) == tiles(bo.who) == []
