"""Questions about those who left, for roles that cannot see the tables. Ids of departed people mean nothing."""

from django.db import migrations

from bothways.core.walls.sql import function

DEPARTURES = function(
    "core_departures()",
    "SETOF uuid",
    "SELECT person_id FROM public.core_tombstone WHERE key_destroyed_at IS NOT NULL",
)

# Everybody with an account has a text (their address), so the texts know who is here.
NOT_ERASED = function(
    "core_not_erased(people uuid[])",
    "SETOF uuid",
    """
    SELECT asked.id FROM unnest(people) AS asked (id)
    WHERE NOT EXISTS (SELECT FROM public.core_tombstone t WHERE t.person_id = asked.id)
       OR EXISTS (SELECT FROM public.core_text t WHERE t.owner_id = asked.id)
       OR EXISTS (SELECT FROM public.core_entry e WHERE e.person_id = asked.id)
    """,
)


class Migration(migrations.Migration):
    dependencies = [("core", "0004_over_is_ended")]

    operations = [
        migrations.RunSQL(DEPARTURES, "DROP FUNCTION core_departures();"),
        migrations.RunSQL(NOT_ERASED, "DROP FUNCTION core_not_erased(uuid[]);"),
    ]
