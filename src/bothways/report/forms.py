"""Forms of the set-up and of the lead. A report is no form: its words never reach the server."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from bothways.report.services import CONTACT_LENGTH


class ContactForm(forms.Form):
    """How else to reach the lead."""

    contact = forms.CharField(
        label=_("How to reach the safeguarding lead"),
        max_length=CONTACT_LENGTH,
        help_text=_(
            "A telephone number, an address, hours. Everybody can read it. A number of the lead's own, "
            "not one of yours."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )


class KeyForm(forms.Form):
    """The key line that the lead gave out."""

    line = forms.CharField(
        label=_("Key line"),
        max_length=300,
        help_text=_("The safeguarding lead makes it on their own computer and sends it to you."),
        widget=forms.Textarea(
            attrs={"rows": 3, "dir": "ltr", "autocomplete": "off", "spellcheck": "false", "lang": "en"}
        ),
    )


class FetchForm(forms.Form):
    """The lead's fetch code."""

    code = forms.CharField(
        label=_("Fetch code"),
        max_length=60,
        help_text=_("24 letters and digits. Capitals and dashes do not matter."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )
