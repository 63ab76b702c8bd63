"""The four questions, and what can be answered: the same in every programme, about the programme alone.

The places in the sums follow from the order of both: neither order may change while sums stand.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

QUESTIONS: dict[str, Promise] = {
    "reach": _("Is it easy to reach somebody of the programme when you need them?"),
    "clear": _("Does the programme explain things so that you understand them?"),
    "free": _("Does the programme let you say no without trouble?"),
    "again": _("Would you tell a friend about the programme?"),
}

ANSWERS: dict[str, Promise] = {
    "yes": _("Yes"),
    "mostly": _("Mostly"),
    "hardly": _("Not really"),
    # Elsewhere a no is to being asked for something, and another word in Chinese.
    "no": pgettext_lazy("answer to a question about the programme", "No"),
    # Counted like the others: a sum that stayed as it was would say that somebody did not say.
    "unsaid": _("I would rather not say"),
}

CELLS = [(question, answer) for question in QUESTIONS for answer in ANSWERS]
