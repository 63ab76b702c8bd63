"""Events and notices about safeguarding leads. There is none about a report."""

from django.utils.translation import gettext_lazy as _

from bothways.core.events.api import declare
from bothways.core.outbox.api import declare as declare_notice

declare("report.contact", _("You changed how to reach the safeguarding lead of a programme"))
declare("report.key_set", _("You set the key of the safeguarding lead of a programme"))
declare("report.key_off", _("You took the key of the safeguarding lead of a programme away"))

declare_notice("report.key", _("The key of your programme's safeguarding lead has changed."))
