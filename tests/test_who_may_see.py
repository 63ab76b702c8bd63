"""Every page of one person is tried by everybody else, by reading and by writing."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.pages import read, view_of, walk
from tests.test_bad_input import undone
from tests.world import World

pytestmark = pytest.mark.django_db

# Anybody may read these.
PUBLIC = {
    "home",
    "charter",
    "health",
    "set_language",
    "programme",
    "figures",
    "account_login",
    "account_signup",
    "account_request_login_code",
    "feed",
    "report",
    "report_write",
    "report_fetch",
}


def belongs_to_whoever_asks(path: str) -> bool:
    """Whether a page shows everybody their own: its address names no person and no object."""
    match = resolve(path)
    if match.view_name == "check_set":
        # In the room of enrolments, but for coordinators.
        return False
    own = match.func.__module__.startswith(("bothways.people", "bothways.enrol", "allauth"))
    return (own or match.view_name in OWN) and not {"pk", "id"} & set(match.kwargs) and not UUID.search(path)


UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}")
OWN = {"calendar", "programme_new", "coordinate", "request_new", "my_requests", "waiting"}


def every_view() -> set[str]:
    """The names of all URL patterns of the product."""
    names: set[str] = set()

    def gather(patterns: list[URLPattern | URLResolver]) -> None:
        for one in patterns:
            if isinstance(one, URLResolver):
                gather(one.url_patterns)
            else:
                assert one.name, f"a URL without a name: {one.pattern}"
                names.add(one.name)

    gather(get_resolver().url_patterns)
    return names


@pytest.mark.parametrize("owner", ["amina", "chen", "eli"])
@pytest.mark.parametrize("other", ["visitor", "dara", "fatima", "bo", "eli", "amina"])
def test_nobody_opens_what_belongs_to_another(owner: str, other: str, world: World) -> None:
    if owner == other:
        return
    mine = walk(getattr(world, owner).browser(), world.places_for(owner))
    theirs = {path for path, _ in walk(world.browser(other), world.places_for(other)).values()}
    client = world.browser(other)
    for path, _ in mine.values():
        view = view_of(path)
        if view in PUBLIC or belongs_to_whoever_asks(path):
            continue
        if world.shared(owner, other, path):
            # On purpose: a pair's pages for both, a proposal for both.
            continue
        assert path not in theirs, f"{other} can walk to {path} of {owner}"
        for answer in (client.get(path), undone_post(client, path)):
            allowed = {403, 404, 405} if other != "visitor" else {302, 403, 404, 405}
            assert answer.status_code in allowed, f"{other} got {answer.status_code} at {path} of {owner}"


def undone_post(client: Client, path: str):
    with undone():
        return client.post(path, {})


def test_every_page_asks_a_visitor_to_sign_in(world: World) -> None:
    visitor = Client()
    for name in ("amina", "chen", "eli"):
        for shape, (path, _) in walk(getattr(world, name).browser(), world.places_for(name)).items():
            if view_of(path) in PUBLIC:
                continue
            answer = visitor.get(path)
            assert answer.status_code in {302, 404}, f"{shape}: {answer.status_code}"
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith(("/account/login/", "/")), shape


def test_personal_pages_are_never_stored(world: World) -> None:
    for name in ("amina", "chen", "eli"):
        client = getattr(world, name).browser()
        for shape, (path, _) in walk(client, world.places_for(name)).items():
            if view_of(path) in {"charter", "figures"}:
                continue
            assert "no-store" in client.get(path).headers.get("Cache-Control", ""), f"{shape} may be stored"


def test_every_view_is_reached_by_somebody(world: World) -> None:
    """A page that nobody can walk to, or a URL that no test knows, is a mistake."""
    reached: set[str] = set()
    for name in ("visitor", "amina", "bo", "chen", "gul", "dara", "eli"):
        for path, html in walk(world.browser(name), world.places_for(name)).values():
            reached.add(view_of(path) or "")
            page = read(html, path)
            reached |= {view_of(form.action) or "" for form in page.forms}
            reached |= {view_of(link) or "" for link in page.links if link.startswith("/")}
    missing = sorted(every_view() - reached - UNLINKED)
    assert not missing, " ".join(missing)


# URLs that no page links to, each with its reason.
UNLINKED = {
    "health",  # for the operator's monitoring
    "passkey_needed",  # reached by redirect, by a coordinator who has shown no passkey
    "account_inactive",  # sign-in of a person who is leaving
    "account_reauthenticate",  # sign-in again, reached by redirect
    "mfa_reauthenticate",  # the same with a passkey
    "mfa_reauthenticate_webauthn",
    "mfa_authenticate",  # second step of sign-in, reached by redirect
    "account_email_verification_sent",  # the code page after sign-up, reached by redirect
    "account_confirm_login_code",  # the code page after sign-in, reached by redirect
    "feed",  # its address is shown once, as text to copy into a calendar
    "mfa_edit_webauthn",  # linked once somebody has a passkey
    "mfa_remove_webauthn",
    "mfa_index",  # names that the sign-in library asks for; each leads to a page that is linked
    "account_email",
    "account_request_login_code",
    "goodbye",  # after leaving
    "enrolment_confirm",  # once the pause after sending is over
    "enrolment_resume",  # once paused
    "pair_resume",
    "meeting_took_place",  # once a meeting has begun
    "reply_delete",  # once there is a reply
    "calendar_off",  # once there is a feed
    "programme_add_town",  # once towns were searched for
    "programme_open",  # while a programme is closed
    "programme_step_down",  # with two coordinators
    "programme_take_back",  # while an invitation waits
    "programme_take_up",  # its address goes with the invitation
}


def test_ids_that_do_not_exist_look_like_ids_of_others(world: World) -> None:
    """The page for a stranger's pair and for a pair that never was are the same, byte for byte."""
    client = world.dara.browser()
    for path in (f"/pairs/{world.pair.id}/", world.proposal_path):
        ghost_path = re.sub(r"[0-9a-f-]{36}", str(uuid.uuid4()), path)
        real, ghost = client.get(path), client.get(ghost_path)
        assert (real.status_code, ghost.status_code) == (404, 404), path
        assert same(real.content, path) == same(ghost.content, ghost_path), path


def same(page: bytes, path: str) -> bytes:
    """The page without its own address and without the one-time token of its forms."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", page.replace(path.encode(), b""))
