"""Row security for requests; a coordinator reads their words only against a receipt committed before."""

from django.db import migrations

from bothways.core.walls.sql import ME, WRITER, function, grant, policy, sees_all, wall

STAFF = f"""("to" = 'coordinators' AND EXISTS (SELECT 1 FROM programme_staff s
    WHERE s.programme_id = help_request.programme_id AND s.person_id = {ME}))"""
MEANT = f"pair_id IN (SELECT pair_mine()) OR {STAFF}"

FUNCTIONS = "\n".join(
    [
        sees_all("help_request_walls"),
        # The requester's words under requests that I opened: as a coordinator of that programme, less than
        # half an hour ago, on a receipt that another transaction has committed. The clock is the receipt's
        # own moment against the database's, so a moved clock of the program opens nothing for longer.
        function(
            "help_opened()",
            "SETOF uuid",
            """SELECT t.id FROM public.help_request q
            JOIN public.programme_staff s ON s.programme_id = q.programme_id AND s.person_id = public.core_me()
            JOIN public.help_opening o ON o.request_id = q.id AND o.person_id = s.person_id
            JOIN public.core_receipt r ON r.id = o.receipt_id AND r.reader_id = s.person_id
                AND r.subject_id = q.person_id AND r.xact <> pg_current_xact_id()
            CROSS JOIN LATERAL (SELECT q.text_id AS id UNION ALL SELECT y.text_id FROM public.help_reply y
                WHERE y.request_id = q.id AND y.person_id = q.person_id) t
            WHERE q."to" = 'coordinators' AND q.state IN ('open', 'answered')
              AND (r.at > clock_timestamp() - interval '30 minutes'
                   OR NOT EXISTS (SELECT 1 FROM public.core_installation WHERE NOT demo))""",
        ),
    ]
)

WALLS = "\n".join(
    [
        grant("help_request", web="SELECT, INSERT, UPDATE, DELETE", worker="SELECT, DELETE"),
        wall("help_request"),
        policy(
            "help_request",
            "own",
            select=f"person_id = {ME}",
            insert=f"person_id = {WRITER}",
            update=f"person_id = {WRITER}",
            delete=f"person_id = {WRITER}",
        ),
        policy(
            "help_request",
            "meant",
            select=f"{ME} IS NOT NULL AND ({MEANT})",
            update=f"{WRITER} IS NOT NULL AND ({MEANT})",
        ),
        grant("help_reply", web="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        wall("help_reply"),
        policy(
            "help_reply",
            "thread",
            select=f"person_id = {ME} OR request_id IN (SELECT id FROM help_request)",
            insert=f"person_id = {WRITER} AND request_id IN (SELECT id FROM help_request)",
            delete=f"person_id = {WRITER} OR request_id IN"
            f" (SELECT id FROM help_request q WHERE q.person_id = {WRITER})",
        ),
        grant("help_opening", web="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        wall("help_opening"),
        policy(
            "help_opening",
            "both",
            select=f"person_id = {ME} OR request_id IN (SELECT id FROM help_request q WHERE q.person_id = {ME})",
            insert=f"person_id = {WRITER} AND request_id IN (SELECT id FROM help_request)",
            delete=f"person_id = {WRITER} OR request_id IN"
            f" (SELECT id FROM help_request q WHERE q.person_id = {WRITER})",
        ),
        policy("core_text", "opened", select=f"{ME} IS NOT NULL AND id IN (SELECT help_opened())"),
        # A receipt is written in the language of the one whose words are read.
        policy(
            "people_person",
            "asks",
            select=f"{ME} IS NOT NULL AND id IN (SELECT person_id FROM help_request)",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_row_security"),
        ("people", "0002_row_security"),
        ("programme", "0003_row_security"),
        ("pair", "0002_row_security"),
        ("help", "0002_walls"),
    ]
    operations = [migrations.RunSQL(FUNCTIONS), migrations.RunSQL(WALLS)]
