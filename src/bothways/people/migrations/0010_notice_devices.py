"""Devices that show notices: each belongs to one person and to the session in which it was switched on."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from bothways.core.walls.sql import ME, WRITER, grant, policy, wall, work

# One session, one device; when the session is deleted, so is the device.
OWN_ENTRY = """
ALTER TABLE people_noticedevice ADD CONSTRAINT noticedevice_own_entry
    FOREIGN KEY (entry_id, person_id) REFERENCES core_entry (id, person_id) ON DELETE CASCADE;
"""
OWN_ENTRY_BACK = "ALTER TABLE people_noticedevice DROP CONSTRAINT noticedevice_own_entry;"

# Signing out, here or from afar, ends notices on that device; and its words never outlive their row.
GONE = """
CREATE FUNCTION people_entry_without_device() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM public.people_noticedevice WHERE entry_id = NEW.id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION people_entry_without_device() FROM PUBLIC;
CREATE TRIGGER people_entry_without_device AFTER UPDATE OF ended_at ON core_entry
    FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION people_entry_without_device();

CREATE FUNCTION people_device_without_words() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM public.core_text WHERE id = OLD.words_text AND owner_id = OLD.person_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION people_device_without_words() FROM PUBLIC;
CREATE TRIGGER people_device_without_words AFTER DELETE ON people_noticedevice
    FOR EACH ROW EXECUTE FUNCTION people_device_without_words();
"""
GONE_BACK = """
DROP TRIGGER people_entry_without_device ON core_entry;
DROP FUNCTION people_entry_without_device();
DROP TRIGGER people_device_without_words ON people_noticedevice;
DROP FUNCTION people_device_without_words();
"""

# A browser that another person had comes to whoever shows all that the browser handed over, not its address alone.
# That person reads a notice.
FREE = """
CREATE FUNCTION people_free_device(endpoint bytea, whole bytea, ahead interval) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    other record;
BEGIN
    IF public.core_writer() IS NULL OR public.core_asked() IS NOT NULL THEN
        RETURN;
    END IF;
    FOR other IN SELECT * FROM public.people_noticedevice d
        WHERE d.endpoint_hash = endpoint AND d.whole_hash = whole AND d.person_id <> public.core_writer()
        FOR UPDATE
    LOOP
        DELETE FROM public.people_noticedevice WHERE id = other.id;
        INSERT INTO public.core_notice (id, person_id, kind, path, key, created_at)
            VALUES (gen_random_uuid(), other.person_id, 'device.moved', '/me/reach/',
                    'device.moved:' || gen_random_uuid(), public.core_time(ahead));
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION people_free_device(bytea, bytea, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION people_free_device(bytea, bytea, interval) TO bothways_web;
"""

WALLS = "\n".join(
    [
        # Never changed: switched on, and off.
        grant("people_noticedevice", web="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        wall("people_noticedevice"),
        policy(
            "people_noticedevice",
            "own",
            select=f"person_id = {ME}",
            # In a session that stands, and not by a text message.
            insert=f"person_id = {WRITER} AND (SELECT core_asked()) IS NULL AND EXISTS (SELECT 1 FROM core_entry e"
            " WHERE e.id = entry_id AND e.person_id = people_noticedevice.person_id AND e.ended_at IS NULL)",
            delete=f"person_id = {WRITER}",
        ),
        # A job sees devices only while something waits for their person; one that takes nothing more goes.
        work(
            "people_noticedevice",
            "select",
            "delete",
            where="EXISTS (SELECT 1 FROM core_notice n WHERE n.person_id = people_noticedevice.person_id"
            " AND n.sent_at IS NULL AND n.seen_at IS NULL)",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("core", "0011_devices"), ("people", "0009_invitations_by_mail")]

    operations = [
        migrations.AddField("person", "notices_both", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="NoticeDevice",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("entry_id", models.UUIDField(unique=True)),
                ("words_text", models.UUIDField()),
                ("endpoint_hash", models.BinaryField(max_length=32, unique=True)),
                ("whole_hash", models.BinaryField(max_length=32)),
                ("key_mark", models.CharField(max_length=16)),
                ("added_at", models.DateTimeField()),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="notice_devices", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.RunSQL(OWN_ENTRY, OWN_ENTRY_BACK),
        migrations.RunSQL(GONE, GONE_BACK),
        migrations.RunSQL(FREE, "DROP FUNCTION people_free_device(bytea, bytea, interval);"),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
