"""The words of hands."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bothways.help.hand_models import HandKind

HANDS: dict[str, Promise] = {
    HandKind.HARVEST: _("Harvest and garden"),
    HandKind.MOVING: _("Moving and carrying"),
    HandKind.REPAIRS: _("Repairs"),
    HandKind.LIFT: _("A lift"),
    HandKind.CHILDREN: _("Looking after children"),
    HandKind.ELSE: _("Something else"),
}
