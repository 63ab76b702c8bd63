"""Jobs deactivate an account and change nothing else of it; the sign-in pages make accounts, not passkeys."""

from django.db import migrations

from bothways.core.walls.sql import WORKER, keeps, only

WALLS = "\n".join(
    [
        only("people_person", "is_active", to=WORKER),
        # They hold rows, to count codes one after the other, and leave them as they are.
        *(
            keeps(
                table,
                f"{table}_at_the_door",
                "core_at_door() AND NEW IS DISTINCT FROM OLD",
                "the sign-in pages make accounts and change none",
            )
            for table in ("people_person", "people_device")
        ),
        "DROP POLICY door_insert ON mfa_authenticator;",
        "DROP POLICY door_delete ON mfa_authenticator;",
    ]
)


class Migration(migrations.Migration):
    dependencies = [("core", "0003_row_security"), ("people", "0003_sign_in"), ("mfa", "0003_authenticator_type_uniq")]
    operations = [migrations.RunSQL(WALLS)]
