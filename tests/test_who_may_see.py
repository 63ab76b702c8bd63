"""What holds for every page that somebody can walk to. Who gets in where is in `matrix.txt`."""

from __future__ import annotations

import pytest

from tests.pages import read, view_of, walk
from tests.test_matrix import every_url
from tests.world import World

pytestmark = pytest.mark.django_db

# Pages that are the same for everybody and hold nothing of anybody.
PUBLIC = {"calls", "charter", "figures", "figures_dictionary", "figures_quarter"}


def test_personal_pages_are_never_stored(world: World) -> None:
    for name in ("amina", "chen", "eli"):
        client = getattr(world, name).browser()
        for shape, (path, _) in walk(client, world.places_for(name)).items():
            if view_of(path) in PUBLIC:
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
    missing = sorted({one.name for one in every_url()} - reached - UNLINKED)
    assert not missing, " ".join(missing)


# URLs that no page links to, each with its reason.
UNLINKED = {
    "manifest",  # fetched by the browser
    "health",  # for the operator's monitoring
    "passkey_needed",  # reached by redirect, by a coordinator who has shown no passkey
    "account_inactive",  # sign-in of a person who is leaving
    "account_reauthenticate",  # sign-in again, reached by redirect
    "mfa_reauthenticate",  # the same with a passkey
    "mfa_reauthenticate_webauthn",
    "mfa_authenticate",  # second step of sign-in, reached by redirect
    "account_email_verification_sent",  # the code page after sign-up, reached by redirect
    "account_confirm_login_code",  # the code page after sign-in, reached by redirect
    "text_incoming",  # for the gateway of text messages
    "mail_incoming",  # for the mail gateway
    "calendar_answer_forget",  # once a no came from a calendar
    "phone_add",  # where text messages are on
    "phone_confirm",
    "phone_remove",  # once a number is there
    "device_on",  # shown by a script, where the browser has it
    "device_off",  # once a device is on
    "device_worker",  # fetched by the browser
    "proposal_by_text",  # with a confirmed phone
    "meeting_by_text",
    "messages_by_text",  # where text messages are on
    "letters_stop",  # its address stands in letters
    "feed",  # its address is shown once, as text to copy into a calendar
    "mfa_edit_webauthn",  # linked once somebody has a passkey
    "mfa_remove_webauthn",
    "mfa_index",  # names that the sign-in library asks for; each leads to a page that is linked
    "account_email",
    "account_request_login_code",
    "goodbye",  # after leaving
    "round_stop",  # while a round is made
    "enrolment_confirm",  # once the pause after sending is over
    "enrolment_resume",  # once paused
    "pair_resume",
    "pair_closing_drop",  # once a day is chosen
    "meeting_took_place",  # once a meeting has begun
    "gathering_attended",  # once a gathering has begun
    "request_keep",  # once a request is near its end
    "request_message",  # once a request has come to a service
    "reply_delete",  # once there is a reply
    "calendar_off",  # once there is a feed
    "programme_add_town",  # once towns were searched for
    "programme_open",  # while a programme is closed
    "programme_step_down",  # with two coordinators
    "programme_take_back",  # while an invitation waits
    "programme_take_up",  # its address goes with the invitation
}
