# noqa: N999 - the file has the name of the command
from bothways.programme.setup_code import Command

__all__ = ["Command"]
