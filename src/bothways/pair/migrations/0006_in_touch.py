"""Staying in touch after a planned ending. The database sees to it that nobody learns a yes of one alone.

- A yes is written by its own person, in a pair that has not ended and whose end is planned.
- The second yes opens both words, each to the other. Neither may do that: it takes the rights of both.
- When the pair ends before its day, or with one yes, all of it goes. So it does when one of two takes theirs back
  after the end. Before the end the other's yes stays theirs, and is closed.
"""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from bothways.core.walls.sql import ME, WRITER, grant, policy, wall
from bothways.core.walls.stay import WORKER

TRIGGERS = """
CREATE FUNCTION pair_intouch_wall() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- Held: the pair does not end meanwhile, and of two at the same moment the second sees the first.
    PERFORM 1 FROM pair_pair WHERE id = NEW.pair_id AND state <> 'ended' FOR NO KEY UPDATE;
    IF NOT FOUND
       OR NOT EXISTS (SELECT 1 FROM pair_half WHERE pair_id = NEW.pair_id AND person_id = NEW.person_id)
       OR NOT EXISTS (SELECT 1 FROM pair_closing WHERE pair_id = NEW.pair_id) THEN
        RAISE EXCEPTION 'staying in touch is said by one of a pair that plans its end'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pair_intouch_wall BEFORE INSERT ON pair_intouch
    FOR EACH ROW EXECUTE FUNCTION pair_intouch_wall();

CREATE FUNCTION pair_intouch_opens() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO core_share (text_id, owner_id, with_id, under)
    SELECT one.text_id, one.person_id, other.person_id, one.id
    FROM pair_intouch one JOIN pair_intouch other
        ON other.pair_id = one.pair_id AND other.person_id <> one.person_id
    JOIN core_text t ON t.id = one.text_id AND t.owner_id = one.person_id
    WHERE one.pair_id = NEW.pair_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER pair_intouch_opens AFTER INSERT ON pair_intouch
    FOR EACH ROW EXECUTE FUNCTION pair_intouch_opens();

CREATE FUNCTION pair_intouch_goes() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM core_text WHERE id = OLD.text_id AND owner_id = OLD.person_id;
    DELETE FROM core_share WHERE under IN (SELECT id FROM pair_intouch WHERE pair_id = OLD.pair_id);
    IF EXISTS (SELECT 1 FROM pair_pair WHERE id = OLD.pair_id AND state = 'ended') THEN
        DELETE FROM pair_intouch WHERE pair_id = OLD.pair_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER pair_intouch_goes AFTER DELETE ON pair_intouch
    FOR EACH ROW EXECUTE FUNCTION pair_intouch_goes();

CREATE FUNCTION pair_intouch_at_end() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FROM pair_intouch WHERE pair_id = NEW.id) < 2
       OR NOT EXISTS (SELECT 1 FROM pair_closing
                      WHERE pair_id = NEW.id AND day <= (NEW.ended_at AT TIME ZONE 'UTC')::date) THEN
        DELETE FROM pair_intouch WHERE pair_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER pair_intouch_at_end AFTER UPDATE OF state ON pair_pair
    FOR EACH ROW WHEN (NEW.state = 'ended' AND OLD.state <> 'ended') EXECUTE FUNCTION pair_intouch_at_end();

CREATE FUNCTION pair_forget_in_touch(before timestamptz) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.pair_intouch WHERE pair_id IN (
        SELECT id FROM public.pair_pair WHERE state = 'ended' AND ended_at <= before);
$$;
REVOKE ALL ON FUNCTION pair_intouch_wall(), pair_intouch_opens(), pair_intouch_goes(), pair_intouch_at_end(),
    pair_forget_in_touch(timestamptz) FROM PUBLIC;
"""
TRIGGERS += f"GRANT EXECUTE ON FUNCTION pair_forget_in_touch(timestamptz) TO {WORKER};"

TRIGGERS_BACK = """
DROP TRIGGER pair_intouch_at_end ON pair_pair;
DROP TRIGGER pair_intouch_goes ON pair_intouch;
DROP TRIGGER pair_intouch_opens ON pair_intouch;
DROP TRIGGER pair_intouch_wall ON pair_intouch;
DROP FUNCTION pair_intouch_wall(), pair_intouch_opens(), pair_intouch_goes(), pair_intouch_at_end(),
    pair_forget_in_touch(timestamptz);
"""

OPEN = f"EXISTS (SELECT 1 FROM core_share s WHERE s.text_id = pair_intouch.text_id AND s.with_id = {ME})"
WALLS = "\n".join(
    [
        # No job reads who said it; the right is for erasing whoever leaves.
        grant("pair_intouch", web="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        wall("pair_intouch"),
        policy(
            "pair_intouch",
            "own",
            select=f"person_id = {ME}",
            insert=f"person_id = {WRITER} AND core_owns_text(text_id)",
            delete=f"person_id = {WRITER}",
        ),
        policy("pair_intouch", "both", select=OPEN),
    ]
)


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0003_row_security'),
        ('pair', '0005_closing'),
    ]

    operations = [
        migrations.CreateModel(
            name='InTouch',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField(db_index=True)),
                ('text_id', models.UUIDField(unique=True)),
                ('pair', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='in_touch', to='pair.pair')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('pair', 'person_id'), name='in_touch_once')],
            },
        ),
        migrations.RunSQL(TRIGGERS, TRIGGERS_BACK),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
