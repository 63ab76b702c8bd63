"""What the database itself refuses: a request made or closed by anybody but its requester."""

from django.db import migrations

COMPOSITE = """
ALTER TABLE help_request ADD CONSTRAINT request_own_entry
    FOREIGN KEY (entry_id, person_id) REFERENCES core_entry (id, person_id);
ALTER TABLE help_request ADD CONSTRAINT request_closed_in_own_entry
    FOREIGN KEY (closed_entry_id, person_id) REFERENCES core_entry (id, person_id);
"""

COMPOSITE_BACK = """
ALTER TABLE help_request DROP CONSTRAINT request_closed_in_own_entry;
ALTER TABLE help_request DROP CONSTRAINT request_own_entry;
"""

WALLS = """
CREATE FUNCTION help_request_walls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.pair_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM pair_half WHERE pair_id = NEW.pair_id AND person_id = NEW.person_id) THEN
            RAISE EXCEPTION 'a request goes to the partner of one''s own pair'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.person_id, NEW.entry_id, NEW.programme_id, NEW."to", NEW.pair_id, NEW.text_id)
       IS DISTINCT FROM
       (OLD.id, OLD.person_id, OLD.entry_id, OLD.programme_id, OLD."to", OLD.pair_id, OLD.text_id) THEN
        RAISE EXCEPTION 'a request stays its requester''s' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN
        (('open', 'answered'), ('answered', 'open'), ('open', 'resolved'), ('answered', 'resolved'),
         ('open', 'taken_back'), ('answered', 'taken_back'), ('resolved', 'taken_back')) THEN
        RAISE EXCEPTION 'a request goes from % to % by no way', OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER help_request_walls BEFORE INSERT OR UPDATE ON help_request
    FOR EACH ROW EXECUTE FUNCTION help_request_walls();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial"), ("pair", "0001_initial"), ("help", "0001_initial")]

    operations = [
        migrations.RunSQL(COMPOSITE, COMPOSITE_BACK),
        migrations.RunSQL(
            WALLS, "DROP TRIGGER help_request_walls ON help_request; DROP FUNCTION help_request_walls();"
        ),
    ]
