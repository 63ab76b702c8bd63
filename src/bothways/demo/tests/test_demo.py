from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from tests.proofs import truths

from bothways.core.clock.api import now, travelled
from bothways.core.outbox.models import Notice
from bothways.core.registry import api as registry
from bothways.demo.directory import ENTRIES
from bothways.demo.fill import NotADemo, fill
from bothways.demo.members import invent
from bothways.gather.models import Gathering, Guest
from bothways.goals.models import Goal
from bothways.help.models import HandYes, Request, Service
from bothways.insight.models import Release
from bothways.match import api as match
from bothways.match.models import Proposal
from bothways.meet.models import Meeting, Series
from bothways.pair.models import Card, Closing, InTouch, Pair
from bothways.people.addresses import opaque
from bothways.people.models import Person, Phone
from bothways.talk.models import Message
from bothways.voice.models import Sums

pytestmark = pytest.mark.django_db


def test_the_same_seed_invents_the_same_people() -> None:
    def some(seed: int) -> list:
        return list(invent(50, seed, towns=[1, 2], populations=[100, 900]))

    assert some(7) == some(7)
    assert some(7) != some(8)


def test_half_a_year_of_a_programme(settings) -> None:
    settings.DEMO, settings.MAIL_DOMAIN = True, "demo.invalid"
    fill(80, 7, quiet=True, processes=1)
    assert not Person.objects.filter(synthetic=False).exists()
    bo = Person.objects.get(email=opaque("bo@demo.invalid"))
    amina = Person.objects.get(email=opaque("amina@demo.invalid"))
    pair = Pair.objects.get(halves__person_id=bo.id, state=Pair.State.LIVE)
    assert Card.objects.filter(pair=pair).exists()
    assert Meeting.objects.filter(pair=pair, took_place_at__isnull=False).exists()
    # Bo's pair does what pairs do as they go on; a few others too.
    assert Series.objects.filter(pair=pair, ended_at=None).exists()
    assert Message.objects.filter(pair=pair).count() >= 2
    assert Goal.objects.count() >= 3 and Closing.objects.exists()
    assert HandYes.objects.exclude(met_at=None).exists()
    assert Request.objects.exclude(coordinators_entry_id=None).filter(service__isnull=False).exists()
    # Some get their meetings by letter, and one pair ended well and stayed in touch.
    assert Person.objects.filter(calendar_letters=True).exists()
    assert Notice.objects.filter(kind="meeting.invitation", seen_at=None, sent_at=None).exists()
    assert InTouch.objects.filter(pair__state=Pair.State.ENDED).count() >= 2
    assert Phone.objects.exclude(confirmed_at=None).get().person_id == bo.id
    assert Message.objects.filter(pair=pair, by_text=True).count() == 1
    assert Service.objects.count() == 2 * len(ENTRIES)
    # A gathering a month, and two to come; some say that they come, and most of those were there.
    assert Gathering.objects.count() == 7 and Gathering.objects.filter(starts_at__gt=now()).count() == 2
    assert Guest.objects.filter(coming=True).count() > Guest.objects.filter(attended=True).count() > 20
    assert truths.broken() == []
    open_ones = Proposal.objects.filter(state=Proposal.State.OPEN)
    assert amina.id in {one for row in open_ones for one in (row.left_person, row.right_person)}
    with pytest.raises(CommandError, match="already"):
        call_command("demo", members=80, seed=7)


def test_in_january_the_questions_of_december_are_answered(settings, tmp_path) -> None:
    # What is kept in files would be the newest for other tests.
    settings.DEMO, settings.VAR = True, tmp_path
    with travelled(datetime(now().year + 1, 1, 9, 12, tzinfo=UTC) - now()):
        fill(40, 7, quiet=True, processes=1)
    body = Release.objects.get(kind="quarter", number=4).body
    assert "asked-reach" in body and not Sums.objects.exists()


def test_a_demo_that_was_stopped_half_way_is_not_taken_for_one(settings, monkeypatch) -> None:
    settings.DEMO = True

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(match, "run_round", stopped)
    with pytest.raises(KeyboardInterrupt):
        fill(20, 7, quiet=True, processes=1)
    with pytest.raises(CommandError, match="stopped while it was being made"):
        call_command("demo", members=20, seed=7, if_empty=True)


def test_a_proposal_that_closes_while_somebody_looks_at_it_stops_nobody(settings, monkeypatch) -> None:
    """As happens between two processes: one has listed a proposal, then the other person says no."""
    settings.DEMO = True
    listed = match.open_proposals

    def listed_then_closed(who):
        found = listed(who)
        Proposal.objects.filter(id__in=[one.id for one in found]).update(state=Proposal.State.CLOSED)
        return found

    monkeypatch.setattr(match, "open_proposals", listed_then_closed)
    fill(40, 7, quiet=True, processes=1)
    assert not Pair.objects.exists()


def test_a_real_database_takes_nobody_invented(settings) -> None:
    registry.settle_installation(demo=False)
    with pytest.raises(NotADemo):
        fill(20, 1, quiet=True, processes=1)
    with pytest.raises(CommandError, match="of its own"):
        call_command("demo", members=20, seed=1)
    assert not Person.objects.exists()


@pytest.mark.parametrize("wrong", [{"members": 5}, {"members": 10**7}, {"seed": -1}])
def test_numbers_out_of_range_get_a_sentence(settings, wrong: dict) -> None:
    settings.DEMO = True
    with pytest.raises(CommandError, match="takes a"):
        call_command("demo", **wrong)


def test_who_can_be_signed_in_as(capsys) -> None:
    call_command("demo", who=True)
    assert capsys.readouterr().out.count("@demo.invalid") == 3
