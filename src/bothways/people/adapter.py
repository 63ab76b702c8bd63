"""How allauth meets the product: letters go to real addresses, nothing else of it sees one."""

from __future__ import annotations

import logging
import smtplib
import time
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context as current
from allauth.core.internal.ratelimit import truncate_ip
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from bothways.core.faults import Refused
from bothways.core.texts import api as texts
from bothways.people import codes
from bothways.people.addresses import typed_in_this_request
from bothways.people.models import Person
from bothways.people.sessions import SKEW, signed_in_within

logger = logging.getLogger(__name__)

# Changing the passkeys asks for a sign-in this fresh.
FRESH = timedelta(minutes=10)
WRONG_CODE = _("This is not the code from the newest letter. Please look again.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_taken": WRONG_CODE,
        "incorrect_code": WRONG_CODE,
        "too_many_login_attempts": _("That was tried too often. Please wait a few minutes and start again."),
        "rate_limited": _("That was quick. Please wait a minute and try again."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a letter to whoever is stored as `email`. Raises Refused when the letter cannot go.

        Without an address (nobody by that stored form, and nothing typed) nothing is sent.
        """
        address = typed_in_this_request(email) or _address_of(email)
        if not address:
            return
        words = {**context, "request": current.request, "site_url": settings.SITE_URL}
        letter = self.render_mail(template_prefix, address, words)
        letter.extra_headers["Auto-Submitted"] = "auto-generated"
        try:
            letter.send()
        except (smtplib.SMTPException, OSError) as error:
            logger.error("a sign-in letter could not be sent: %s", type(error).__name__)
            raise Refused(
                _("We could not send a letter to this address. Please check it, and try again in a while.")
            ) from error

    def format_email_subject(self, subject: str) -> str:
        return subject

    def send_account_already_exists_mail(self, email: str) -> None:
        self.send_mail("account/email/account_already_exists", email, {})

    def get_client_ip(self, request: HttpRequest) -> str:
        """For rate limits only, and they need to recognise, not to know: a keyed hash."""
        network = truncate_ip(super().get_client_ip(request))
        return salted_hmac("bothways.people.network", network, algorithm="sha256").hexdigest()[:32]

    def get_login_stages(self) -> list[str]:
        # A passkey is a second way in, not a second lock: whoever loses the device must still be able
        # to come in, to read what is held about them and to leave.
        return ["allauth.account.stages.LoginByCodeStage", "allauth.account.stages.EmailVerificationStage"]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        request = current.request
        if signed_in_within(request, FRESH):
            return False
        shown = get_authentication_records(request, request.user)
        ages = [time.time() - record["at"] for record in shown]
        # Something from the future was shown before the clock was put back: nobody knows how long ago.
        return not any(-SKEW.total_seconds() <= age < FRESH.total_seconds() for age in ages)

    def generate_login_code(self) -> str:
        return _counted(super().generate_login_code())

    def generate_email_verification_code(self) -> str:
        return _counted(super().generate_email_verification_code())


def _counted(code: str) -> str:
    codes.sent(code)
    return code


def _address_of(stored: str) -> str | None:
    person_id = Person.objects.filter(email=stored).values_list("id", flat=True).first()
    return texts.read_for_delivery(person_id, "address") if person_id else None
