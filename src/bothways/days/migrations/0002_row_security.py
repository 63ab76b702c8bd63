"""Row security for the days of a pair: both read them, the writer alone changes them, and they go when the
pair has ended, each with its words."""

from django.db import migrations

from bothways.core.walls.sql import WRITER, grant, only, policy, wall, work

MINE = "(SELECT pair_mine())"
STANDING = f"(SELECT id FROM pair_pair WHERE ended_at IS NULL AND id IN {MINE})"
ENDED = f"(SELECT id FROM pair_pair WHERE ended_at IS NOT NULL AND id IN {MINE})"
OWN = f"person_id = {WRITER} AND core_owns_text(text_id)"

CHECKS = """
ALTER TABLE days_occasion ADD CONSTRAINT occasion_dates CHECK (
    jsonb_typeof(dates) = 'array' AND jsonb_array_length(dates) BETWEEN 1 AND 4
    AND (NOT each_year OR (jsonb_array_length(dates) = 1 AND dates ->> 0 LIKE '2000-%')));
"""

# Whoever ends a pair may not be able to read what the other wrote any more, and leaves none of it behind.
WORDS = """
CREATE FUNCTION days_occasion_words() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM public.core_text t WHERE t.id = OLD.text_id AND t.owner_id = OLD.person_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION days_occasion_words() FROM PUBLIC;
CREATE TRIGGER days_occasion_words AFTER DELETE ON days_occasion
    FOR EACH ROW EXECUTE FUNCTION days_occasion_words();
"""

WALLS = "\n".join(
    [
        grant("days_occasion", web="SELECT, INSERT, UPDATE, DELETE", worker="SELECT, UPDATE, DELETE"),
        only("days_occasion", "text_id, dates, each_year, before, remind_on", to="bothways_web"),
        only("days_occasion", "remind_on", to="bothways_worker"),
        wall("days_occasion"),
        policy(
            "days_occasion",
            "pair",
            select=f"pair_id IN {MINE}",
            insert=f"{OWN} AND pair_id IN {STANDING}",
            update=f"person_id = {WRITER}",
            update_to=OWN,
            delete=f"person_id = {WRITER}",
        ),
        policy("days_occasion", "over", delete=f"pair_id IN {ENDED}"),
        # The reminder: dates, and no words.
        work("days_occasion", "select", "update"),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_row_security"),
        ("pair", "0002_row_security"),
        ("days", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(CHECKS, "ALTER TABLE days_occasion DROP CONSTRAINT occasion_dates;"),
        migrations.RunSQL(WORDS, "DROP TRIGGER days_occasion_words ON days_occasion; DROP FUNCTION days_occasion_words();"),
        migrations.RunSQL(WALLS),
    ]
