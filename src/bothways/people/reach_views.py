"""The page "How Bothways reaches me", and the page behind the link in each letter that stops letters."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, acting_of
from bothways.core.outbox import api as outbox
from bothways.core.pages.api import signed_in
from bothways.people import reach_services, selectors, stopping
from bothways.people.at_a_glance import at_a_glance
from bothways.people.push import devices, vapid
from bothways.people.reach_forms import NumberForm, PhoneCodeForm, ReachForm
from bothways.people.sms import gateway, phones


@require_http_methods(["GET", "POST"])
@signed_in
def reach(request: HttpRequest) -> HttpResponse:
    who = acting_of(request)
    if request.method == "GET":
        outbox.seen(who, path=request.path)
        return reach_page(request)
    form = _form(who, request.POST)
    if not form.is_valid():
        return reach_page(request, form=form, status=422)
    try:
        reach_services.save(who, form.wanted())
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return reach_page(request, form=form, status=409)
    messages.success(request, _("Saved. It counts from now on."))
    return redirect("reach")


def reach_page(
    request: HttpRequest,
    *,
    form: ReachForm | None = None,
    number_form: NumberForm | None = None,
    code_form: PhoneCodeForm | None = None,
    device_trouble: str = "",
    status: int = 200,
) -> HttpResponse:
    """The whole page, with what was typed into one of its forms."""
    who = acting_of(request)
    phone = phones.mine(who)
    on_devices = devices.mine(who)
    about = {
        "form": form or _form(who),
        "now": at_a_glance(selectors.my_account(who), on_device=bool(on_devices)),
        "devices": on_devices,
        "on_this_device": any(one.here for one in on_devices),
        "push_key": vapid.public_key() if vapid.is_on() else "",
        "device_trouble": device_trouble,
        "texting": gateway.is_on(),
        "phone": phone,
        # What is half done comes first.
        "phone_first": (phone and not phone.confirmed_at) or number_form or code_form,
        "number": phones.number_of(who, phone) if phone else "",
        "number_form": number_form or NumberForm(),
        "code_form": code_form or PhoneCodeForm(),
    }
    return render(request, "people/reach.html", about, status=status)


def _form(who: Acting, sent: QueryDict | None = None) -> ReachForm:
    phone = phones.mine(who)
    may_text = gateway.is_on() and phone is not None and phone.confirmed_at is not None
    on_device = bool(devices.mine(who))
    return ReachForm(sent, person=selectors.my_account(who), may_text=may_text, on_device=on_device)


@require_POST
@signed_in
def stop_everything(request: HttpRequest) -> HttpResponse:
    """One tap: no letter, no text message, nothing on a device."""
    reach_services.stop_everything(acting_of(request))
    messages.success(request, _("Everything is stopped. What is new waits for you here."))
    return redirect("reach")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def letters_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop letters, by whoever holds the link of one. Opening it stops nothing: mail scanners open links."""
    person_id = stopping.person_behind(token)
    if person_id is None:
        raise Http404
    name, value = stopping.ONE_CLICK
    if request.method == "POST":
        if request.POST.get(name) != value:
            return render(request, "people/letters_stop.html", {"name": name, "value": value}, status=422)
        stopping.stop_letters(person_id)
        return render(request, "people/letters_stopped.html")
    return render(request, "people/letters_stop.html", {"name": name, "value": value})
