"""allauth's forms, with the typed address swapped for its stored form and in our own words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.account.internal import flows
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as passkeys
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from bothways.core.faults import Refused
from bothways.people import codes
from bothways.people.addresses import opaque, remember
from bothways.people.models import Person
from bothways.people.services import open_account

ADDRESS_LENGTH = 254
PASSKEY_FAILED = _("This passkey did not work here. You can sign in with a code instead.")


def address_field() -> forms.EmailField:
    return forms.EmailField(
        label=_("Your email address"),
        max_length=ADDRESS_LENGTH,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
        error_messages={
            "required": _("Please write your email address."),
            "invalid": _("This does not look like an email address. It has an @ in the middle."),
        },
    )


def code_field() -> forms.CharField:
    return forms.CharField(
        label=_("The code from the letter"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "dir": "ltr"}
        ),
        error_messages={"required": _("Please write the code from the letter.")},
    )


class _SwapsAddress:
    """Hands on the stored form of the address; the field on the page keeps what was typed."""

    cleaned_data: dict[str, Any]
    address: str

    def clean_email(self) -> str:
        self.address = self.cleaned_data["email"]
        stored = opaque(self.address)
        remember(stored, self.address)
        adapter = get_adapter()
        if not codes.may_ask(stored, adapter.get_client_ip(context.request)):
            raise adapter.validation_error("too_many_login_attempts")
        self.cleaned_data["email"] = stored
        return str(super().clean_email())  # type: ignore[misc]


class RequestCodeForm(_SwapsAddress, account.RequestLoginCodeForm):  # type: ignore[misc]
    email = address_field()


class SignupForm(_SwapsAddress, account.SignupForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = address_field()
        self.order_fields(["email", "adult"])

    def try_save(self, request: HttpRequest) -> tuple[Person | None, HttpResponse | None]:
        try:
            return super().try_save(request)  # type: ignore[no-any-return]
        except Refused:
            # Somebody signed up with this address since the check: the answer of a known address.
            stored = self.cleaned_data["email"]
            return None, flows.signup.prevent_enumeration(request, email=stored)

    def save(self, request: HttpRequest) -> Person:
        language = getattr(request, "LANGUAGE_CODE", "en")
        return open_account(address=self.address, adult=self.cleaned_data["adult"], language=language)


class ConfirmLoginCodeForm(account.ConfirmLoginCodeForm):  # type: ignore[misc]
    code = code_field()


class ConfirmAddressForm(account.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    code = code_field()


class CredentialField(forms.JSONField):
    """What a browser posts as a credential: anything, so nothing but a sentence may come of it."""

    def __init__(self) -> None:
        super().__init__(
            widget=forms.HiddenInput, error_messages={"required": PASSKEY_FAILED, "invalid": PASSKEY_FAILED}
        )

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise ValidationError(PASSKEY_FAILED) from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        # Good for one try only: a form that is shown again begins without one.
        return None

    def validate(self, value: Any) -> None:
        super().validate(value)
        # A credential is an object, and \x00 in it could not be stored.
        if not isinstance(value, dict) or "\\u0000" in json.dumps(value):
            raise ValidationError(PASSKEY_FAILED)


def carefully(check: Callable[[], Any]) -> Any:
    """Run a check of a credential; whatever it stumbles over is a passkey that does not work."""
    try:
        return check()
    except (ValidationError, TypeError, ValueError, LookupError, AttributeError) as error:
        raise ValidationError(PASSKEY_FAILED) from error


class AddPasskeyForm(passkeys.AddWebAuthnForm):  # type: ignore[misc]
    """No name is asked: a passkey is told apart by its dates, and words about a person stay out of here."""

    credential = CredentialField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["name"], self.fields["passwordless"]

    def clean(self) -> dict[str, Any]:
        self.cleaned_data.update(name="passkey", passwordless=True)
        checked: dict[str, Any] = carefully(super().clean)
        return checked


class SignInPasskeyForm(passkeys.LoginWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        return carefully(super().clean_credential)


class PasskeyAgainForm(passkeys.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        return carefully(super().clean_credential)


def passkeys_of(person: Person) -> list[Authenticator]:
    """A person's passkeys, oldest first."""
    return list(
        Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN).order_by("created_at")
    )
