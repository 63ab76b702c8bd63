from __future__ import annotations

import uuid

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bothways.people import demo_texts
from bothways.people.sms import incoming


class AnswerForm(forms.Form):
    """What the phone answers."""

    number = forms.CharField(label=_("From the phone"), max_length=40, widget=forms.TextInput({"dir": "ltr"}))
    words = forms.CharField(label=_("The answer"), max_length=300, widget=forms.TextInput({"dir": "auto"}))


@require_http_methods(["GET", "POST"])
@never_cache
def texts(request: HttpRequest) -> HttpResponse:
    """The newest messages, and answering one. Public: in a demo everybody is invented."""
    if not settings.DEMO:
        raise Http404
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number, words = form.cleaned_data["number"], form.cleaned_data["words"]
        demo_texts.keep(number, words, answer=True)
        reply = incoming.take(number=number, words=words, name=str(uuid.uuid4()))
        if reply:
            demo_texts.keep(number, reply)
        return redirect("demo_texts")
    about = {"texts": demo_texts.newest(), "form": form}
    return render(request, "people/texts.html", about, status=422 if request.method == "POST" else 200)


urlpatterns = [path("texts/", texts, name="demo_texts")]
