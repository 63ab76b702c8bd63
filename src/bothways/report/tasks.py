"""What runs by the clock: old reports go, and what was counted of networks goes."""

from __future__ import annotations

from bothways.core.jobs.api import every
from bothways.report import limits, services


@every("43 2 * * *")
def delete_old_reports(timestamp: int) -> None:
    """Delete the reports whose time is over."""
    services.delete_old()


@every("*/5 * * * *")
def forget_networks(timestamp: int) -> None:
    """Drop the counts of networks that tried."""
    limits.forget()
