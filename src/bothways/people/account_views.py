"""allauth's views, with our forms and answers. Only these are mounted."""

from __future__ import annotations

from typing import Any

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.webauthn import views as passkeys
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from bothways.core.faults import Refused
from bothways.core.identity.api import acting_of
from bothways.core.pages.api import signed_in
from bothways.core.walls import api as walls
from bothways.people import browsers, codes
from bothways.people import sign_in_forms as forms
from bothways.people.adapter import AccountAdapter
from bothways.people.evenly import evenly
from bothways.people.selectors import my_name
from bothways.people.sessions import recently_signed_in

# A visitor's session lives only as long as a code could be waited for.
VISITOR_SECONDS = 3600
# Django's types of `method_decorator` know no view with named arguments.
SIGNED_IN: Any = signed_in
EVENLY: Any = evenly
FRESHLY_SIGNED_IN: Any = [signed_in, recently_signed_in]


class _AtTheDoor:
    """Finds accounts by what was typed and opens sessions: nobody is signed in yet, see `core.walls`."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with walls.at_the_door():
            response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
            if isinstance(response, SimpleTemplateResponse):
                response.render()
            return response


class _Answers:
    """A form that cannot be taken is shown again, with a status that says so and everything typed kept."""

    request: HttpRequest

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        if response.status_code == 200:
            response.status_code = 422
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        except Refused as refused:
            form.add_error(None, str(refused.words))
            response = self.form_invalid(form)
            response.status_code = 409
        if not self.request.user.is_authenticated:
            self.request.session.set_expiry(VISITOR_SECONDS)
        return response


class _Codes(_Answers):
    """Each try is counted in the database before the code is looked at, and a right code is used up.

    A code for an account that has gone meanwhile is a wrong code, like any other.
    """

    _process: Any

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        network = get_adapter().get_client_ip(request)
        if not codes.take_try(self._process.code, str(self._process.state.get("email", "")), network):
            messages.error(request, AccountAdapter.error_messages["too_many_login_attempts"])
            return self._start_again()
        response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
        return response

    def _start_again(self) -> HttpResponse:
        self._process.abort()
        return redirect("account_login")

    def _verify_form_valid(self, form: Any) -> HttpResponse:
        if self._process.user is None:
            form.add_error("code", AccountAdapter.error_messages["incorrect_code"])
            return self.form_invalid(form)
        if not codes.spend(self._process.code):
            # The same button pressed twice: the other request used the code, and signed them in.
            return self._start_again()
        response: HttpResponse = super()._verify_form_valid(form)  # type: ignore[misc]
        return response


@method_decorator(EVENLY, name="dispatch")
class SignIn(_AtTheDoor, _Answers, account.RequestLoginCodeView):  # type: ignore[misc]
    form_class = forms.RequestCodeForm

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        codes.give_decoy(self.request)
        return response


@method_decorator(EVENLY, name="dispatch")
class SignUp(_AtTheDoor, _Answers, account.SignupView):  # type: ignore[misc]
    form_class = forms.SignupForm


@method_decorator(EVENLY, name="dispatch")
class ConfirmCode(_AtTheDoor, _Codes, account.ConfirmLoginCodeView):  # type: ignore[misc]
    form_class = forms.ConfirmLoginCodeForm


@method_decorator(EVENLY, name="dispatch")
class ConfirmAddress(_AtTheDoor, _Codes, account.ConfirmEmailVerificationCodeView):  # type: ignore[misc]
    form_class = forms.ConfirmAddressForm


class SignInWithPasskey(_AtTheDoor, passkeys.LoginWebAuthnView):  # type: ignore[misc]
    form_class = forms.SignInPasskeyForm


@method_decorator(SIGNED_IN, name="dispatch")
class Passkeys(passkeys.ListWebAuthnView):  # type: ignore[misc]
    def get_queryset(self) -> Any:
        return super().get_queryset().order_by("created_at")


@method_decorator(FRESHLY_SIGNED_IN, name="dispatch")
class AddPasskey(_Answers, passkeys.AddWebAuthnView):  # type: ignore[misc]
    form_class = forms.AddPasskeyForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # Not the view's own context: it would ask the device for a key that cannot sign in by itself.
        options = auth.begin_registration(self.request.user, passwordless=True)
        label = my_name(acting_of(self.request)) or _("My account")
        user = {**dict(options["publicKey"]["user"]), "name": label, "displayName": label}
        public_key = {**dict(options["publicKey"]), "user": user}
        form = kwargs.get("form") or self.get_form()
        return {
            "form": form,
            "view": self,
            "next": get_next_redirect_url(self.request) or "",
            "js_data": {"creation_options": {"publicKey": public_key}},
        }

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        if response.status_code == 302:
            # The device asked for the finger, the face or the PIN just now, in this browser.
            browsers.confirm_with_passkey(acting_of(self.request))
        return response

    def get_success_url(self) -> str:
        return get_next_redirect_url(self.request) or reverse("mfa_list_webauthn")


@method_decorator(SIGNED_IN, name="dispatch")
class RemovePasskey(passkeys.RemoveWebAuthnView):  # type: ignore[misc]
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Before anybody is asked to show a passkey: what is not mine is not there.
        if not self.get_queryset().filter(pk=kwargs["pk"]).exists():
            raise Http404
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response


@method_decorator(SIGNED_IN, name="dispatch")
class PasskeyAgain(passkeys.ReauthenticateWebAuthnView):  # type: ignore[misc]
    form_class = forms.PasskeyAgainForm
