"""Every form on every page gets empty, over-long, wrong-type, repeated and broken input.

Each answers with a page that says what to do, never with a fault, and what was typed into a text
field is still there. Every submission is rolled back, so that one form's success does not change
the next one's page.
"""

from __future__ import annotations

import pytest
from django.test import Client

from tests.pages import Form, read, shape_of, walk
from tests.undone import undone
from tests.world import World

pytestmark = pytest.mark.django_db

KIND = {200, 302, 303, 400, 403, 404, 405, 409, 413, 422, 429}
# Longer than any field of the product takes.
LONG = "x" * 30_000
BAD = {
    "empty": "",
    "long": LONG,
    "wrong type": "¼ not a thing ½",
    "NUL": "a\x00b",
    "huge number": "9" * 40,
    "negative": "-1",
    "markup": "<script>alert(1)</script>",
    "direction": "\u202eabc\u2066",
    "surrogate": "\U0001f600" * 3,
}


def forms_of(client: Client, start: list[str]) -> dict[tuple[str, str], tuple[str, Form]]:
    """Every POST form reachable by this client, once for each page shape and target shape."""
    found: dict[tuple[str, str], tuple[str, Form]] = {}
    for shape, (path, html) in walk(client, start).items():
        for form in read(html, path).forms:
            if form.method == "post":
                names = ",".join(sorted({one.name for one in form.fields}))
                found.setdefault((shape, f"{shape_of(form.action)}:{names}"), (path, form))
    return found


def sent_with(form: Form, value: str) -> dict[str, list[str]]:
    return {one.name: [value] for one in form.fields if one.name != "csrfmiddlewaretoken"}


def check(client: Client, form: Form, data: dict[str, list[str]], what: str) -> None:
    with undone():
        answer = client.post(form.action, data)
    assert answer.status_code in KIND, f"{what} to {form.action}: {answer.status_code}"
    if answer.status_code == 422:
        page = answer.content.decode()
        assert 'role="alert"' in page or "errorlist" in page, (
            f"{what} to {form.action} does not say what is wrong"
        )


@pytest.mark.parametrize("name", ["visitor", "amina", "bo", "chen", "dara", "eli"])
def test_every_form_takes_bad_input_kindly(name: str, world: World) -> None:
    client = Client() if name == "visitor" else getattr(world, name).browser()
    forms = forms_of(client, world.places_for(name))
    assert forms
    for (shape, _), (path, form) in forms.items():
        for what, value in BAD.items():
            check(client, form, sent_with(form, value), f"{shape} at {path}: {what}")
        filled = form.filled()
        check(client, form, {}, f"{shape} at {path}: nothing")
        check(client, form, {**filled, "unknown-field": ["1"] * 50}, f"{shape} at {path}: an unknown field")
        check(
            client,
            form,
            {key: values * 3 for key, values in filled.items()},
            f"{shape}: each field three times",
        )


@pytest.mark.parametrize("name", ["visitor", "amina", "eli"])
def test_what_was_typed_is_still_there_when_a_form_is_refused(name: str, world: World) -> None:
    client = Client() if name == "visitor" else getattr(world, name).browser()
    kept = 0
    for (shape, _), (path, form) in forms_of(client, world.places_for(name)).items():
        typed = [one for one in form.fields if one.kind in {"text", "textarea", "email"}]
        if not typed:
            continue
        data = {**form.filled(), **{one.name: ["kept words 7f3a"] for one in typed}}
        for one in form.fields:
            # Break something else, so that the form is refused and not taken.
            if one.kind in {"select", "number", "date", "time"}:
                data[one.name] = ["no such choice"]
        with undone():
            answer = client.post(form.action, data)
        if answer.status_code in {409, 422} or (
            answer.status_code == 200 and 'role="alert"' in answer.content.decode()
        ):
            assert "kept words 7f3a" in answer.content.decode(), f"{shape} at {path} lost what was typed"
            kept += 1
    assert kept
