"""What other rooms may call."""

from bothways.insight.services import publish_due

__all__ = ["publish_due"]
