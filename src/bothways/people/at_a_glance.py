"""What reaches somebody, when and how often, in a few short sentences for their own page."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from bothways.core.outbox.api import DAILY, LETTER, SOON, TEXT
from bothways.core.said.api import time_words
from bothways.people import reaching
from bothways.people.models import NO_MESSAGES, Person

WAYS = {LETTER: _l("By letter (email)"), TEXT: _l("By text message"), NO_MESSAGES: _l("Not at all")}


@dataclass(frozen=True, slots=True)
class Glance:
    """`what` comes first and large; `trouble` says why nothing comes although something was chosen."""

    comes: bool
    what: str
    facts: list[str] = field(default_factory=list)
    trouble: str = ""


def at_a_glance(person: Person, *, on_device: bool = False) -> Glance:
    """How things stand for one person, in the language of the page. `on_device`: a device shows notices."""
    way = reaching.way_of(person)
    if on_device:
        return Glance(True, _on_devices(person, way), [*_facts(person), *_beside(person, way)])
    if not way and reaching.takes_invitations(person):
        return Glance(
            True, _("You get your meetings for your calendar, and no other letter."), [quiet(person)]
        )
    if not way:
        return Glance(
            False, _("Nothing reaches you. What is new waits for you here."), trouble=_trouble(person)
        )
    if way == TEXT:
        return Glance(True, _("You get a short text message when there is something new."), _facts(person))
    return Glance(True, _("You get a short letter when there is something new."), _facts(person))


def _on_devices(person: Person, way: str) -> str:
    if person.notices_both and way == LETTER:
        return _("A short notice is shown on your devices, and a letter comes, when there is something new.")
    if person.notices_both and way == TEXT:
        return _(
            "A short notice is shown on your devices, and a text message comes, when there is something new."
        )
    return _("A short notice is shown on your devices when there is something new.")


def _beside(person: Person, way: str) -> list[str]:
    """What comes when no device takes it."""
    if person.notices_both:
        return []
    if way == LETTER:
        return [_("When no device is switched on any more, letters come again.")]
    if way == TEXT:
        return [_("When no device is switched on any more, text messages come again.")]
    return [_("When no device is switched on any more, nothing comes.")]


def _facts(person: Person) -> list[str]:
    most = reaching.most_of(person)
    facts = [
        _without_content(person),
        when(person),
        ngettext(
            "At most %(number)d message in seven days.", "At most %(number)d messages in seven days.", most
        )
        % {"number": most},
    ]
    calendar = [_("Besides, you get your meetings for your calendar.")]
    return [*facts, quiet(person), *(calendar if reaching.takes_invitations(person) else [])]


def _without_content(person: Person) -> str:
    if person.notices_by == TEXT:
        return _("It does not say what it is about, but for messages of a partner where you both want that.")
    return _("It never says what it is about.")


def quiet(person: Person) -> str:
    """Their quiet hours in a sentence."""
    if person.quiet_from == person.quiet_until:
        return _("No quiet hours: it may come at any time of the day.")
    times = {
        "begin": time_words(person.quiet_from),
        "end": time_words(person.quiet_until),
    }
    return _("Nothing between %(begin)s and %(end)s where you live.") % times


def when(person: Person) -> str:
    """Their rhythm in a sentence."""
    at = time_words(person.told_at)
    if person.told == SOON:
        return _("It comes soon after something happens.")
    if person.told == DAILY:
        return _("It comes once a day at %(time)s, all in one.") % {"time": at}
    day = WEEKDAYS[person.told_day]
    return _("It comes once a week, on %(day)s at %(time)s, all in one.") % {"day": day, "time": at}


def _trouble(person: Person) -> str:
    if person.notices_by == TEXT:
        return _trouble_with_texts(person)
    if person.notices_by != LETTER and not person.calendar_letters:
        return ""
    if person.letters_stopped_at:
        return _("Letters were stopped with the link in one of them. Save below to get them again.")
    return _(
        "Your mail address takes no letters from us any more, so we rest. Does it work again? Save below."
    )


def _trouble_with_texts(person: Person) -> str:
    phone = getattr(person, "phone", None)
    if phone is None or not phone.confirmed_at:
        return _("You chose text messages, and there is no confirmed phone number any more.")
    if phone.stopped_at:
        return _("Your phone sent STOP. Send START from it, or save below, to get messages again.")
    if phone.refused_at:
        return _("Your phone number takes no messages from us. Does it work again? Save below.")
    return _("No text messages can be sent here at the moment.")
