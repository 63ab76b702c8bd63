"""Events about accounts."""

from django.utils.translation import gettext_lazy as _

from bothways.core.events.api import declare
from bothways.core.texts.api import name_kind

declare("person.joined", _("You opened your account"))
declare("person.settings", _("You changed how the pages and letters reach you"))
declare("person.named", _("You changed what partners call you"))
declare("person.left", _("Somebody left"))

name_kind("address", _("Your mail address"))
name_kind("name", _("What partners call you"))
