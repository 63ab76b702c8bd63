"""How and when notices reach somebody: their own choice, and the two marks that others may set and not take away."""

from datetime import time

from django.db import migrations, models

from bothways.core.walls.sql import WORKER

BY = """
UPDATE people_person SET notices_by = 'none' WHERE NOT notices_by_mail;
"""
BACK = """
UPDATE people_person SET notices_by_mail = false WHERE notices_by <> 'letter';
"""

# The link in a letter comes in at the door: it may stop letters and do nothing else, not even begin them again.
DOOR = """
CREATE OR REPLACE FUNCTION people_person_at_the_door() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF core_at_door() AND (
        to_jsonb(NEW) - 'letters_stopped_at' IS DISTINCT FROM to_jsonb(OLD) - 'letters_stopped_at'
        OR (NEW.letters_stopped_at IS DISTINCT FROM OLD.letters_stopped_at AND OLD.letters_stopped_at IS NOT NULL)) THEN
        RAISE EXCEPTION 'the sign-in pages make accounts and change none'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""

# A job notes that an address is refused; only its person takes that away.
JOB = f"""
GRANT UPDATE (letters_refused_at) ON people_person TO {WORKER};
CREATE FUNCTION people_person_refused() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF core_writer() IS DISTINCT FROM NEW.id AND OLD.letters_refused_at IS NOT NULL
       AND NEW.letters_refused_at IS DISTINCT FROM OLD.letters_refused_at THEN
        RAISE EXCEPTION 'letters begin again when their person says so'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION people_person_refused() FROM PUBLIC;
CREATE TRIGGER people_person_refused BEFORE UPDATE OF letters_refused_at ON people_person
    FOR EACH ROW EXECUTE FUNCTION people_person_refused();
"""
JOB_BACK = "DROP TRIGGER people_person_refused ON people_person; DROP FUNCTION people_person_refused();"


class Migration(migrations.Migration):
    dependencies = [("core", "0008_manners"), ("people", "0005_passkeys_at_the_door")]

    operations = [
        migrations.AddField("person", "notices_by", models.CharField(default="letter", max_length=8)),
        migrations.RunSQL(BY, BACK),
        migrations.RemoveField("person", "notices_by_mail"),
        migrations.AddField("person", "told", models.CharField(default="soon", max_length=8)),
        migrations.AddField("person", "told_day", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("person", "told_at", models.TimeField(default=time(18))),
        migrations.AddField("person", "notices_per_week", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("person", "quiet_from", models.TimeField(default=time(21))),
        migrations.AddField("person", "quiet_until", models.TimeField(default=time(8))),
        migrations.AddField("person", "letters_stopped_at", models.DateTimeField(null=True)),
        migrations.AddField("person", "letters_refused_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "person",
            models.CheckConstraint(
                condition=models.Q(
                    ("notices_by__in", ["letter", "text", "none"]),
                    ("told__in", ["soon", "daily", "weekly"]),
                    ("told_day__lte", 6),
                    models.Q(("notices_per_week", None), ("notices_per_week__range", (1, 7)), _connector="OR"),
                ),
                name="a_way_to_be_told",
            ),
        ),
        migrations.RunSQL(DOOR, migrations.RunSQL.noop),
        migrations.RunSQL(JOB, JOB_BACK),
    ]
