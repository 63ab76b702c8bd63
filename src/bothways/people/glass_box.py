"""What this room holds about a person. The name and the address are texts, and core shows those."""

from __future__ import annotations

import uuid

from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from bothways.core.identity.api import Acting
from bothways.core.registry.api import Section, Words, register
from bothways.people import reaching
from bothways.people.at_a_glance import WAYS, quiet, when
from bothways.people.models import NoticeDevice, Person, Phone, SignedInBrowser
from bothways.people.sessions import drop_sessions
from bothways.people.sign_in_forms import passkeys_of


def export(who: Acting) -> list[Section]:
    person = Person.objects.get(id=who.person_id)
    return [_account(person), _phone(person), _devices(person), _passkeys(person), _browsers(person)]


def _account(person: Person) -> Section:
    return Section(
        "account",
        _("Your account"),
        {
            "joined_at": _("Opened"),
            "adult_confirmed_at": _("You said that you are 18 or older"),
            "address_confirmed": _("Your address is confirmed"),
            "language": _("Language"),
            "time_zone": _("Time zone"),
            "notices_by": _("How notices reach you"),
            "notices_both": _("Also when a device shows them"),
            "told": _("When they reach you"),
            "notices_per_week": _("At most in a week"),
            "quiet": _("Quiet hours"),
            "calendar_letters": _("You get your meetings for your calendar by letter"),
            "letters_stopped_at": _("Letters stopped with the link in one of them"),
            "letters_refused_at": _("Your address took no letter"),
            "synthetic": _("Invented for the demo"),
        },
        [
            {
                "joined_at": person.joined_at,
                "adult_confirmed_at": person.adult_confirmed_at,
                "address_confirmed": EmailAddress.objects.filter(user=person, verified=True).exists(),
                "language": str(dict(settings.LANGUAGES).get(person.language, person.language)),
                "time_zone": person.time_zone,
                "notices_by": str(WAYS[person.notices_by]),
                "notices_both": person.notices_both,
                "told": when(person),
                "notices_per_week": reaching.most_of(person),
                "quiet": quiet(person),
                "calendar_letters": person.calendar_letters,
                "letters_stopped_at": person.letters_stopped_at,
                "letters_refused_at": person.letters_refused_at,
                "synthetic": person.synthetic,
            }
        ],
    )


def _phone(person: Person) -> Section:
    labels: dict[str, Words] = {
        "added_at": _("Given"),
        "confirmed_at": _("Confirmed"),
        "stopped_at": _("Stopped by STOP"),
        "refused_at": _("It took no message"),
    }
    rows = Phone.objects.filter(person=person)
    return Section(
        "phone",
        _("Your phone for text messages"),
        labels,
        [{name: getattr(row, name) for name in labels} for row in rows],
    )


def _devices(person: Person) -> Section:
    rows = NoticeDevice.objects.filter(person=person).order_by("-added_at", "id")
    return Section(
        "devices",
        _("Your devices that show notices"),
        {"added_at": _("Switched on")},
        [{"added_at": row.added_at} for row in rows],
    )


def _passkeys(person: Person) -> Section:
    return Section(
        "passkeys",
        _("Your passkeys"),
        {"added_at": _("Added"), "last_used_at": _("Last used")},
        [{"added_at": key.created_at, "last_used_at": key.last_used_at} for key in passkeys_of(person)],
    )


def _browsers(person: Person) -> Section:
    rows = SignedInBrowser.objects.filter(person=person).order_by("-seen_on", "entry_id")
    return Section(
        "browsers",
        _("Where you are signed in"),
        {"seen_on": _("Last used on"), "passkey_at": _("You showed a passkey")},
        [{"seen_on": row.seen_on, "passkey_at": row.passkey_at} for row in rows],
    )


def erase(person_id: uuid.UUID) -> None:
    drop_sessions(person_id)
    # Takes the rows of the sign-in library (address in its stored form, passkeys) along.
    Person.objects.filter(id=person_id).delete()


register("people", exporter=export, eraser=erase)
