"""A session whose time is over is ended for good where it is found: no clock that is put back opens it again."""

from django.db import migrations

ENTER = """
CREATE OR REPLACE FUNCTION core_enter(token text, ahead interval, OUT person uuid, OUT entry uuid) LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found record;
    moment timestamptz := public.core_time(ahead);
BEGIN
    SELECT e.person_id, e.id, e.expires_at INTO found FROM public.core_entry e
        WHERE e.token_hash = sha256(convert_to(token, 'UTF8')) AND e.ended_at IS NULL;
    IF found.expires_at > moment THEN
        person := found.person_id;
        entry := found.id;
    ELSIF found.id IS NOT NULL THEN
        UPDATE public.core_entry SET ended_at = moment WHERE id = found.id;
    END IF;
    PERFORM public.core_inside_as(person, entry, 'session');
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0003_row_security")]

    operations = [migrations.RunSQL(ENTER, migrations.RunSQL.noop)]
