"""The words of a reply go with its row, whoever deletes the row and whatever they may read.

The requester may delete what was written under their request (they leave, the pair ends), but sees no text
of the other once it is closed to them: without this it would stay, in no place from which its writer could
reach it. Then the same for what is there already.
"""

from django.db import migrations

WORDS = """
CREATE FUNCTION help_reply_words() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM public.core_text t WHERE t.id = OLD.text_id AND t.owner_id = OLD.person_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION help_reply_words() FROM PUBLIC;
CREATE TRIGGER help_reply_words AFTER DELETE ON help_reply FOR EACH ROW EXECUTE FUNCTION help_reply_words();
"""
WORDS_BACK = "DROP TRIGGER help_reply_words ON help_reply; DROP FUNCTION help_reply_words();"

OF_ENDED_PAIRS = """
DELETE FROM help_reply r USING help_request q, pair_pair p
    WHERE q.id = r.request_id AND p.id = q.pair_id AND p.state = 'ended' AND r.person_id <> q.person_id;
DELETE FROM core_text t
    WHERE t.kind = 'reply' AND NOT EXISTS (SELECT 1 FROM help_reply r WHERE r.text_id = t.id);
"""


class Migration(migrations.Migration):
    dependencies = [("help", "0007_words_of_the_requester")]
    operations = [
        migrations.RunSQL(WORDS, WORDS_BACK),
        migrations.RunSQL(OF_ENDED_PAIRS, migrations.RunSQL.noop),
    ]
