"""What has ended stays ended, a receipt is dated by the database, and leaving opens nothing by itself."""

from django.db import migrations

from bothways.core.walls.sql import keeps, only

# In a database that is said to be real its own clock counts, whatever the program says.
MOMENT = """
CREATE FUNCTION core_moment(said timestamptz) RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT 1 FROM public.core_installation WHERE NOT demo)
                THEN clock_timestamp() ELSE said END;
$$;
REVOKE ALL ON FUNCTION core_moment(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core_moment(timestamptz) TO bothways_web, bothways_worker;
"""

RECEIPT = """
CREATE OR REPLACE FUNCTION core_receipt_begins() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.xact := pg_current_xact_id();
    NEW.at := public.core_moment(NEW.at);
    IF NOT isfinite(NEW.at) THEN
        RAISE EXCEPTION 'a receipt has a day' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- Two openings at the same moment are counted one after the other.
    PERFORM pg_advisory_xact_lock(hashtextextended('core_receipt ' || NEW.reader_id::text, 0));
    IF (SELECT count(*) FROM public.core_receipt r
        WHERE r.reader_id = NEW.reader_id AND r.at > NEW.at - interval '24 hours')
       >= (SELECT receipts_a_day FROM public.core_cap) THEN
        RAISE EXCEPTION 'one person opens so many things of others a day and no more'
            USING ERRCODE = 'program_limit_exceeded';
    END IF;
    RETURN NEW;
END $$;
"""

# To be inside as somebody who leaves: the tombstone was committed before, so that nobody reads and then
# rolls back; and something of them is still there to be erased.
LEAVING = """
ALTER TABLE core_tombstone ADD COLUMN xact xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE OR REPLACE FUNCTION core_enter_leaving(leaver uuid) RETURNS uuid LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM public.core_tombstone t
        WHERE t.person_id = leaver
          AND (t.xact <> pg_current_xact_id()
               OR NOT EXISTS (SELECT 1 FROM public.core_installation WHERE NOT demo))
          AND (t.key_destroyed_at IS NULL OR EXISTS (SELECT FROM public.core_not_erased(ARRAY[leaver])))) THEN
        leaver := NULL;
    END IF;
    PERFORM public.core_inside_as(leaver, NULL, 'leaving');
    RETURN leaver;
END $$;
"""

WALLS = "\n".join(
    [
        only("core_tombstone", "key_destroyed_at"),
        keeps(
            "core_entry",
            "core_entry_ends_once",
            "OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at",
            "a session that has ended stays ended",
        ),
        keeps(
            "core_tombstone",
            "core_tombstone_stays",
            "OLD.key_destroyed_at IS NOT NULL AND NEW.key_destroyed_at IS NULL AND core_writer() IS NOT NULL",
            "a key that was destroyed stays destroyed",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("core", "0006_only_what_changes")]
    operations = [
        migrations.RunSQL(MOMENT),
        migrations.RunSQL(RECEIPT),
        migrations.RunSQL(LEAVING),
        migrations.RunSQL(WALLS),
    ]
