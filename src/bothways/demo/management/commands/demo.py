from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bothways.demo.fill import NotADemo, fill, is_whole
from bothways.demo.place import SLUG
from bothways.demo.who import WHO
from bothways.programme import api as programmes

MOST = 200_000


class Command(BaseCommand):
    help = "Invent a programme over real towns, whose members join, answer and meet by the usual steps."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--members", type=int, default=300, help="how many people to invent (20 to 200,000)"
        )
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same programme")
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when there is a programme already"
        )
        parser.add_argument("--who", action="store_true", help="only say who can be signed in as")
        parser.add_argument("--quiet", action="store_true", help="no progress bars")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["who"]:
            self.stdout.write(who())
            return
        if not settings.DEMO:
            raise CommandError(
                "The demo needs a database of its own: set BOTHWAYS_DEMO=1 and use an empty database."
            )
        if not 20 <= options["members"] <= MOST:
            raise CommandError(f"--members takes a number from 20 to {MOST:,}.")
        if not 0 <= options["seed"] < 2**63:
            raise CommandError("--seed takes a whole number, 0 or larger.")
        there = next((one for one in programmes.all_programmes() if one.slug == SLUG), None)
        if there is not None:
            if not is_whole(there):
                raise CommandError(
                    "The demo programme here was stopped while it was being made. "
                    "Remove var/ (or use another database) to begin again."
                )
            if options["if_empty"]:
                return
            raise CommandError(
                "There is a demo programme already. Remove var/ (or use another database) to begin again."
            )
        try:
            fill(options["members"], options["seed"], quiet=options["quiet"])
        except NotADemo as error:
            raise CommandError(
                "This database belongs to a real programme; the demo goes into an empty one."
            ) from error
        self.stdout.write(who())


def who() -> str:
    lines = ['Sign in as one of these; the code appears on the page "Letters and codes":']
    lines += [f"  {address:<24} {meaning}" for address, meaning in WHO.items()]
    return "\n".join(lines)
