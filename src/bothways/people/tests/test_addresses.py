from __future__ import annotations

import base64

import pytest
from django.db import connections
from django.test import override_settings

from bothways.core.texts import api as texts
from bothways.people.addresses import normalised, opaque
from bothways.people.models import Person
from bothways.people.tests.steps import join, sign_in, visitor

ADDRESS = "Zebra.Quagga+walk@Example.org"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (" Amina@Example.org ", "amina@example.org"),
        ("amina@bücher.example", "AMINA@xn--bcher-kva.example"),
        ("ame\u0301lie@example.org", "am\u00e9lie@example.org"),
    ],
)
def test_every_spelling_of_an_address_is_the_same_one(one, other):
    assert opaque(one) == opaque(other)


def test_different_addresses_differ_and_the_key_matters():
    assert opaque("amina@example.org") != opaque("bo@example.org")
    with override_settings(SECRET_KEY="another"):
        other_key = opaque("amina@example.org")
    assert other_key != opaque("amina@example.org")


@pytest.mark.parametrize("odd", ["", "@", "a@" + "b" * 300, "a@..", "no-at"])
def test_odd_addresses_have_a_stored_form_too(odd):
    assert normalised(odd) is not None
    assert opaque(odd).endswith("@address.invalid") and len(opaque(odd)) == 56


@pytest.mark.django_db
def test_the_address_is_nowhere_in_either_database():
    join(visitor(), ADDRESS)
    sign_in(visitor(), ADDRESS)
    visitor().post("/account/login/", {"email": ADDRESS})
    stored = list(everything_stored())
    assert len(stored) > 100
    for needle in ("zebra", "quagga"):
        assert [where for where, value in stored if needle in value.lower()] == []
    person = Person.objects.get()
    assert texts.read_for_delivery(person.id, "address") == ADDRESS


@pytest.mark.django_db
def test_the_search_itself_finds_what_is_there():
    join(visitor(), ADDRESS)
    visitor().post("/account/login/", {"email": ADDRESS})
    stored_form = Person.objects.get().email
    places = {where for where, value in everything_stored() if stored_form in value}
    assert {"default.people_person", "default.account_emailaddress"} <= places


def everything_stored():
    """Every value of every table of both databases as text, and the cache decoded. (Sessions are sealed.)"""
    for alias in ("default", "keys"):
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')
                for row in cursor.fetchall():
                    yield from ((f"{alias}.{table}", as_text(value)) for value in row)
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT value FROM cache")
        yield from (("cache", base64.b64decode(row[0]).decode("latin-1")) for row in cursor.fetchall())


def as_text(value) -> str:
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
