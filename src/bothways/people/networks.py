"""Where a request comes from, as far as limits on tries need to know."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.http import HttpRequest


def network_of(request: HttpRequest) -> str:
    """A keyed hash of the network that a request came from; the address itself is kept nowhere."""
    return str(get_adapter().get_client_ip(request))
