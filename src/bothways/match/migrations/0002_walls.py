"""What the database itself refuses: whose an answer is, how a proposal becomes made, and that its people stay."""

from django.db import migrations

ANSWERS = """
ALTER TABLE match_answer ADD CONSTRAINT answer_own_entry
    FOREIGN KEY (entry_id, person_id) REFERENCES core_entry (id, person_id);
CREATE FUNCTION match_answer_walls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'an answer is never changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM match_proposal p WHERE p.id = NEW.proposal_id AND p.state = 'open'
                   AND NEW.person_id IN (p.left_person, p.right_person)) THEN
        RAISE EXCEPTION 'only its two people answer an open proposal'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER match_answer_walls BEFORE INSERT OR UPDATE ON match_answer
    FOR EACH ROW EXECUTE FUNCTION match_answer_walls();
"""

ANSWERS_BACK = """
DROP TRIGGER match_answer_walls ON match_answer;
DROP FUNCTION match_answer_walls();
ALTER TABLE match_answer DROP CONSTRAINT answer_own_entry;
"""

PROPOSALS = """
CREATE FUNCTION match_proposal_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'open'
       OR NOT EXISTS (SELECT 1 FROM enrol_enrolment e WHERE e.id = NEW.left_id
                      AND e.person_id = NEW.left_person AND e.programme_id = NEW.programme_id)
       OR NOT EXISTS (SELECT 1 FROM enrol_enrolment e WHERE e.id = NEW.right_id
                      AND e.person_id = NEW.right_person AND e.programme_id = NEW.programme_id) THEN
        RAISE EXCEPTION 'a proposal begins open, between two members of its programme'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER match_proposal_begins BEFORE INSERT ON match_proposal
    FOR EACH ROW EXECUTE FUNCTION match_proposal_begins();

CREATE FUNCTION match_proposal_walls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.programme_id, NEW.round_id) IS DISTINCT FROM (OLD.id, OLD.programme_id, OLD.round_id)
       OR COALESCE(NEW.left_id, OLD.left_id) IS DISTINCT FROM OLD.left_id
       OR COALESCE(NEW.right_id, OLD.right_id) IS DISTINCT FROM OLD.right_id
       OR COALESCE(NEW.left_person, OLD.left_person) IS DISTINCT FROM OLD.left_person
       OR COALESCE(NEW.right_person, OLD.right_person) IS DISTINCT FROM OLD.right_person THEN
        RAISE EXCEPTION 'the people of a proposal never change, they can only be cut loose'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state = 'open' AND NEW.state = 'open' AND (NEW.left_id IS NULL OR NEW.right_id IS NULL) THEN
        -- An enrolment went while the proposal was being written. Nobody can say yes to it any more.
        DELETE FROM match_answer WHERE proposal_id = NEW.id;
        NEW.state := 'closed';
    END IF;
    IF NEW.state <> OLD.state THEN
        IF OLD.state = 'closed' OR NEW.state = 'open' THEN
            RAISE EXCEPTION 'a closed proposal stays closed' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.state = 'made' AND (NEW.left_id IS NULL OR NEW.right_id IS NULL OR 2 <>
            (SELECT count(*) FROM match_answer a WHERE a.proposal_id = NEW.id AND a.yes
             AND a.person_id IN (NEW.left_person, NEW.right_person))) THEN
            RAISE EXCEPTION 'a proposal is made by two people who both said yes'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER match_proposal_walls BEFORE UPDATE ON match_proposal
    FOR EACH ROW EXECUTE FUNCTION match_proposal_walls();
"""

PROPOSALS_BACK = """
DROP TRIGGER match_proposal_walls ON match_proposal;
DROP FUNCTION match_proposal_walls();
DROP TRIGGER match_proposal_begins ON match_proposal;
DROP FUNCTION match_proposal_begins();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial"), ("enrol", "0001_initial"), ("match", "0001_initial")]

    operations = [
        migrations.RunSQL(ANSWERS, ANSWERS_BACK),
        migrations.RunSQL(PROPOSALS, PROPOSALS_BACK),
    ]
