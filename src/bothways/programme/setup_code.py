"""The operator's part: one code for one person to set up a programme."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import Http404
from django.utils.translation import gettext as _

from bothways.core.faults import Refused
from bothways.programme import access, services


class Command(BaseCommand):
    help = "Print a one-time code for setting up a programme. It works for seven days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--coordinator-of",
            metavar="ADDRESS",
            help="instead: a code for a new coordinator of a programme whose last coordinator has left",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["coordinator_of"]
        self.stdout.write(self._for_programme(slug) if slug else services.new_setup_code())

    def _for_programme(self, slug: str) -> str:
        try:
            return services.new_coordinator_code(access.by_slug(slug))
        except Http404 as error:
            raise CommandError(_("There is no programme with this address.")) from error
        except Refused as refused:
            raise CommandError(str(refused.words)) from refused
