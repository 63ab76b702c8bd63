"""Events that core itself writes."""

from django.utils.translation import gettext_lazy as _

from bothways.core.events.api import declare

declare("notice.sent", _("A short notice was sent to you"))
