"""What a coordinator opens are words of the one who asks: the request names them, and their writer is looked at.

An opening that has ended stays ended.
"""

from django.db import migrations

from bothways.core.walls.sql import function, keeps

OPENED = function(
    "help_opened()",
    "SETOF uuid",
    """SELECT t.id FROM public.help_request q
    JOIN public.programme_staff s ON s.programme_id = q.programme_id AND s.person_id = public.core_me()
    JOIN public.help_opening o ON o.request_id = q.id AND o.person_id = s.person_id AND o.ended_at IS NULL
    JOIN public.core_receipt r ON r.id = o.receipt_id AND r.reader_id = s.person_id
        AND r.subject_id = q.person_id AND r.xact <> pg_current_xact_id()
    CROSS JOIN LATERAL (SELECT q.text_id AS id UNION ALL SELECT y.text_id FROM public.help_reply y
        WHERE y.request_id = q.id AND y.person_id = q.person_id) t
    JOIN public.core_text c ON c.id = t.id AND c.owner_id = q.person_id
    WHERE q."to" = 'coordinators' AND q.state IN ('open', 'answered')
      AND (r.at > clock_timestamp() - interval '30 minutes'
           OR NOT EXISTS (SELECT 1 FROM public.core_installation WHERE NOT demo))"""
).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")

WALLS = keeps(
    "help_opening",
    "help_opening_ends_once",
    "OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at",
    "an opening that has ended stays ended",
)


class Migration(migrations.Migration):
    dependencies = [("core", "0003_row_security"), ("help", "0006_only_what_changes")]
    operations = [migrations.RunSQL(OPENED, migrations.RunSQL.noop), migrations.RunSQL(WALLS)]
