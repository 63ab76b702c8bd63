# noqa: N999 - the file has the name of the command
from bothways.core.departures.command import Command

__all__ = ["Command"]
