"""The `bothways` command: Django's commands, and those that begin before it; faults become a sentence."""

from __future__ import annotations

import importlib
import os
import sys

# They look at the machine before Django is loaded, or decide what Django is to be loaded with.
OWN = {
    "serve-all": "supervise:serve_all",
    "backup": "backup:backup",
    "restore": "restore:restore",
    "rotate-master-key": "rotate:rotate_master_key",
    "reseal-texts": "rotate:reseal_texts",
    "receive-mail": "receiving:receive_mail",
    "new-push-key": "rotate:new_push_key",
}


def main(arguments: list[str] | None = None) -> int:
    from bothways.run.faults import guarded

    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] in (["report-keys"], ["open-reports"]):
        # For a safeguarding lead's own computer: no Django, no settings, no database.
        from bothways.report import offline

        return guarded(lambda: offline.run(arguments))
    if arguments[:1] and arguments[0] in OWN:
        return guarded(lambda: _own(arguments))
    return guarded(lambda: _django(arguments))


def _own(arguments: list[str]) -> int:
    module, name = OWN[arguments[0]].split(":")
    done: int = getattr(importlib.import_module(f"bothways.run.{module}"), name)(arguments[1:])
    return done


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

        django.setup()

        from bothways.core.walls.standing import require_walls
        from bothways.run.serving import refuse_departed

        refuse_departed()
        require_walls()
    execute_from_command_line(["bothways", *arguments])
    return 0


if __name__ == "__main__":
    sys.exit(main())
