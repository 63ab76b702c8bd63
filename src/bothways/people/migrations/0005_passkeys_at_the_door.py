"""Signing in with a passkey writes when it was used, and nothing else of it."""

from django.db import migrations

from bothways.core.walls.sql import keeps

WALLS = keeps(
    "mfa_authenticator",
    "mfa_authenticator_at_the_door",
    "core_at_door() AND to_jsonb(NEW) - 'last_used_at' IS DISTINCT FROM to_jsonb(OLD) - 'last_used_at'",
    "a passkey is changed by its own person",
)


class Migration(migrations.Migration):
    dependencies = [("people", "0004_only_what_changes"), ("mfa", "0003_authenticator_type_uniq")]
    operations = [migrations.RunSQL(WALLS)]
