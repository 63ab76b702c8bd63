"""The name that a pair opens is a text of the person themself, whatever stands in their row."""

from django.db import migrations

NAMES = """
CREATE OR REPLACE FUNCTION pair_open_names(made uuid) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO public.core_share (text_id, owner_id, with_id, under)
    SELECT p.name_text, h.person_id, other.person_id, h.pair_id
    FROM public.pair_half h
    JOIN public.pair_pair pp ON pp.id = h.pair_id AND pp.state <> 'ended'
    JOIN public.pair_half other ON other.pair_id = h.pair_id AND other.person_id <> h.person_id
    JOIN public.people_person p ON p.id = h.person_id
    JOIN public.core_text t ON t.id = p.name_text AND t.owner_id = p.id
    WHERE h.pair_id = made
    ON CONFLICT DO NOTHING;
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0003_row_security"), ("pair", "0003_only_what_changes")]
    operations = [migrations.RunSQL(NAMES, migrations.RunSQL.noop)]
