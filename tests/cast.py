"""Named people for the tests: Amina and Bo are a pair, Chen is in their programme, Dara is a stranger,
Eli coordinates.

Everybody here opens their own account and acts in their own session, as on the site: there is no
other way in, not even for tests.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.test import Client
from django.urls import reverse

from bothways.core.identity.api import Acting, acting, open_entry
from bothways.core.identity.middleware import SESSION_KEY
from bothways.core.outbox import api as outbox
from bothways.core.texts import api as texts
from bothways.people import browsers
from bothways.people import services as people
from bothways.people.models import Person


@dataclass
class Someone:
    """A person with an open session."""

    name: str
    person: Person
    who: Acting

    @property
    def id(self) -> uuid.UUID:
        return self.person.id

    def browser(self, *, passkey: bool = True) -> Client:
        """A signed-in test client of this person (the language of the pages is English)."""
        client = Client(HTTP_ACCEPT_LANGUAGE="en")
        client.force_login(self.person)
        # They look at their list of sign-ins, and find nothing but their own.
        outbox.seen(self.who, path=reverse("sign_ins"))
        if passkey:
            show_passkey(client)
        return client


def someone(name: str, *, passkey: bool = True) -> Someone:
    """Open an account as `name` at example.org and sign in, with a passkey as coordinators must."""
    person = people.open_account(address=f"{name.lower()}@example.org", adult=True, language="en")
    who = acting(open_entry(person.id))
    assert who is not None
    people.set_name(who, name=name)
    if passkey:
        browsers.confirm_with_passkey(who)
    return Someone(name, person, who)


def show_passkey(client: Client) -> None:
    """Leave in a client's session what showing a passkey leaves there; `test_passkeys` shows real ones."""
    who = acting(client.session[SESSION_KEY])
    assert who is not None
    browsers.confirm_with_passkey(who)


def open_name(owner_id: uuid.UUID, *, with_id: uuid.UUID, under: uuid.UUID) -> None:
    """Open somebody's name to another, as a pair does when it is made."""
    name = Person.objects.filter(id=owner_id).values_list("name_text", flat=True).first()
    texts.share(owner_id=owner_id, text_ids=[name] if name else [], with_id=with_id, under=under)
