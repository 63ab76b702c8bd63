"""No text that staff wrote about a person exists.

A coordinator fills every text field of every form that their pages have, and then the whole database is
searched for what they typed, the ciphertexts under their key included.
"""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from bothways.core.texts import api as texts
from bothways.core.texts.models import Share, Text
from bothways.help.models import Reply
from tests.cast import Someone
from tests.every_state import World
from tests.pages import Form, is_page, read, walk
from tests.test_allowed import pages
from tests.undone import undone

pytestmark = pytest.mark.django_db

TYPED = "walnut-7f3a"
ALLOWED = tomllib.loads((Path(__file__).parent / "allowed" / "staff_words.toml").read_text())
WORDY = {"text", "textarea", "search", "email", "url", "hidden"}
# Hidden fields and codes are not for words; the form would be refused with other values in them.
KEPT = {"code", "csrfmiddlewaretoken", "once", "version", "sequence", "instead_of", "next", "q"}


def columns() -> list[tuple[str, str]]:
    """Every column that could hold words."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
            " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            " AND data_type IN ('text', 'character varying', 'character', 'jsonb', 'json', 'ARRAY')"
        )
        return cursor.fetchall()


def kept_where(writer: Someone) -> set[str]:
    """Where what was typed is now: columns in the clear, and kinds of the writer's own ciphertexts."""
    found = set()
    with connection.cursor() as cursor:
        for table, column in columns():
            cursor.execute(f'SELECT 1 FROM "{table}" WHERE "{column}"::text LIKE %s LIMIT 1', [f"%{TYPED}%"])
            found |= {f"{table}.{column}"} if cursor.fetchone() else set()
    mine = dict(Text.objects.filter(owner_id=writer.id).values_list("id", "kind"))
    opened = texts.read(writer.who, mine)
    return found | {f"text {mine[text_id]}" for text_id, words in opened.items() if TYPED in words}


def forms(world: World, name: str) -> Iterator[Form]:
    """Every form that posts on a page of a coordinator: those they walk to, and those of every state."""
    client = world.client(name)
    theirs = sorted({path for who, path in pages(world) if who == name})
    walked = list(walk(client, ["/", "/me/", "/p-new/", "/p-coordinate/", *theirs]).values())
    # A walk opens one page of each shape; which state that is in is chance, so every state is opened too.
    opened = ((path, client.get(path)) for path in theirs)
    walked += [(path, answer.content.decode()) for path, answer in opened if is_page(answer)]
    seen = set()
    for path, html in walked:
        for form in read(html, path).forms:
            key = (form.action, tuple(one.name for one in form.fields))
            if form.method == "post" and key not in seen:
                seen.add(key)
                yield form


def wordy(world: World, form: Form) -> dict[str, list[str]]:
    """The form as a browser would send it, with words in every field that takes words."""
    data = form.filled()
    for number, one in enumerate(form.fields):
        if one.kind in WORDY and one.name not in KEPT and not one.name.endswith("_text"):
            data[one.name] = [f"{TYPED}-{number}"]
    if "code" in data:
        data["code"] = [
            world.codes["coordinator" if "public_name" in data and "slug" not in data else "programme"]
        ]
    if "kind" in data and not data["kind"][0]:
        data["kind"] = ["work" if "valid_until" in data else "company"]
    for name, address in (("web", f"https://{TYPED}.example.org/"), ("mail", f"{TYPED}@example.org")):
        data |= {name: [address]} if name in data else {}
    return data


def test_what_staff_type_is_about_the_programme_or_addressed_to_its_subject(every_state: World) -> None:
    kept: set[str] = set()
    for name in ("eli", "hana"):
        for form in forms(every_state, name):
            with undone():
                every_state.client(name).post(form.action, wordy(every_state, form))
                here = kept_where(every_state.people[name])
                assert here <= set(ALLOWED), (
                    f"words of staff are kept at {form.action}: {here - set(ALLOWED)}"
                )
                kept |= here
    assert kept == set(ALLOWED)


def test_a_reply_of_staff_is_read_by_the_one_it_is_about(every_state: World) -> None:
    """It goes to the requester, who sees the name of the one who wrote it; nobody else can open it."""
    path = f"/requests/{every_state.thing('letter', 'answered').args['request_id']}/"
    with undone():
        every_state.client("eli").post(f"{path}reply/", {"words": TYPED, "once": str(uuid.uuid4())})
        written = Reply.objects.latest("at")
        amina, eli = every_state.people["amina"], every_state.people["eli"]
        assert list(Share.objects.filter(text_id=written.text_id).values_list("with_id", flat=True)) == [
            amina.id
        ]
        page = every_state.client("amina").get(path).content.decode()
        assert TYPED in page and written.signed == "Eli" and written.signed in page
        for other in every_state.people.values():
            if other not in (amina, eli) and other.name != "Mats":
                assert texts.read(other.who, [written.text_id]) == {}
