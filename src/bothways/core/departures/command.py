from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from bothways.core.departures.api import remember_everywhere
from bothways.core.registry.api import erase_departed


class Command(BaseCommand):
    help = "Erase again everybody who left and came back with an older backup. Every start does this."

    def handle(self, *args: Any, **options: Any) -> None:
        found = erase_departed()
        remember_everywhere()
        with connection.cursor() as cursor:
            # This connection was inside as each of them; nobody is to read whose erasing was its last act.
            cursor.execute("SELECT core_go_out()")
        if found:
            self.stdout.write(
                f"An older backup was put back: {found} people who left since are erased again."
            )
