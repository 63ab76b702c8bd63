"""What this room holds about a person: the roles they took up."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bothways.core.identity.api import Acting
from bothways.core.registry.api import Section, on, register
from bothways.programme.selectors import my_roles
from bothways.programme.services import leave_all


def export(who: Acting) -> list[Section]:
    return [
        Section(
            "roles",
            _("Programmes you coordinate"),
            {
                "programme": _("Programme"),
                "role": _("Role"),
                "public_name": _("The name that members see"),
                "since": _("Since"),
            },
            [
                {
                    "programme": staff.programme.name,
                    "role": _("Coordinator"),
                    "public_name": staff.public_name,
                    "since": staff.since,
                }
                for staff in my_roles(who)
            ],
        )
    ]


register("programme", exporter=export, eraser=leave_all)
on("person.leaving", "programme", leave_all)
