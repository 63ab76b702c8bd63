"""Signing in writes when a passkey was used, or that a code has reached an address, and nothing else of them."""

from django.db import migrations

from bothways.core.walls.sql import keeps

WALLS = "\n".join(
    [
        keeps(
            "mfa_authenticator",
            "mfa_authenticator_at_the_door",
            "core_at_door() AND to_jsonb(NEW) - 'last_used_at' IS DISTINCT FROM to_jsonb(OLD) - 'last_used_at'",
            "a passkey is changed by its own person",
        ),
        keeps(
            "account_emailaddress",
            "account_emailaddress_at_the_door",
            "core_at_door() AND to_jsonb(NEW) - '{verified,primary}'::text[]"
            " IS DISTINCT FROM to_jsonb(OLD) - '{verified,primary}'::text[]",
            "an address is changed by its own person",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("people", "0004_only_what_changes"), ("mfa", "0003_authenticator_type_uniq"), ("account", "0009_emailaddress_unique_primary_email")]
    operations = [migrations.RunSQL(WALLS)]
