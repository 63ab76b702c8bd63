"""When a phone number goes, to whomever, the codes that were sent to it open nothing any more."""

from django.db import migrations

GONE = """
CREATE FUNCTION people_phone_without_codes() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM public.core_ask WHERE person_id = OLD.person_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION people_phone_without_codes() FROM PUBLIC;
CREATE TRIGGER people_phone_without_codes AFTER DELETE ON people_phone
    FOR EACH ROW EXECUTE FUNCTION people_phone_without_codes();
"""
BACK = "DROP TRIGGER people_phone_without_codes ON people_phone; DROP FUNCTION people_phone_without_codes();"


class Migration(migrations.Migration):
    dependencies = [("core", "0009_asks"), ("people", "0007_phones")]
    operations = [migrations.RunSQL(GONE, BACK)]
