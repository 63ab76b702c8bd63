"""Messages about notices: when, how often, once, by whatever worker. A real database, a mailer of our own."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connections

from bothways.core.clock.api import now, travelled
from bothways.core.events.models import Event
from bothways.core.outbox import api as outbox
from bothways.core.outbox import delivering
from bothways.core.outbox.api import Manners, Outcome
from bothways.core.outbox.delivering import LEASE, TRY_AGAIN
from bothways.core.outbox.models import Delivery, Notice
from bothways.core.walls import api as walls

pytestmark = pytest.mark.django_db
NIGHT = {"quiet_from": time(21), "quiet_until": time(8)}
ALWAYS = Manners(ZoneInfo("UTC"), per_week=3, quiet_from=time(0), quiet_until=time(0))


class Post:
    """Reaches everybody in `wants`, and does what `will` says."""

    def __init__(self) -> None:
        self.wants: dict[uuid.UUID, Manners] = {}
        self.sent: list[uuid.UUID] = []
        self.under: list[uuid.UUID] = []
        self.will = lambda: Outcome.BY_LETTER
        self.asked = 0

    def manners_of(self, person_ids):
        self.asked += 1
        return {one: self.wants[one] for one in person_ids if one in self.wants}

    def send(self, person_id, delivery_id):
        self.sent.append(person_id)
        self.under.append(delivery_id)
        return self.will()


@pytest.fixture
def post(monkeypatch) -> Post:
    one = Post()
    monkeypatch.setattr(delivering, "_reach", [one])
    monkeypatch.setitem(outbox._words, "test.thing", "Something")
    return one


@pytest.fixture
def amina(post) -> uuid.UUID:
    person_id = uuid.uuid4()
    post.wants[person_id] = ALWAYS
    return person_id


def tell(person_id: uuid.UUID, key: str = "1") -> None:
    outbox.tell(person_id, "test.thing", path="/", key=key)


def deliver() -> int:
    """As the job does it, with the rights of jobs."""
    with walls.working():
        return outbox.deliver()


def at(moment: datetime):
    return travelled(moment - now())


def test_one_message_however_many_notices_and_none_twice(amina, post) -> None:
    for number in range(4):
        tell(amina, str(number))
        tell(amina, str(number))
    assert Notice.objects.count() == 4
    assert deliver() == 1 and deliver() == 0
    assert post.sent == [amina]
    assert Event.objects.filter(kind="notice.sent", person_id=amina).count() == 1
    assert not Notice.objects.filter(sent_at=None).exists()


def test_what_was_looked_at_is_not_sent_any_more(amina, post) -> None:
    tell(amina, "1")
    tell(amina, "2")
    Notice.objects.filter(key="1").update(seen_at=now())
    assert deliver() == 1
    assert Notice.objects.get(key="1").sent_at is None and Notice.objects.get(key="2").sent_at
    tell(amina, "3")
    Notice.objects.filter(key="3").update(seen_at=now())
    assert deliver() == 0


def test_the_budget_of_the_week_holds_and_what_is_over_it_is_told_when_there_is_room(amina, post) -> None:
    post.wants[amina] = replace(ALWAYS, per_week=2)
    begin = now()
    for number in range(5):
        with at(begin + timedelta(hours=2 * number)):
            tell(amina, str(number))
            deliver()
    assert len(post.sent) == 2
    with at(begin + timedelta(days=6, hours=23)):
        assert deliver() == 0
    with at(begin + timedelta(days=7, minutes=1)):
        # Three notices waited for it, and it is one message.
        assert deliver() == 1 and deliver() == 0
    assert not Notice.objects.filter(sent_at=None).exists()


def test_whoever_is_put_off_does_not_keep_others_waiting(amina, post) -> None:
    others = [uuid.uuid4() for _ in range(6)]
    for other in others:
        tell(other)
    with walls.working():
        assert outbox.deliver(limit=3) == 0
    tell(amina)
    with walls.working():
        assert outbox.deliver(limit=3) == 1


def test_quiet_hours_are_kept_and_the_message_comes_when_they_end(amina, post) -> None:
    post.wants[amina] = replace(
        ALWAYS, zone=ZoneInfo("Asia/Kathmandu"), quiet_from=time(21), quiet_until=time(8)
    )
    with at(datetime(2027, 3, 3, 16, 30, tzinfo=UTC)):  # 22:15 there
        tell(amina)
        assert deliver() == 0
    with at(datetime(2027, 3, 4, 2, 14, tzinfo=UTC)):  # 7:59 there
        assert deliver() == 0
    with at(datetime(2027, 3, 4, 2, 15, 5, tzinfo=UTC)):
        assert deliver() == 1


def test_quiet_hours_hold_for_somebody_who_moved_while_a_notice_waited(amina, post) -> None:
    with at(datetime(2027, 3, 3, 12, tzinfo=UTC)):
        tell(amina)
        with walls.working():
            delivering._consider(10)
    post.wants[amina] = replace(ALWAYS, zone=ZoneInfo("Asia/Tokyo"), **NIGHT)
    with at(datetime(2027, 3, 3, 13, tzinfo=UTC)):  # 22:00 there
        assert deliver() == 0
    with at(datetime(2027, 3, 3, 23, 1, tzinfo=UTC)):
        assert deliver() == 1


def test_once_a_day_is_one_message_for_the_day(amina, post) -> None:
    post.wants[amina] = replace(ALWAYS, rhythm="daily", at=time(18), per_week=7)
    for hour in (9, 11, 17):
        with at(datetime(2027, 3, 3, hour, tzinfo=UTC)):
            tell(amina, str(hour))
            assert deliver() == 0
    with at(datetime(2027, 3, 3, 17, 59, 50, tzinfo=UTC)):
        tell(amina, "last")
    with at(datetime(2027, 3, 3, 18, 0, 20, tzinfo=UTC)):
        assert deliver() == 1 and deliver() == 0
    assert not Notice.objects.filter(sent_at=None).exists()


def test_once_a_week_comes_every_week_also_with_one_message_a_week(amina, post) -> None:
    post.wants[amina] = replace(ALWAYS, rhythm="weekly", day=2, at=time(9), per_week=1)
    for week in range(3):
        wednesday = datetime(2027, 3, 3, 9, tzinfo=UTC) + timedelta(days=7 * week)
        with at(wednesday - timedelta(days=2)):
            tell(amina, str(week))
            assert deliver() == 0
        # The worker comes at another second of the minute each time.
        with at(wednesday + timedelta(seconds=50 - 20 * week)):
            assert deliver() == 1


def test_whoever_chooses_anew_is_looked_at_anew(amina, post) -> None:
    post.wants[amina] = replace(ALWAYS, rhythm="weekly")
    tell(amina)
    assert deliver() == 0
    post.wants[amina] = ALWAYS
    Notice.objects.filter(person_id=amina).update(due_at=None)
    assert deliver() == 1


def test_somebody_without_a_way_gets_none_and_loses_no_notice(post) -> None:
    dara = uuid.uuid4()
    tell(dara)
    assert deliver() == 0 and post.sent == []
    assert Notice.objects.filter(person_id=dara, sent_at=None, seen_at=None).exists()


def test_a_fault_that_passes_is_tried_later_and_counts_once(amina, post) -> None:
    post.wants[amina] = replace(ALWAYS, per_week=1)
    post.will = lambda: Outcome.LATER
    tell(amina)
    begin = now()
    assert deliver() == 0 and deliver() == 0
    assert len(post.sent) == 1
    with at(begin + TRY_AGAIN + timedelta(minutes=1)):
        assert deliver() == 0
    post.will = lambda: Outcome.BY_TEXT
    with at(begin + 2 * TRY_AGAIN + timedelta(minutes=2)):
        assert deliver() == 1
    assert Delivery.objects.get().way == "text" and len(set(post.under)) == 1
    tell(amina, "2")
    with at(begin + 3 * TRY_AGAIN):
        assert deliver() == 0


def test_when_nobody_answers_at_the_other_end_the_rest_waits_for_the_next_minute(post) -> None:
    people = [uuid.uuid4() for _ in range(delivering.FAULTS_IN_A_ROW + 5)]
    post.wants = dict.fromkeys(people, ALWAYS)
    post.will = lambda: Outcome.LATER
    outbox.tell_all("test.thing", [(person, "/") for person in people], key="round")
    assert deliver() == 0 and len(post.sent) == delivering.FAULTS_IN_A_ROW
    assert deliver() == 0 and set(post.sent) == set(people)


def test_a_refusal_costs_nothing_of_the_week(amina, post) -> None:
    post.will = lambda: Outcome.NO_WAY
    tell(amina)
    assert deliver() == 0 and not Delivery.objects.exists()


class Killed(BaseException):
    """The worker is gone: nothing after this line runs."""


def test_a_worker_that_dies_after_sending_is_followed_only_after_its_lease(amina, post) -> None:
    post.wants[amina] = replace(ALWAYS, per_week=1)

    def dies():
        raise Killed

    post.will = dies
    tell(amina)
    begin = now()
    with pytest.raises(Killed):
        deliver()
    post.will = lambda: Outcome.BY_LETTER
    with at(begin + LEASE - timedelta(seconds=30)):
        assert deliver() == 0 and len(post.sent) == 1
    with at(begin + LEASE + timedelta(seconds=1)):
        assert deliver() == 1
    # The same message twice, under one name, and one of the week.
    assert len(set(post.under)) == 1 and Delivery.objects.count() == 1
    assert not Notice.objects.filter(sent_at=None).exists()


def test_what_came_while_a_message_was_sent_is_told_by_the_next(amina, post) -> None:
    def more():
        with travelled(timedelta(seconds=5)):
            tell(amina, "later")
        return Outcome.BY_LETTER

    post.will = more
    tell(amina)
    assert deliver() == 1
    assert Notice.objects.get(key="later").sent_at is None
    post.will = lambda: Outcome.BY_LETTER
    with travelled(timedelta(minutes=2)):
        assert deliver() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_message(amina, post) -> None:
    together = threading.Barrier(2, timeout=10)
    real = delivering._take

    def slowly(person_id, manners):
        together.wait()
        return real(person_id, manners)

    tell(amina)
    with walls.working():
        delivering._consider(10)
    counts: list[int] = []

    def work():
        try:
            counts.append(deliver())
        finally:
            connections.close_all()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivering, "_take", slowly)
        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(20)
    assert sum(counts) == 1 and post.sent == [amina]


def test_many_people_cost_one_question_each_and_no_more(post, django_assert_max_num_queries) -> None:
    people = [uuid.uuid4() for _ in range(40)]
    post.wants = dict.fromkeys(people, replace(ALWAYS, rhythm="weekly"))
    outbox.tell_all("test.thing", [(person, "/") for person in people], key="round")
    with walls.working(), django_assert_max_num_queries(6):
        assert outbox.deliver() == 0
    assert post.asked == 1


def test_leaving_takes_the_messages_too(amina, post) -> None:
    tell(amina)
    deliver()
    outbox.forget(amina)
    assert not Delivery.objects.exists() and not Notice.objects.exists()


def test_what_was_begun_and_has_nothing_to_tell_is_let_go(amina, post) -> None:
    post.will = lambda: Outcome.LATER
    tell(amina)
    deliver()
    with walls.working():
        assert outbox.clear() == 0
    Notice.objects.update(seen_at=now())
    with travelled(timedelta(hours=3)), walls.working():
        assert outbox.clear() == 1


def test_nobody_but_its_person_and_the_jobs_sees_a_message(amina, post) -> None:
    tell(amina)
    deliver()
    with walls.visiting():
        assert not Delivery.objects.exists()
    with walls.working():
        assert Delivery.objects.count() == 1
