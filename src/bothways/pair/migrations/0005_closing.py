"""A planned ending: a day that the two choose, and a word of thanks of each."""

import django.db.models.deletion
from django.db import migrations, models

from bothways.core.walls.sql import WEB, WORKER, WRITER, function, grant, only, policy, wall, work

MINE = "(SELECT pair_mine())"
MINE_TO_WRITE = f"{WRITER} IS NOT NULL AND pair_id IN {MINE}"

# As before, and thanks are a half's own too.
OF_OTHERS = """
CREATE OR REPLACE FUNCTION pair_half_of_others() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.person_id <> core_writer()
       AND (NEW.contact_text, NEW.thanks_text, NEW.paused_until)
           IS DISTINCT FROM (OLD.contact_text, OLD.thanks_text, OLD.paused_until)
       AND NOT EXISTS (SELECT 1 FROM pair_pair WHERE id = NEW.pair_id AND state = 'ended') THEN
        RAISE EXCEPTION 'a half of a pair is changed by its own person'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""

STANDING = """
CREATE FUNCTION pair_closing_wall() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM pair_pair WHERE id = NEW.pair_id AND state = 'ended') THEN
        RAISE EXCEPTION 'the end of a pair that has ended is not planned'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION pair_closing_wall() FROM PUBLIC;
CREATE TRIGGER pair_closing_wall BEFORE INSERT OR UPDATE ON pair_closing
    FOR EACH ROW EXECUTE FUNCTION pair_closing_wall();
"""

WALLS = "\n".join(
    [
        f"GRANT UPDATE (thanks_text) ON pair_half TO {WEB}, {WORKER};",
        # A job may end a pause of anybody, and still touches no words.
        function(
            "pair_thanks(half bigint)",
            "uuid",
            "SELECT h.thanks_text FROM public.pair_half h WHERE h.id = half",
            to=WORKER,
        ),
        "DROP POLICY work_update ON pair_half;",
        policy(
            "pair_half",
            "work",
            to=WORKER,
            update="true",
            update_to="paused_until IS NULL AND contact_text IS NOT DISTINCT FROM pair_contact(id)"
            " AND thanks_text IS NOT DISTINCT FROM pair_thanks(id)",
        ),
        grant("pair_closing", web="SELECT, INSERT, UPDATE, DELETE", worker="SELECT, UPDATE, DELETE"),
        only("pair_closing", "day, told_at", to=WEB),
        only("pair_closing", "told_at", to=WORKER),
        wall("pair_closing"),
        policy(
            "pair_closing",
            "pair",
            select=f"pair_id IN {MINE}",
            insert=MINE_TO_WRITE,
            update=MINE_TO_WRITE,
            delete=MINE_TO_WRITE,
        ),
        work("pair_closing", "select", "update"),
    ]
)


class Migration(migrations.Migration):

    dependencies = [
        ('pair', '0004_names_of_the_two'),
    ]

    operations = [
        migrations.CreateModel(
            name='Closing',
            fields=[
                ('pair', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='closing', serialize=False, to='pair.pair')),
                ('day', models.DateField()),
                ('told_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='half',
            name='thanks_text',
            field=models.UUIDField(null=True),
        ),
        migrations.RunSQL(OF_OTHERS, migrations.RunSQL.noop),
        migrations.RunSQL(STANDING, "DROP TRIGGER pair_closing_wall ON pair_closing; DROP FUNCTION pair_closing_wall();"),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
