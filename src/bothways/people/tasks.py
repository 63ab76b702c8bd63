"""What runs by the clock: letters, leaving that was interrupted, and clearing away."""

from __future__ import annotations

from bothways.core.asks import api as asks
from bothways.core.identity import api as identity
from bothways.core.jobs.api import every
from bothways.core.outbox import api as outbox
from bothways.core.registry import api as registry
from bothways.people import browsers, codes, leaving, tallies, tidying
from bothways.people.sms import incoming


@every("* * * * *")
def deliver_notices(timestamp: int) -> None:
    """Send the messages that are due."""
    outbox.deliver()
    outbox.deliver_singly()


@every("* * * * *")
def finish_leaving(timestamp: int) -> None:
    """Erase whoever left while the program was stopped halfway."""
    leaving.finish_leaving()


@every("* * * * *")
def end_what_is_over(timestamp: int) -> None:
    """Write down which sessions and codes are over, so that no clock opens them again."""
    identity.end_expired()
    codes.clear()
    asks.clear()


@every("* * * * *")
def erase_departed(timestamp: int) -> None:
    """Erase whoever left and came back with a backup that was put back by hand under a running server."""
    registry.erase_departed()


@every("17 * * * *")
def tidy(timestamp: int) -> None:
    """Remove accounts that nobody confirmed, and what is left of ended sessions."""
    tidying.remove_unconfirmed()
    tidying.clear_sessions()
    browsers.clear()
    outbox.clear()
    outbox.clear_singly()
    incoming.clear()


@every("23 3 * * *")
def clear_tallies(timestamp: int) -> None:
    """Forget how often codes were asked for and tried some days ago."""
    tallies.clear()
