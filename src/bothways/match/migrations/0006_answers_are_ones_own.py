"""Until both have said yes, nobody reads what the other said, in the database as on the page."""

from django.db import migrations

from bothways.core.walls.sql import ME, WRITER, function, policy

BOTH = function(
    "match_both_say_yes(proposal uuid)",
    "boolean",
    """SELECT count(*) = 2 FROM public.match_answer a JOIN public.match_proposal p ON p.id = a.proposal_id
    WHERE p.id = proposal AND a.yes AND a.person_id IN (p.left_person, p.right_person)
      AND COALESCE(public.core_me() IN (p.left_person, p.right_person), true)""",
)

# Whoever closes a proposal does not see the other's answer, and need not: it goes with the closing.
CLOSED = """
CREATE FUNCTION match_proposal_without_answers() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM public.match_answer WHERE proposal_id = NEW.id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION match_proposal_without_answers() FROM PUBLIC;
CREATE TRIGGER match_proposal_without_answers AFTER UPDATE ON match_proposal
    FOR EACH ROW WHEN (NEW.state = 'closed') EXECUTE FUNCTION match_proposal_without_answers();
"""

WALLS = "\n".join(
    [
        "DROP POLICY two_select ON match_answer;",
        "DROP POLICY two_delete ON match_answer;",
        policy("match_answer", "own", select=f"person_id = {ME}", delete=f"person_id = {WRITER}"),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("core", "0003_row_security"), ("match", "0005_closed_without_reasons")]
    operations = [migrations.RunSQL(BOTH), migrations.RunSQL(CLOSED), migrations.RunSQL(WALLS)]
