"""Invitations to meetings, and what their people answered in their calendars."""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from bothways.core.walls.sql import ME, WRITER, grant, only, policy, wall, work

# A change of a meeting leaves a notice for each of its two who chose invitations: the one who changes it does not
# learn who did. Also for somebody who has one and whose half is gone. One row for each thing in a transaction.
INVITE = """
CREATE FUNCTION meet_invite(thing uuid, of_pair uuid, mark text, anew boolean) RETURNS void LANGUAGE sql
    SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO public.core_notice (id, person_id, kind, path, key, object_id, created_at)
    SELECT gen_random_uuid(), p.id, 'meeting.invitation', '/me/reach/', 'invitation:' || thing || ':' || mark,
           thing, clock_timestamp()
    FROM public.people_person p
    WHERE p.is_active AND p.calendar_letters
      AND ((anew AND p.id IN (SELECT h.person_id FROM public.pair_half h WHERE h.pair_id = of_pair))
           OR p.id IN (SELECT i.person_id FROM public.meet_invitation i
                       WHERE i.meeting_id = thing OR i.series_id = thing)
           OR p.id IN (SELECT n.person_id FROM public.core_notice n
                       WHERE n.object_id = thing AND n.sent_at IS NULL))
      AND NOT EXISTS (SELECT 1 FROM public.core_notice n WHERE n.object_id = thing AND n.person_id = p.id
                      AND n.sent_at IS NULL AND n.xmin = pg_current_xact_id()::xid)
    ON CONFLICT DO NOTHING;
$$;
REVOKE ALL ON FUNCTION meet_invite(uuid, uuid, text, boolean) FROM PUBLIC;

CREATE FUNCTION meet_meeting_invites() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.series_id IS NOT NULL THEN
        -- The rule gave it, and the rule is in the calendar.
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.starts_at, NEW.minutes, NEW.state) = (OLD.starts_at, OLD.minutes, OLD.state) THEN
        -- What changed is in no calendar: where, how, that it took place.
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        -- What was answered was about another time, and what still comes in about it is too late.
        DELETE FROM public.meet_calendaranswer a USING public.meet_invitation i
            WHERE a.invitation_id = i.id
              AND (i.meeting_id = NEW.id OR (i.series_id = NEW.series_id AND a.slot = NEW.slot));
        UPDATE public.meet_invitation SET sequence = NEW.sequence
            WHERE meeting_id = NEW.id AND sequence < NEW.sequence;
        UPDATE public.core_notice SET seen_at = clock_timestamp()
            WHERE kind = 'calendar.no' AND path = '/meetings/' || NEW.id || '/' AND seen_at IS NULL;
    END IF;
    PERFORM public.meet_invite(coalesce(NEW.series_id, NEW.id), NEW.pair_id, NEW.id || ':' || NEW.sequence,
                               NEW.series_id IS NULL AND NEW.state = 'planned');
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION meet_meeting_invites() FROM PUBLIC;
CREATE TRIGGER meet_meeting_invites AFTER INSERT OR UPDATE ON meet_meeting
    FOR EACH ROW EXECUTE FUNCTION meet_meeting_invites();

CREATE FUNCTION meet_series_invites() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.sequence, NEW.ended_at) IS NOT DISTINCT FROM (OLD.sequence, OLD.ended_at) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM public.meet_calendaranswer a USING public.meet_invitation i
            WHERE a.invitation_id = i.id AND i.series_id = NEW.id AND a.slot IS NULL;
        UPDATE public.core_notice SET seen_at = clock_timestamp()
            WHERE kind = 'calendar.no' AND path = '/pairs/' || NEW.pair_id || '/regular/' AND seen_at IS NULL;
    END IF;
    PERFORM public.meet_invite(NEW.id, NEW.pair_id, NEW.id || ':' || NEW.sequence, NEW.ended_at IS NULL);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION meet_series_invites() FROM PUBLIC;
CREATE TRIGGER meet_series_invites AFTER INSERT OR UPDATE ON meet_series
    FOR EACH ROW EXECUTE FUNCTION meet_series_invites();

-- Whoever switches them on gets those that lie ahead. In their own session, about their own pairs.
CREATE FUNCTION meet_invite_me(ahead interval) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me uuid := public.core_writer();
    one record;
BEGIN
    FOR one IN
        SELECT m.id FROM public.meet_meeting m JOIN public.pair_half h ON h.pair_id = m.pair_id
            JOIN public.pair_pair p ON p.id = m.pair_id
            WHERE h.person_id = me AND p.state <> 'ended' AND m.series_id IS NULL AND m.state = 'planned'
              AND m.starts_at > public.core_time(ahead)
        UNION ALL
        SELECT s.id FROM public.meet_series s JOIN public.pair_half h ON h.pair_id = s.pair_id
            JOIN public.pair_pair p ON p.id = s.pair_id
            WHERE h.person_id = me AND p.state <> 'ended' AND s.ended_at IS NULL
    LOOP
        INSERT INTO public.core_notice (id, person_id, kind, path, key, object_id, created_at)
            VALUES (gen_random_uuid(), me, 'meeting.invitation', '/me/reach/',
                    'invitation:' || one.id || ':' || gen_random_uuid(), one.id, public.core_time(ahead));
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION meet_invite_me(interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION meet_invite_me(interval) TO bothways_web;
"""

# An answer enters as nobody: two questions of the door, each about one code that somebody shows together with the
# address it was sent to. The first says which days a rhythm has; the second writes down one answer.
ANSWERS = """
CREATE FUNCTION meet_thing_of_reply(code bytea, sender text,
    OUT thing uuid, OUT rhythm text, OUT starts_on date, OUT at time, OUT zone text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(i.meeting_id, i.series_id), s.rhythm, s.starts_on, s.at, s.zone
    FROM public.meet_invitation i
        JOIN public.people_person p ON p.id = i.person_id
        LEFT JOIN public.meet_series s ON s.id = i.series_id
    WHERE public.core_at_door() AND i.code_hash = code AND p.email = sender AND p.is_active
      AND p.calendar_letters;
$$;
REVOKE ALL ON FUNCTION meet_thing_of_reply(bytea, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION meet_thing_of_reply(bytea, text) TO bothways_web;

CREATE FUNCTION meet_take_answer(code bytea, sender text, day date, word text, number integer,
    stamp timestamptz, ahead interval) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    moment timestamptz := public.core_time(ahead);
    mine public.meet_invitation;
    one record;
    series public.meet_series;
    earlier public.meet_calendaranswer;
    page text;
BEGIN
    IF NOT public.core_at_door() OR word NOT IN ('yes', 'maybe', 'no') OR stamp > moment + interval '1 day' THEN
        RETURN false;
    END IF;
    SELECT i.* INTO mine FROM public.meet_invitation i JOIN public.people_person p ON p.id = i.person_id
        WHERE i.code_hash = code AND p.email = sender AND p.is_active AND p.calendar_letters FOR UPDATE OF i;
    IF mine.id IS NULL OR number < mine.sequence THEN
        RETURN false;
    END IF;
    IF mine.meeting_id IS NOT NULL THEN
        SELECT m.id, m.state, m.starts_at INTO one FROM public.meet_meeting m
            JOIN public.pair_half h ON h.pair_id = m.pair_id AND h.person_id = mine.person_id
            JOIN public.pair_pair p ON p.id = m.pair_id AND p.state <> 'ended' WHERE m.id = mine.meeting_id;
        IF one.id IS NULL OR day IS NOT NULL THEN
            RETURN false;
        END IF;
    ELSE
        SELECT s.* INTO series FROM public.meet_series s
            JOIN public.pair_half h ON h.pair_id = s.pair_id AND h.person_id = mine.person_id
            JOIN public.pair_pair p ON p.id = s.pair_id AND p.state <> 'ended'
            WHERE s.id = mine.series_id AND s.ended_at IS NULL;
        IF series.id IS NULL OR (day IS NOT NULL AND NOT public.meet_rhythm_has(series.rhythm, series.starts_on, day))
           OR day < moment - interval '2 days' OR day > moment + interval '400 days' THEN
            RETURN false;
        END IF;
        SELECT m.id, m.state, m.starts_at INTO one FROM public.meet_meeting m
            WHERE m.series_id = series.id AND m.slot = day;
    END IF;
    IF one.id IS NOT NULL AND (one.state <> 'planned' OR one.starts_at <= moment) THEN
        RETURN false;
    END IF;
    SELECT a.* INTO earlier FROM public.meet_calendaranswer a
        WHERE a.invitation_id = mine.id AND a.slot IS NOT DISTINCT FROM day;
    IF earlier.id IS NOT NULL AND (number, stamp) <= (earlier.sequence, earlier.stamped) THEN
        RETURN false;
    END IF;
    DELETE FROM public.meet_calendaranswer WHERE id = earlier.id;
    INSERT INTO public.meet_calendaranswer (person_id, invitation_id, slot, said, sequence, stamped, at)
        VALUES (mine.person_id, mine.id, day, word, number, stamp, moment);
    page := CASE WHEN one.id IS NOT NULL THEN '/meetings/' || one.id || '/'
                 ELSE '/pairs/' || series.pair_id || '/regular/' END;
    UPDATE public.core_notice SET seen_at = moment
        WHERE person_id = mine.person_id AND kind = 'calendar.no' AND path = page AND seen_at IS NULL;
    IF word = 'no' THEN
        INSERT INTO public.core_notice (id, person_id, kind, path, key, created_at)
            VALUES (gen_random_uuid(), mine.person_id, 'calendar.no', page,
                    'calendar.no:' || gen_random_uuid(), moment);
    END IF;
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION meet_take_answer(bytea, text, date, text, integer, timestamptz, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION meet_take_answer(bytea, text, date, text, integer, timestamptz, interval) TO bothways_web;
"""

WAITS = (
    "EXISTS (SELECT 1 FROM core_notice n WHERE n.person_id = meet_invitation.person_id AND n.sent_at IS NULL"
    " AND n.object_id = coalesce(meet_invitation.meeting_id, meet_invitation.series_id))"
)

WALLS = "\n".join(
    [
        grant("meet_invitation", web="SELECT, DELETE", worker="SELECT, INSERT, UPDATE, DELETE"),
        only("meet_invitation", "sequence, shown_hash, sent_at, over_at", to="bothways_worker"),
        wall("meet_invitation"),
        policy("meet_invitation", "own", select=f"person_id = {ME}", delete=f"person_id = {WRITER}"),
        work("meet_invitation", "select", "delete"),
        policy("meet_invitation", "job", to="bothways_worker", insert=WAITS, update=WAITS),
        grant("meet_calendaranswer", web="SELECT, DELETE", worker="SELECT, DELETE"),
        wall("meet_calendaranswer"),
        policy("meet_calendaranswer", "own", select=f"person_id = {ME}", delete=f"person_id = {WRITER}"),
        work("meet_calendaranswer", "select", "delete"),
        # A job sees a single meeting only while an invitation to it, or news of it, waits to be sent.
        policy(
            "meet_meeting",
            "invited",
            to="bothways_worker",
            select="series_id IS NULL AND EXISTS (SELECT 1 FROM core_notice n"
            " WHERE n.object_id = meet_meeting.id AND n.sent_at IS NULL)",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0010_about_one_thing"),
        ("people", "0009_invitations_by_mail"),
        ("pair", "0005_closing"),
        ("meet", "0007_by_text_message"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("person_id", models.UUIDField()),
                ("meeting", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="meet.meeting")),
                ("series", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="meet.series")),
                ("code_hash", models.BinaryField(max_length=32, unique=True)),
                ("sequence", models.PositiveIntegerField()),
                ("shown_hash", models.BinaryField(max_length=32)),
                ("sent_at", models.DateTimeField()),
                ("over_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("meeting", None), ("series__isnull", False))
                        | Q(("meeting__isnull", False), ("series", None)),
                        name="invited_to_one_thing",
                    ),
                    models.UniqueConstraint(fields=["person_id", "meeting"], name="one_invitation_a_meeting"),
                    models.UniqueConstraint(fields=["person_id", "series"], name="one_invitation_a_series"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person_id", models.UUIDField()),
                ("invitation", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="meet.invitation")),
                ("slot", models.DateField(null=True)),
                ("said", models.CharField(max_length=8)),
                ("sequence", models.PositiveIntegerField()),
                ("stamped", models.DateTimeField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["invitation", "slot"], nulls_distinct=False, name="one_answer_a_date"
                    ),
                    models.CheckConstraint(condition=Q(said__in=["yes", "maybe", "no"]), name="what_a_calendar_says"),
                ],
            },
        ),
        migrations.RunSQL(INVITE, migrations.RunSQL.noop),
        migrations.RunSQL(ANSWERS, migrations.RunSQL.noop),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
