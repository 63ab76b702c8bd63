"""The last step of `./dev setup`, once the environment stands: this installation's keys, translations."""

from __future__ import annotations

import sys

from bothways.run import keyfiles, messages
from bothways.run.faults import guarded


def main() -> int:
    keyfiles.put_into_environment()
    return messages.main()


if __name__ == "__main__":
    sys.exit(guarded(main))
