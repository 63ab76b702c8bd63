"""The `bothways` command: Django's commands, and `serve-all`; faults of the machine become a sentence."""

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
    return guarded(lambda: _django(arguments))


def _django(arguments: list[str]) -> int:
    from bothways.run import keyfiles

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bothways.config.settings")
    if arguments[:1] not in ([], ["help"], ["--help"], ["--version"], ["version"]):
        keyfiles.put_into_environment()

    if arguments[:2] == ["procrastinate", "worker"]:
        import django

        from bothways.run.serving import refuse_departed

        django.setup()
        refuse_departed()

    from django.core.management import execute_from_command_line

    execute_from_command_line(["bothways", *arguments])
    return 0


if __name__ == "__main__":
    sys.exit(main())
