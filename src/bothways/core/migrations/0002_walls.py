"""The cache table (rate limits), and what the database itself refuses for receipts, events and tombstones."""

from django.db import migrations

CACHE = """
CREATE UNLOGGED TABLE cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX cache_expires ON cache (expires);
"""

RECEIPTS = """
CREATE FUNCTION core_receipt_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The one change allowed: the reader left, and the link to their account is cut.
    IF NEW.reader_id = '00000000-0000-0000-0000-000000000000'
       AND (NEW.reader_role, NEW.reader_name, NEW.subject_id, NEW.what, NEW.task, NEW.at)
           IS NOT DISTINCT FROM (OLD.reader_role, OLD.reader_name, OLD.subject_id, OLD.what, OLD.task, OLD.at)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a receipt is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER core_receipt_stays BEFORE UPDATE ON core_receipt
    FOR EACH ROW EXECUTE FUNCTION core_receipt_stays();
"""

EVENTS = """
CREATE FUNCTION core_event_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.person_id IS NULL
       AND (NEW.at, NEW.kind, NEW.programme_id, NEW.object_id, NEW.numbers)
           IS NOT DISTINCT FROM (OLD.at, OLD.kind, OLD.programme_id, OLD.object_id, OLD.numbers)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an event is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER core_event_stays BEFORE UPDATE ON core_event
    FOR EACH ROW EXECUTE FUNCTION core_event_stays();
"""

INSTALLATION = """
CREATE FUNCTION core_installation_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a database is for is said once' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER core_installation_stays BEFORE UPDATE OR DELETE ON core_installation
    FOR EACH ROW EXECUTE FUNCTION core_installation_stays();
"""


def drop(table: str) -> str:
    return f"DROP TRIGGER {table}_stays ON {table}; DROP FUNCTION {table}_stays();"


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunSQL(CACHE, "DROP TABLE cache;"),
        migrations.RunSQL(RECEIPTS, drop("core_receipt")),
        migrations.RunSQL(EVENTS, drop("core_event")),
        migrations.RunSQL(INSTALLATION, drop("core_installation")),
    ]
