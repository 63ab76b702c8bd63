"""The serving roles ask for keys by id, through functions: nobody but the owner can list or copy the keys."""

from django.db import migrations

ROLES = """
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['bothways_web', 'bothways_worker'] LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', name);
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN NULL;
                WHEN insufficient_privilege THEN
                    RAISE EXCEPTION 'permission denied to make the role %', name
                        USING ERRCODE = 'insufficient_privilege',
                        HINT = 'An administrator makes it: CREATE ROLE bothways_web NOLOGIN; CREATE ROLE bothways_worker NOLOGIN;';
            END;
        END IF;
    END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO bothways_web, bothways_worker;
REVOKE ALL ON keys_personkey FROM PUBLIC, bothways_web, bothways_worker;
GRANT SELECT ON django_migrations TO bothways_web, bothways_worker;
"""

FUNCTIONS = """
-- At most as many as one page can need: keys are asked for, not collected.
CREATE FUNCTION keys_of(people uuid[]) RETURNS TABLE (person uuid, sealed bytea) LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF cardinality(people) > 500 THEN
        RAISE EXCEPTION 'so many keys are not given at once' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    RETURN QUERY SELECT k.person_id, k.wrapped FROM public.keys_personkey k WHERE k.person_id = ANY (people);
END $$;

-- Whoever comes first makes the key; it is never replaced.
CREATE FUNCTION keys_make(person uuid, sealed bytea) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO public.keys_personkey (person_id, wrapped) VALUES (person, sealed) ON CONFLICT DO NOTHING;
$$;

CREATE FUNCTION keys_destroy(person uuid) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.keys_personkey WHERE person_id = person;
$$;
REVOKE ALL ON FUNCTION keys_of(uuid[]), keys_make(uuid, bytea), keys_destroy(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keys_of(uuid[]), keys_make(uuid, bytea), keys_destroy(uuid)
    TO bothways_web, bothways_worker;
"""


class Migration(migrations.Migration):
    dependencies = [("keys", "0001_initial")]
    operations = [
        migrations.RunSQL(ROLES, migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION keys_of(uuid[]), keys_make(uuid, bytea), keys_destroy(uuid);"),
    ]
