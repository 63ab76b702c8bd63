"""Codes by letter: three tries, ten minutes, one use, and only in the browser that asked.

A browser's session holds the code that it waits for. Here each such code has a row, which counts its
tries and is gone when the code is used or over; a session whose code has no row opens nothing.
"""

from __future__ import annotations

from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.internal.stagekit import stash_login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from bothways.core.clock.api import now
from bothways.people.models import SentCode
from bothways.people.sessions import SKEW
from bothways.people.tallies import Limit, allows

TRIES = 3
_SALT = "bothways.people.codes"


def may_ask(address: str, network: str) -> bool:
    """Count a wish for a code; whether one may be sent. The same for known and unknown addresses."""
    # Both are counted always: who is over one limit still counts for the other.
    within = [allows(Limit.ASKED_FOR_ADDRESS, address), allows(Limit.ASKED_IN_NETWORK, network)]
    return all(within)


def sent(code: str) -> None:
    """From now on this code works, for a while."""
    moment = now()
    lasts = timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
    SentCode.objects.create(code_hash=_hash(code), made_at=moment, expires_at=moment + lasts)


def give_decoy(request: HttpRequest) -> None:
    """Let a sign-in for an address without an account wait for a code that nobody knows.

    So its tries are counted, and come to an end, exactly like those of an account.
    """
    stage = LoginStageController.enter(request, LoginByCodeStage.key)
    if stage is not None and not stage.state.get("code"):
        stage.state["code"] = get_adapter().generate_login_code()
        stash_login(request, stage.login)


def take_try(code: str, address: str, network: str) -> bool:
    """Use up one try of the code that this browser waits for, before it is compared with what was typed.

    False when there is none left, the code was used or is over, or too much was tried for this address
    (in whatever browsers) or from this network. The database counts: tries at once are as many as they are.
    """
    within = [allows(Limit.TRIED_FOR_ADDRESS, address), allows(Limit.TRIED_IN_NETWORK, network)]
    if count_try(_hash(code)) and all(within):
        return True
    # Over for good, whatever the clock says next.
    spend(code)
    return False


def count_try(code_hash: bytes) -> bool:
    """Add one to a code's tries, if it has one left and lives."""
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_sentcode SET tries = tries + 1"
            " WHERE code_hash = %s AND tries < %s AND expires_at > %s AND made_at <= %s RETURNING tries",
            [code_hash, TRIES, moment, moment + SKEW],
        )
        return cursor.fetchone() is not None


def spend(code: str) -> bool:
    """The code works no more. Of several who do this at once, one is told that it still worked."""
    return bool(SentCode.objects.filter(code_hash=_hash(code)).delete()[0])


def clear() -> int:
    """Delete codes that are over, and those from a time that a clock set back has not reached."""
    over = Q(expires_at__lte=now()) | Q(made_at__gt=now() + SKEW)
    return SentCode.objects.filter(over).delete()[0]


def _hash(code: str) -> bytes:
    return salted_hmac(_SALT, code, algorithm="sha256").digest()
