"""The `bothways` command: Django's commands, `serve-all`, and the two for a safeguarding lead.

Faults of the machine become a sentence.
"""

from __future__ import annotations

import os
import sys


def main(arguments: list[str] | None = None) -> int:
    from bothways.run.faults import guarded

    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["serve-all"]:
        # Before Django: a taken port or a full disk is told at once, and the supervisor stays small.
        from bothways.run.supervise import serve_all

        return guarded(lambda: serve_all(arguments[1:]))
    if arguments[:1] in (["report-keys"], ["open-reports"]):
        # For a safeguarding lead's own computer: no Django, no settings, no database.
        from bothways.report import offline

        return guarded(lambda: offline.run(arguments))
    return guarded(lambda: _django(arguments))


def _django(arguments: list[str]) -> int:
    from bothways.run import keyfiles, roles

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bothways.config.settings")
    os.environ.setdefault(roles.VARIABLE, roles.of_command(arguments))
    if arguments[:1] == ["demo"]:
        # Invented people act as members do: with the rights of a page, not with the owner's.
        os.environ["BOTHWAYS_LOWER_ROLE"] = "1"
    if arguments[:1] not in ([], ["help"], ["--help"], ["--version"], ["version"]):
        keyfiles.put_into_environment()

    from django.core.management import execute_from_command_line

    if arguments[:2] == ["procrastinate", "worker"]:
        import django

        from bothways.core.walls.standing import require_walls

        django.setup()
        require_walls()
    execute_from_command_line(["bothways", *arguments])
    return 0


if __name__ == "__main__":
    sys.exit(main())
