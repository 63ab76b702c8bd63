"""Who may name a lead, what becomes of a sealed report, and what the database itself refuses."""

from __future__ import annotations

import uuid
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, connections, transaction
from nacl.public import PrivateKey
from tests.cast import someone

from bothways.core.clock.api import now, today, travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.identity.api import NotSignedIn, end_entry
from bothways.core.outbox import api as outbox
from bothways.programme import services as programmes
from bothways.programme.tests.factory import a_programme
from bothways.report import keylines, limits, sealing, services, tasks
from bothways.report.models import Attempt, Lead, LeadKey, Sealed
from bothways.report.services import Outcome
from bothways.report.tests.conftest import Stage
from bothways.report.tests.factory import CONTACT, a_lead

pytestmark = pytest.mark.django_db


def file(stage: Stage, words: str = "It happened on the stairs.", key: bytes | None = None) -> Outcome:
    public = key or stage.public
    return services.file_report(
        programme_id=stage.programme.id, public_key=public, sealed=sealing.seal(words, public)
    )


def opened(stage: Stage, key: PrivateKey | None = None) -> list[str | None]:
    key = key or stage.key
    whole = services.bundle_for(programme_id=stage.programme.id, code=keylines.fetch_code(key))
    return [sealing.open_report(sealed, [key]) for _day, sealed in sealing.unbundle(whole, [key])]


def line_of(key: PrivateKey) -> str:
    return keylines.line_of(key).line()


def test_the_lead_opens_what_was_sent(stage: Stage) -> None:
    assert opened(stage) == []
    assert file(stage, "one") is Outcome.SENT
    assert file(stage, "سرّ") is Outcome.SENT
    assert sorted(map(str, opened(stage))) == ["one", "سرّ"]
    # Fetching is not taking: a file that was lost can be fetched again.
    assert len(opened(stage)) == 2


def test_only_coordinators_name_a_lead(stage: Stage) -> None:
    dara, key = someone("Dara"), PrivateKey.generate()
    for who, refusal in ((dara.who, PermissionDenied), (ended(stage), NotSignedIn)):
        for attempt in (
            lambda who=who: services.set_key(who, programme_id=stage.programme.id, line=line_of(key)),
            lambda who=who: services.set_contact(who, programme_id=stage.programme.id, contact="Call me"),
            lambda who=who: services.remove_key(who, programme_id=stage.programme.id),
        ):
            with pytest.raises(refusal):
                attempt()
    assert LeadKey.objects.count() == 1
    assert Lead.objects.get().contact == CONTACT


def ended(stage: Stage):
    other = someone("Ada")
    end_entry(other.who)
    return other.who


def test_a_contact_is_changed_with_a_trace_and_kept_short(stage: Stage) -> None:
    kinds = Event.objects.filter(kind="report.contact")
    services.set_contact(stage.eli.who, programme_id=stage.programme.id, contact=f" {CONTACT}\r\n")
    assert kinds.count() == 1
    services.set_contact(stage.eli.who, programme_id=stage.programme.id, contact="Knock at number 7")
    assert kinds.count() == 2
    for bad in ("", " \x00 ", "x" * 501):
        with pytest.raises(Refused):
            services.set_contact(stage.eli.who, programme_id=stage.programme.id, contact=bad)


def test_every_change_of_the_key_is_in_the_list_and_in_the_log(stage: Stage) -> None:
    second = PrivateKey.generate()
    with travelled(timedelta(days=3)):
        services.set_key(stage.eli.who, programme_id=stage.programme.id, line=line_of(second))
        services.set_key(stage.eli.who, programme_id=stage.programme.id, line=line_of(second))
        services.remove_key(stage.eli.who, programme_id=stage.programme.id)
        services.remove_key(stage.eli.who, programme_id=stage.programme.id)
        services.set_key(stage.eli.who, programme_id=stage.programme.id, line=line_of(stage.key))
    keys = list(LeadKey.objects.order_by("id"))
    first = keylines.line_of(stage.key).fingerprint()
    assert [one.fingerprint for one in keys] == [first, keylines.line_of(second).fingerprint(), "", first]
    assert keys[1].since == today() + timedelta(days=3)
    logged = Event.objects.filter(programme_id=stage.programme.id, kind__startswith="report.key")
    assert [one.kind for one in logged.order_by("id")] == [
        "report.key_set",
        "report.key_set",
        "report.key_off",
        "report.key_set",
    ]


def test_the_other_coordinators_hear_of_a_new_key(stage: Stage) -> None:
    ada = someone("Ada")
    code = programmes.invite(stage.eli.who, programme_id=stage.programme.id)
    programmes.take_up(ada.who, code=code, public_name="Ada")
    services.set_key(ada.who, programme_id=stage.programme.id, line=line_of(PrivateKey.generate()))
    heard = [notice.kind for notice in outbox.news(stage.eli.who)]
    assert "report.key" in heard
    assert "report.key" not in [notice.kind for notice in outbox.news(ada.who)]


def test_the_database_refuses_to_change_the_list_of_keys(stage: Stage) -> None:
    for change in (
        lambda: LeadKey.objects.update(public_key=bytes(32)),
        lambda: LeadKey.objects.all().delete(),
        lambda: LeadKey.objects.create(
            programme=stage.programme, public_key=b"short", code_hash=b"x" * 16, since=today()
        ),
        lambda: LeadKey.objects.create(programme=stage.programme, public_key=bytes(32), since=today()),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_a_report_to_another_key_is_not_taken(stage: Stage) -> None:
    old, new = stage.key, PrivateKey.generate()
    services.set_key(stage.eli.who, programme_id=stage.programme.id, line=line_of(new))
    assert file(stage, key=bytes(old.public_key)) is Outcome.CHANGED
    services.remove_key(stage.eli.who, programme_id=stage.programme.id)
    assert file(stage, key=bytes(new.public_key)) is Outcome.CHANGED
    unnamed = a_programme(stage.eli, slug="no-lead")
    box = sealing.seal("hello", bytes(new.public_key))
    for programme_id in (unnamed.id, uuid.uuid4()):
        assert (
            services.file_report(programme_id=programme_id, public_key=bytes(new.public_key), sealed=box)
            is Outcome.CHANGED
        )
    assert not Sealed.objects.exists()


def test_a_new_key_cuts_nobody_off_from_what_was_sealed_to_the_old_one(stage: Stage) -> None:
    new = PrivateKey.generate()
    file(stage, "to the old lead")
    services.set_key(stage.eli.who, programme_id=stage.programme.id, line=line_of(new))
    file(stage, "to the new lead", key=bytes(new.public_key))
    assert opened(stage) == ["to the old lead"]
    assert opened(stage, new) == ["to the new lead"]


def test_a_made_up_key_line_takes_nothing_from_the_lead(stage: Stage) -> None:
    """A coordinator copies the hash of the lead's code into a line with a key of their own."""
    file(stage, "about that coordinator")
    thief = PrivateKey.generate()
    made_up = keylines.KeyLine(bytes(thief.public_key), keylines.line_of(stage.key).code_hash)
    services.set_key(stage.eli.who, programme_id=stage.programme.id, line=made_up.line())
    assert opened(stage) == ["about that coordinator"]
    with pytest.raises(Refused):
        opened(stage, thief)


def test_a_wrong_code_fetches_nothing(stage: Stage) -> None:
    elsewhere = a_programme(stage.eli, slug="elsewhere")
    a_lead(stage.eli, elsewhere)
    code = keylines.fetch_code(stage.key)
    for programme_id, wrong in (
        (stage.programme.id, keylines.fetch_code(PrivateKey.generate())),
        (stage.programme.id, ""),
        (stage.programme.id, "\x00" * 9),
        (stage.programme.id, code[:-1]),
        (elsewhere.id, code),
    ):
        with pytest.raises(Refused):
            services.bundle_for(programme_id=programme_id, code=wrong)


def test_the_same_report_twice_is_one(stage: Stage) -> None:
    sealed = sealing.seal("pressed twice", stage.public)
    for _ in range(3):
        outcome = services.file_report(
            programme_id=stage.programme.id, public_key=stage.public, sealed=sealed
        )
        assert outcome is Outcome.SENT
    assert opened(stage) == ["pressed twice"]


@pytest.mark.parametrize("size", [0, 1, 4096, 4143, 4145, 16431, 16433, 100_000])
def test_bytes_of_another_size_are_not_kept(stage: Stage, size: int) -> None:
    with pytest.raises(ValueError, match="size"):
        services.file_report(programme_id=stage.programme.id, public_key=stage.public, sealed=bytes(size))


def test_a_flood_is_stopped_and_the_oldest_stay(stage: Stage) -> None:
    file(stage, "before the flood")
    box, sent = bytearray(sealing.seal("flood", stage.public).ljust(sealing.SEALED_SIZES[1], b"\x00")), 0
    for number in range(200):
        box[:4] = number.to_bytes(4)
        if (
            services.file_report(programme_id=stage.programme.id, public_key=stage.public, sealed=bytes(box))
            is Outcome.FULL
        ):
            break
        sent += 1
    room = services.room_today(stage.programme.id)
    assert sent == (room - sealing.SEALED_SIZES[0]) // sealing.SEALED_SIZES[1]
    assert "before the flood" in opened(stage)
    # Another programme has room of its own.
    other = a_programme(stage.eli, slug="elsewhere")
    key = a_lead(stage.eli, other)
    assert file(Stage(stage.eli, other, key)) is Outcome.SENT


def test_how_much_fits_is_another_number_each_day(stage: Stage) -> None:
    rooms = set()
    for days in range(20):
        with travelled(timedelta(days=days)):
            rooms.add(services.room_today(stage.programme.id))
    assert len(rooms) == 20
    assert min(rooms) > sealing.MOST_STORED * 3 // 4
    assert max(rooms) <= sealing.MOST_STORED


def test_the_database_has_its_own_limit(stage: Stage) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO report_sealed SELECT gen_random_uuid(), %s, 1, now(), sealed"
            " FROM generate_series(1, 127), (SELECT convert_to(repeat('x', 16432), 'UTF8') AS sealed) one",
            [stage.programme.id],
        )
        cursor.execute(
            "SELECT report_file(%s, %s, %s, %s, %s)",
            [stage.programme.id, stage.public, sealing.seal("x" * 5000, stage.public), today(), 2**30],
        )
        assert cursor.fetchone() == ("full",)


def test_reports_are_deleted_when_their_time_is_over(stage: Stage, settings) -> None:
    settings.SEALED_REPORT_DAYS = 30
    file(stage, "the first")
    with travelled(timedelta(days=20)):
        file(stage, "the second")
    with travelled(timedelta(days=30)):
        tasks.delete_old_reports(0)
        assert sorted(map(str, opened(stage))) == ["the first", "the second"]
    with travelled(timedelta(days=31)):
        tasks.delete_old_reports(0)
        tasks.delete_old_reports(0)
        assert opened(stage) == ["the second"]


def test_no_row_tells_when_or_in_which_order_it_came(stage: Stage) -> None:
    for number in range(40):
        file(stage, str(number))
    came = [row.id for row in Sealed.objects.raw("SELECT * FROM report_sealed ORDER BY ctid")]
    services.delete_old()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text), count(DISTINCT day), count(*) FROM report_sealed")
        assert cursor.fetchone() == (1, 1, 40)
    lie = [row.id for row in Sealed.objects.raw("SELECT * FROM report_sealed ORDER BY ctid")]
    assert lie != came
    assert sorted(lie) == sorted(came)


def test_a_network_may_try_ten_times_in_ten_minutes(stage: Stage) -> None:
    assert [limits.allowed("one") for _ in range(12)] == [True] * 10 + [False] * 2
    assert limits.allowed("another")
    marks = set(Attempt.objects.values_list("mark", flat=True))
    with travelled(timedelta(minutes=limits.MINUTES)):
        assert limits.allowed("one")
        # What was counted before is gone, and the same network has another mark.
        assert not marks & set(Attempt.objects.values_list("mark", flat=True))
        assert Attempt.objects.count() == 1
    with travelled(timedelta(minutes=3 * limits.MINUTES)):
        tasks.forget_networks(0)
    assert not Attempt.objects.exists()


def test_what_is_counted_is_never_written_to_the_log_of_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE oid = 'report_attempt'::regclass")
        assert cursor.fetchone() == ("u",)


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_are_all_counted() -> None:
    eli = someone("Eli")
    programme = a_programme(eli)
    stage = Stage(eli, programme, a_lead(eli, programme))
    sealed = sealing.seal("from four windows", stage.public)
    outcomes, start = [], Barrier(4)

    def send() -> None:
        try:
            start.wait(10)
            for _ in range(5):
                outcomes.append(limits.allowed("one"))
            services.file_report(programme_id=programme.id, public_key=stage.public, sealed=sealed)
        finally:
            connections.close_all()

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == [False] * 10 + [True] * 10
    assert Sealed.objects.count() == 1


def test_a_row_holds_the_day_and_nothing_of_anybody(stage: Stage) -> None:
    file(stage)
    row = Sealed.objects.get()
    assert {field.name for field in Sealed._meta.get_fields()} == {
        "id",
        "programme_id",
        "key_id",
        "day",
        "sealed",
    }
    assert row.day == now().date()
    assert not any(field.is_relation for field in Sealed._meta.get_fields())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_constraint WHERE conrelid = 'report_sealed'::regclass AND contype = 'f'"
        )
        assert cursor.fetchone() == (0,)
