from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bothways.core.registry.api import settle_installation
from bothways.core.walls import api as walls

REAL = (
    "This database belongs to a real programme. "
    "Start with BOTHWAYS_DEMO=0, or use another database for the demo."
)
DEMO = (
    "This database was made for the demo: everybody in it is invented. "
    "Start with BOTHWAYS_DEMO=1, or use another database for real people."
)


class Command(BaseCommand):
    help = "Say once whether this database is for real people or for the demo, and refuse to mix the two."

    def handle(self, *args: Any, **options: Any) -> None:
        demo = settle_installation(demo=settings.DEMO)
        if demo != settings.DEMO:
            raise CommandError(DEMO if demo else REAL)
        walls.keep_door_key()
