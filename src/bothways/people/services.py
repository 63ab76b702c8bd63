"""Everything that is written about an account, and only by its own person."""

from __future__ import annotations

import zoneinfo

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, NotSignedIn, confirm
from bothways.core.outbox import api as outbox
from bothways.core.registry import api as registry
from bothways.core.texts import api as texts
from bothways.people.addresses import opaque
from bothways.people.models import Person
from bothways.people.selectors import my_name

NAME_LENGTH = 60
FALLBACK_LANGUAGE = "en"


def open_account(
    *,
    address: str,
    adult: bool,
    language: str,
    synthetic: bool = False,
    name: str = "",
    time_zone: str = "UTC",
) -> Person:
    """Open the account of one adult; the address and the name become texts under that person's own key.

    Called by sign-up, where the person is at the keyboard, and by the demo for invented people.
    Raises Refused when the person is not an adult or the address has an account, and ValueError for
    an invented person in a database that is not a demo (the database refuses it too).
    """
    if not adult:
        raise Refused(_("Accounts are for people of 18 years or older."))
    if synthetic and not registry.is_demo():
        raise ValueError("invented people exist only in a demo database")
    try:
        with transaction.atomic():
            return _open(address, language, synthetic, clean_name(name) if name else "", time_zone)
    except IntegrityError as error:
        if Person.objects.filter(email=opaque(address)).exists():
            raise Refused(_("There is an account with this address already.")) from error
        raise


def _open(address: str, language: str, synthetic: bool, name: str, time_zone: str) -> Person:
    person = Person(
        email=opaque(address),
        adult_confirmed_at=now(),
        language=language if language in dict(settings.LANGUAGES) else FALLBACK_LANGUAGE,
        time_zone=time_zone,
        synthetic=synthetic,
    )
    # Before the row that names it: the sign-in pages make accounts and never change one.
    person.name_text = texts.put(owner_id=person.id, kind="name", words=name)
    texts.put(owner_id=person.id, kind="address", words=address.strip())
    person.save(force_insert=True)
    # Confirmed by the first code that reaches it.
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=False)
    record("person.joined", person_id=person.id)
    return person


def clean_name(name: str) -> str:
    """A name as it will be shown. Raises Refused with what to do when it cannot be one."""
    plain = " ".join(name.replace("\x00", "").split())
    if not plain:
        raise Refused(_("Please write what partners should call you."))
    if len(plain) > NAME_LENGTH:
        raise Refused(_("This name is too long. Please use at most 60 characters."))
    return plain


def set_name(who: Acting, *, name: str) -> None:
    """Change what partners call me."""
    plain = clean_name(name)
    with transaction.atomic():
        _rename(lock(who), plain)


def set_language(who: Acting, code: str) -> None:
    """Change the language of my pages and letters."""
    _check_language(code)
    with transaction.atomic():
        _change(lock(who), language=code)


def save_me(who: Acting, *, name: str, language: str, time_zone: str) -> None:
    """Change my name, language and time zone, all or nothing.

    An empty name leaves the name as it is. What is the same already leaves no trace.
    """
    plain = clean_name(name) if name.strip() else ""
    _check_language(language)
    if time_zone not in zoneinfo.available_timezones():
        raise Refused(_("We do not know this time zone. Please choose one from the list."))
    with transaction.atomic():
        person = lock(who)
        if plain and plain != my_name(who):
            _rename(person, plain)
        _change(person, language=language, time_zone=time_zone)
        # Quiet hours are where I live now.
        outbox.consider_anew(who)


def _check_language(code: str) -> None:
    if code not in dict(settings.LANGUAGES):
        raise Refused(_("The pages are not there in this language. Please choose one from the list."))


def _rename(person: Person, name: str) -> None:
    if person.name_text is None:
        person.name_text = texts.put(owner_id=person.id, kind="name", words=name)
        person.save(update_fields=["name_text"])
    else:
        texts.rewrite(owner_id=person.id, text_id=person.name_text, words=name)
    record("person.named", person_id=person.id)


def _change(person: Person, **wanted: str) -> None:
    changed = {field: value for field, value in wanted.items() if getattr(person, field) != value}
    if changed:
        Person.objects.filter(id=person.id).update(**changed)
        record("person.settings", person_id=person.id)


def lock(who: Acting) -> Person:
    """My own row, locked, and my session checked, inside the caller's transaction. Raises NotSignedIn.

    The row comes first and the session second everywhere in this room: leaving takes the same locks in
    the same order, so neither can wait for the other in a circle.
    """
    person = Person.objects.select_for_update(no_key=True).filter(id=who.person_id, is_active=True).first()
    if person is None:
        raise NotSignedIn
    confirm(who)
    return person
