"""What the database itself refuses: whose word it is that a meeting took place, and when it counts."""

from django.db import migrations

COMPOSITE = """
ALTER TABLE meet_tookplace ADD CONSTRAINT took_place_own_entry
    FOREIGN KEY (entry_id, person_id) REFERENCES core_entry (id, person_id);
CREATE INDEX took_place_entry ON meet_tookplace (entry_id);
"""

COMPOSITE_BACK = """
DROP INDEX took_place_entry;
ALTER TABLE meet_tookplace DROP CONSTRAINT took_place_own_entry;
"""

WORD = """
CREATE FUNCTION meet_tookplace_walls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM meet_meeting m JOIN pair_half h ON h.pair_id = m.pair_id
        WHERE m.id = NEW.meeting_id AND h.person_id = NEW.person_id
          AND m.state = 'planned' AND m.starts_at <= NEW.at) THEN
        RAISE EXCEPTION 'only the two of a pair say that their meeting took place, after it began'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER meet_tookplace_walls BEFORE INSERT OR UPDATE ON meet_tookplace
    FOR EACH ROW EXECUTE FUNCTION meet_tookplace_walls();
"""

COUNTS = """
CREATE FUNCTION meet_meeting_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.took_place_at IS NULL THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.took_place_at IS NOT NULL THEN
        IF NEW.took_place_at <> OLD.took_place_at THEN
            RAISE EXCEPTION 'a meeting counts once' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (SELECT count(*) FROM meet_tookplace WHERE meeting_id = NEW.id) < 2 THEN
        RAISE EXCEPTION 'a meeting counts when both said that it took place'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER meet_meeting_counts BEFORE INSERT OR UPDATE ON meet_meeting
    FOR EACH ROW EXECUTE FUNCTION meet_meeting_counts();
"""


def drop(table: str, name: str) -> str:
    return f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();"


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial"), ("pair", "0001_initial"), ("meet", "0001_initial")]

    operations = [
        migrations.RunSQL(COMPOSITE, COMPOSITE_BACK),
        migrations.RunSQL(WORD, drop("meet_tookplace", "meet_tookplace_walls")),
        migrations.RunSQL(COUNTS, drop("meet_meeting", "meet_meeting_counts")),
    ]
