"""What the database itself holds: keys are never changed, and nobody looks into the table of sealed reports.

The table has row security without a policy: whoever is not its owner sees no row of it and writes none. Three
functions with the owner's rights are the only way to it, and each gives away as little as it can:

- `report_file` keeps a report, or says that the key has changed or that there is no room. It takes a lock that
  leaves no mark on any row.
- `report_bundle` gives out what was sealed to one key, against the fetch code itself; its hash is not enough.
- `report_tidy` deletes what is too old, and writes the rest anew in a random order in one transaction, so that
  neither the place of a row nor its transaction number tells for longer than a day when it came.

The counts of attempts are in an unlogged table, which never gets into the write-ahead log. It too is reached
through functions alone: `report_try` counts one try and drops what is over, `report_forget` only drops.
"""

from django.db import migrations

KEYS = """
CREATE FUNCTION report_leadkey_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the list of keys is public: an entry is never changed, only followed by the next one'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER report_leadkey_stays BEFORE UPDATE OR DELETE ON report_leadkey
    FOR EACH ROW EXECUTE FUNCTION report_leadkey_stays();
ALTER TABLE report_leadkey ADD CONSTRAINT lead_key_sizes
    CHECK (octet_length(public_key) = 32 AND octet_length(code_hash) = 16);
"""

KEYS_BACK = """
ALTER TABLE report_leadkey DROP CONSTRAINT lead_key_sizes;
DROP TRIGGER report_leadkey_stays ON report_leadkey;
DROP FUNCTION report_leadkey_stays();
"""

SEALED = """
ALTER TABLE report_sealed ENABLE ROW LEVEL SECURITY;
ALTER TABLE report_sealed ADD CONSTRAINT sealed_sizes CHECK (octet_length(sealed) IN (4144, 16432));

CREATE FUNCTION report_file(the_programme uuid, the_key bytea, box bytea, the_day date, room integer)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    report uuid := encode(substring(sha256(box) FROM 1 FOR 16), 'hex')::uuid;
    newest report_leadkey;
    held bigint;
BEGIN
    SELECT * INTO newest FROM report_leadkey WHERE programme_id = the_programme ORDER BY id DESC LIMIT 1;
    IF newest.public_key IS NULL OR newest.public_key <> the_key THEN
        RETURN 'changed';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('report_sealed ' || the_programme::text, 0));
    IF EXISTS (SELECT 1 FROM report_sealed WHERE id = report) THEN
        RETURN 'sent';
    END IF;
    SELECT coalesce(sum(octet_length(sealed)), 0) INTO held FROM report_sealed
        WHERE programme_id = the_programme;
    IF held + octet_length(box) > least(room, 2097152) THEN
        RETURN 'full';
    END IF;
    INSERT INTO report_sealed (id, programme_id, key_id, day, sealed)
        VALUES (report, the_programme, newest.id, the_day, box);
    RETURN 'sent';
END $$;

CREATE FUNCTION report_bundle(the_programme uuid, the_key bytea, code text)
RETURNS TABLE (day date, sealed bytea) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.day, s.sealed FROM report_sealed s JOIN report_leadkey k ON k.id = s.key_id
        WHERE s.programme_id = the_programme AND k.programme_id = the_programme AND k.public_key = the_key
            AND k.code_hash = substring(sha256(convert_to(code, 'UTF8')) FROM 1 FOR 16)
        ORDER BY s.day, s.id
$$;

CREATE FUNCTION report_tidy(before date)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- Nobody files meanwhile; it takes milliseconds.
    LOCK TABLE report_sealed IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM report_sealed WHERE day < before;
    -- The sort makes sure that every row is gone before the first one is written again.
    WITH gone AS (DELETE FROM report_sealed RETURNING *)
    INSERT INTO report_sealed SELECT * FROM gone ORDER BY random();
END $$;
"""

SEALED_BACK = """
DROP FUNCTION report_tidy(date);
DROP FUNCTION report_bundle(uuid, bytea, text);
DROP FUNCTION report_file(uuid, bytea, bytea, date, integer);
ALTER TABLE report_sealed DROP CONSTRAINT sealed_sizes;
ALTER TABLE report_sealed DISABLE ROW LEVEL SECURITY;
"""


TRIES = """
ALTER TABLE report_attempt SET UNLOGGED;
ALTER TABLE report_attempt ENABLE ROW LEVEL SECURITY;

CREATE FUNCTION report_forget(before timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM report_attempt WHERE until <= before
$$;

CREATE FUNCTION report_try(the_mark text, ends timestamptz, before timestamptz)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    counted integer;
BEGIN
    PERFORM report_forget(before);
    -- One statement counts: tries at the same moment cannot slip past each other.
    INSERT INTO report_attempt AS a (mark, tries, until) VALUES (the_mark, 1, ends)
        ON CONFLICT (mark) DO UPDATE SET tries = least(a.tries + 1, 1000) RETURNING a.tries INTO counted;
    RETURN counted;
END $$;
"""

TRIES_BACK = """
DROP FUNCTION report_try(text, timestamptz, timestamptz);
DROP FUNCTION report_forget(timestamptz);
ALTER TABLE report_attempt DISABLE ROW LEVEL SECURITY;
ALTER TABLE report_attempt SET LOGGED;
"""


class Migration(migrations.Migration):
    dependencies = [("report", "0001_initial")]

    operations = [
        migrations.RunSQL(KEYS, KEYS_BACK),
        migrations.RunSQL(SEALED, SEALED_BACK),
        migrations.RunSQL(TRIES, TRIES_BACK),
    ]
