"""The whole journey on a phone: two strangers, one in Arabic and one in English, from the first page to the
goodbye.

Everything is clicked. The letters come over a real mail server, the round is done by a real worker. The
pictures of the tutorial are made here, when BOTHWAYS_SHOTS names a folder.
"""

from __future__ import annotations

import io
import json
import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings
from icalendar import Calendar
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from procrastinate.contrib.django import app
from pypdf import PdfReader

from bothways.core.clock.api import now, travelled
from bothways.core.events.models import Event
from bothways.core.texts.models import Text
from bothways.people.models import Person
from bothways.programme.tests.factory import a_programme
from tests.browser import conftest as browser
from tests.browser.conftest import Mailbox
from tests.cast import someone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

AFTER_THE_PAUSE = timedelta(seconds=settings.CONFIRM_AFTER_SECONDS + 60)
ENGLISH, ARABIC = 0, 1
EVERYDAY, FLUENT = 2, 3
EVENINGS = {5, 8}
LIKES = {3, 38}  # Walks; coffee or tea together.
CUSTOMS = "Shoes off at the door, please."
RATHER_NOT = "أفضّل ألا تُلتقط لي صور."
PLACE = "At the old harbour"
BO_WROTE = "Tea, and a long talk about gardens."
AMINA_WROTE = "كان يوماً جميلاً، شكراً لك."
ASKED = "أين أجد دورة للغة؟"
ANSWERED = "On Monday at ten in the library. You are welcome."


@dataclass
class Member:
    """Somebody at a phone, and what they will answer."""

    page: Page
    mailbox: Mailbox
    address: str
    name: str
    side: int
    town: int
    speak: list[tuple[int, int]]
    says_no_to: set[str] = field(default_factory=set)
    pictures: dict[str, str] = field(default_factory=dict)

    def picture(self, moment: str) -> None:
        if moment in self.pictures:
            shot(self.page, self.pictures[moment])


def shot(page: Page, name: str, *, full: bool = True) -> None:
    """A picture for the tutorial, in few colours so that the folder stays small."""
    browser.shot(page, name, full=full)
    if browser.SHOTS is not None:
        path = browser.SHOTS / f"{name}.png"
        with Image.open(path) as picture:
            few = picture.convert("RGB").quantize(
                64, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
            )
        few.save(path, optimize=True)


def link(page: Page, path: str) -> Locator:
    """The first link of the page's own part whose address matches `path`."""
    return page.locator(f"main a[href{path}]").first


def press(page: Page, form: str = "main form") -> None:
    page.locator(f"{form} button[type=submit]").first.click()


def open_account(member: Member) -> None:
    """From the first page to a signed-in home page, with the code from the letter."""
    page = member.page
    page.goto("/")
    member.picture("welcome")
    link(page, "='/account/signup/'").click()
    page.fill("input[name=email]", member.address)
    page.check("input[name=adult]")
    member.picture("sign up")
    press(page)
    page.fill("input[name=code]", member.mailbox.code_for(member.address))
    member.picture("code")
    press(page)
    expect(page.locator("header a[href='/me/']")).to_be_visible()
    member.picture("home")


def sign_in_again(member: Member) -> None:
    """What history asks for: out, and in again with a new code. Ends on the page that asked for it."""
    page, seen = member.page, member.mailbox.count(member.address)
    press(page)
    page.fill("input[name=email]", member.address)
    press(page)
    page.fill("input[name=code]", member.mailbox.code_for(member.address, seen))
    press(page)


def enrol(member: Member, slug: str) -> None:
    """From the home page through every step, and send it."""
    page = member.page
    link(page, f"='/p/{slug}/'").click()
    member.picture("programme")
    link(page, "$='/join/'").click()
    page.fill("input[name=name]", member.name)
    member.picture("join")
    press(page)
    for step in ("side", "place", "languages", "times", "ways", "interests", "needs", "consent", "check"):
        expect(page).to_have_url(re.compile(rf"/join/{step}/$"))
        ANSWERS.get(step, lambda member: None)(member)
        member.picture(step)
        page.click("main button[name=go][value=next]")
    expect(page).to_have_url(re.compile(r"/mine/$"))
    member.picture("pause")


def choose_side(member: Member) -> None:
    member.page.check(f"input[name=side][value='{member.side}']")


def choose_place(member: Member) -> None:
    member.page.locator("select[name=area]").select_option(index=member.town)
    member.page.check("input[name=radius_km][value='20']")


def choose_languages(member: Member) -> None:
    page = member.page
    for number, (language, level) in enumerate(member.speak):
        if number:
            page.click("button[name=add][value=speak]")
        page.select_option(f"select[name=speak_{number}_language]", str(language))
        page.select_option(f"select[name=speak_{number}_level]", str(level))


def choose_times(member: Member) -> None:
    member.page.click("button[name=quick][value=weekends]")
    for number in EVENINGS:
        member.page.check(f"input[name=times][value='{number}']")


def choose_ways(member: Member) -> None:
    for number in (0, 1):
        member.page.check(f"input[name=modes][value='{number}']")


def choose_interests(member: Member) -> None:
    for number in LIKES:
        member.page.check(f"input[name=interests][value='{number}']")


def read_and_consent(member: Member) -> None:
    for purpose in ("match", "contact", "notices", "figures"):
        said = "no" if purpose in member.says_no_to else "yes"
        member.page.check(f"input[name={purpose}][value={said}]")


ANSWERS = {
    "side": choose_side,
    "place": choose_place,
    "languages": choose_languages,
    "times": choose_times,
    "ways": choose_ways,
    "interests": choose_interests,
    "consent": read_and_consent,
}


def work_through_the_queue() -> None:
    """A real worker, in a thread of its own, until nothing waits any more."""
    worker = app.with_connector(app.connector.get_worker_connector())
    about = {"wait": False, "queues": ["rounds"], "listen_notify": False, "install_signal_handlers": False}
    thread = Thread(target=worker.run_worker, kwargs=about)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


def two_strangers(open_page, mailbox: Mailbox) -> tuple[Member, Member]:
    amina = Member(
        open_page(locale="ar"),
        mailbox,
        "amina@example.org",
        "أمينة",
        side=1,
        town=1,
        speak=[(ARABIC, FLUENT), (ENGLISH, EVERYDAY)],
        says_no_to={"figures"},
        pictures={"welcome": "13-arabic-welcome", "times": "14-arabic-times"},
    )
    bo = Member(
        open_page(locale="en"),
        mailbox,
        "bo@example.org",
        "Bo",
        side=0,
        town=2,
        speak=[(ENGLISH, FLUENT)],
        pictures={
            "welcome": "01-welcome",
            "sign up": "02-sign-up",
            "code": "03-code",
            "home": "04-home",
            "programme": "05-programme",
            "join": "06-join",
            "side": "07-side",
            "languages": "08-languages",
            "times": "09-times",
            "consent": "10-consent",
            "check": "11-check",
            "pause": "12-pause",
        },
    )
    return amina, bo


def test_two_strangers_find_each_other_meet_and_part(open_page, signed_in, mailbox: Mailbox) -> None:
    eli = someone("Eli")
    slug = a_programme(eli).slug
    coordinator = signed_in(eli)
    amina, bo = two_strangers(open_page, mailbox)
    for member in (bo, amina):
        open_account(member)
        enrol(member, slug)
    look_into_the_glass_box(bo)
    with ExitStack() as clock:
        clock.enter_context(travelled(AFTER_THE_PAUSE))
        for member in (bo, amina):
            confirm(member)
        start_a_round(coordinator, slug)
        read_the_same_and_say_yes(amina, bo)
        pair = see_each_other(amina, bo)
        write_and_sign_the_card(amina, bo, pair)
        meeting = plan_a_meeting(bo)
        clock.enter_context(travelled(timedelta(days=3)))
        say_that_it_took_place(amina, bo, meeting)
        write_in_the_journal(amina, bo, pair)
        request = ask_the_coordinators(amina, bo, slug)
        open_and_answer(coordinator, request)
        see_the_receipt_and_resolve(amina, request)
        download_everything(amina)
        leave(amina)
        is_gone(amina, bo, pair)


def look_into_the_glass_box(bo: Member) -> None:
    bo.page.click("header a[href='/me/']")
    link(bo.page, "='/me/glass-box/'").click()
    expect(bo.page.locator("main")).to_contain_text("Nobody has opened anything of yours.")
    shot(bo.page, "15-glass-box")


def confirm(member: Member) -> None:
    """The pause is over: the first page says so."""
    page = member.page
    page.click("header a.brand")
    link(page, "$='/mine/'").click()
    if member.name == "Bo":
        shot(page, "16-confirm")
    press(page, "form[action$='/confirm/']")
    expect(page.locator("main .message")).to_be_visible()


def start_a_round(page: Page, slug: str) -> None:
    """The coordinator presses the button; the page says by itself when the worker is done."""
    page.goto("/")
    link(page, f"='/p/{slug}/'").click()
    link(page, "$='/rounds/'").click()
    press(page)
    expect(page.get_by_role("status")).to_contain_text("Waiting for a free worker.")
    shot(page, "17-round-waits")
    work_through_the_queue()
    expect(page.get_by_role("status")).to_contain_text("Done.")
    expect(page.locator("main")).to_contain_text("Checked: no better set of pairs exists")
    shot(page, "18-round-done")


def read_the_same_and_say_yes(amina: Member, bo: Member) -> None:
    reasons = {}
    for member, name in ((bo, "proposal"), (amina, "19-arabic-proposal")):
        page = member.page
        page.click("header a.brand")
        if member is bo:
            shot(page, "18-home-with-a-proposal")
        link(page, "^='/proposals/'").click()
        expect(page.locator("section[aria-labelledby=why] li").first).to_be_visible()
        assert amina.name not in page.inner_text("body")
        assert not re.search(r"\bBo\b", page.inner_text("main"))
        shot(page, name)
        speak(page, "zh-hans")
        if member is bo:
            shot(page, "20-chinese-proposal")
        reasons[member.name] = page.locator("section[aria-labelledby=why] li").all_inner_texts()
        speak(page, "en" if member is bo else "ar")
    assert reasons["Bo"] == reasons[amina.name]
    assert len(reasons["Bo"]) >= 3
    for member in (amina, bo):
        press(member.page)


def speak(page: Page, language: str) -> None:
    page.click(f"footer button[name=language][value='{language}']")
    expect(page.locator("html")).to_have_attribute("lang", language)


def see_each_other(amina: Member, bo: Member) -> str:
    """The second yes led to the home page, where the pair is. Returns the pair's path."""
    for member, other in ((bo, amina), (amina, bo)):
        member.page.click("header a.brand")
        link(member.page, "^='/pairs/'").click()
        expect(member.page.locator("h1")).to_contain_text(other.name)
    shot(bo.page, "21-pair")
    assert path_of(bo.page) == path_of(amina.page)
    return path_of(bo.page)


def path_of(page: Page) -> str:
    return re.sub(r"^https?://[^/]+", "", page.url)


def write_and_sign_the_card(amina: Member, bo: Member, pair: str) -> None:
    page = bo.page
    link(page, "$='/card/change/'").click()
    page.check("input[name=rhythm] >> nth=0")
    page.fill("textarea[name=customs]", CUSTOMS)
    shot(page, "22-card-write")
    press(page)
    press(page, f"form[action='{pair}card/']")
    page = amina.page
    page.click("header a.brand")
    link(page, f"='{pair}card/'").click()
    expect(page.locator("main")).to_contain_text(CUSTOMS)
    # What Amina adds makes a new version, and both sign that one.
    link(page, "$='/card/change/'").click()
    page.fill("textarea[name=rather_not]", RATHER_NOT)
    press(page)
    press(page, f"form[action='{pair}card/']")
    shot(page, "23-arabic-card")
    page = bo.page
    page.click("header a.brand")
    link(page, f"='{pair}card/'").click()
    expect(page.locator("main")).to_contain_text(RATHER_NOT)
    press(page, f"form[action='{pair}card/']")
    expect(page.locator(".signed li[data-signed]")).to_have_count(2)
    shot(page, "24-card-signed")
    for member in (amina, bo):
        the_printed_card(member, pair)


def the_printed_card(member: Member, pair: str) -> None:
    paper = member.page.request.get(f"{pair}card.pdf")
    assert paper.status == 200
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.body().startswith(b"%PDF")
    words = "".join(
        "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.body())).pages).split()
    )
    assert f"{settings.SITE_URL}{pair}" in words


def plan_a_meeting(bo: Member) -> str:
    """Two days from now; the file for one's own calendar says the same and names nobody."""
    page = bo.page
    link(page, "^='/pairs/'").click()
    link(page, "$='/meetings/new/'").click()
    day = (now() + timedelta(days=2)).date()
    page.fill("input[name=day]", day.isoformat())
    page.fill("input[name=time]", "16:00")
    page.fill("textarea[name=place]", PLACE)
    shot(page, "25-meeting-plan")
    press(page)
    expect(page).to_have_url(re.compile(r"/meetings/[0-9a-f-]{36}/$"))
    shot(page, "26-meeting")
    with page.expect_download() as taken:
        link(page, "$='.ics'").click()
    content = Path(taken.value.path()).read_text()
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert event.decoded("dtstart").date() == day
    assert bo.name not in content.replace("Bothways", "")
    return path_of(page)


def say_that_it_took_place(amina: Member, bo: Member, meeting: str) -> None:
    for member in (bo, amina):
        page = member.page
        page.click("header a.brand")
        if member is bo:
            shot(page, "27-did-you-meet")
        link(page, f"='{meeting}'").click()
        press(page, "form[action$='/took-place/']")
        expect(page.locator("form[action$='/took-place/']")).to_have_count(0)
    bo.page.reload()
    expect(bo.page.locator("main")).to_contain_text("You both said that it took place.")
    assert Event.objects.filter(kind="meeting.took_place").count() == 1


def write_in_the_journal(amina: Member, bo: Member, pair: str) -> None:
    for writer, reader, words, name in (
        (bo, amina, BO_WROTE, "28-arabic-journal"),
        (amina, bo, AMINA_WROTE, "29-journal"),
    ):
        for member in (writer, reader):
            member.page.click("header a.brand")
            link(member.page, f"='{pair}'").click()
            link(member.page, "$='/journal/'").click()
            if member is writer:
                member.page.fill("textarea[name=words]", words)
                press(member.page)
            expect(member.page.locator("article .words", has_text=words)).to_be_visible()
        shot(reader.page, name)


def ask_the_coordinators(amina: Member, bo: Member, slug: str) -> str:
    for member in (bo, amina):
        member.page.click("header a.brand")
        link(member.page, "^='/pairs/'").click()
        link(member.page, f"='/p/{slug}/requests/new/'").click()
    shot(bo.page, "30-ask")
    page = amina.page
    page.check("input[name=to][value=coordinators]")
    page.locator("select[name=kind]").select_option(index=1)
    page.fill("textarea[name=words]", ASKED)
    press(page)
    expect(page).to_have_url(re.compile(r"/requests/[0-9a-f-]{36}/$"))
    return path_of(page)


def open_and_answer(page: Page, request: str) -> None:
    """Kind and day only, until the coordinator opens it and leaves a receipt."""
    page.goto("/")
    link(page, "$='/requests/'").click()
    link(page, f"='{request}'").click()
    assert ASKED not in page.content()
    shot(page, "31-request-sealed")
    press(page, "form[action$='/open/']")
    expect(page.locator("main")).to_contain_text(ASKED)
    page.fill("textarea[name=words]", ANSWERED)
    press(page, "form[action$='/reply/']")
    expect(page.locator("main")).to_contain_text(ANSWERED)
    shot(page, "32-request-answered")


def see_the_receipt_and_resolve(amina: Member, request: str) -> None:
    page = amina.page
    page.click("header a.brand")
    shot(page, "33-arabic-home")
    link(page, f"='{request}'").click()
    expect(page.locator("main")).to_contain_text(ANSWERED)
    page.click("header a[href='/me/']")
    link(page, "='/me/glass-box/'").click()
    # Days have passed since she signed in: what was done in the meantime is not told to whoever has the phone.
    expect(page.locator("main")).not_to_contain_text("Eli")
    sign_in_again(amina)
    expect(page).to_have_url(re.compile(r"/me/glass-box/$"))
    receipts = page.locator(".glass details").first
    expect(receipts).to_contain_text("Eli")
    shot(page, "34-arabic-glass-box")
    page.goto(request)
    press(page, "form[action$='/resolve/']")
    expect(page.locator("form[action$='/resolve/']")).to_have_count(0)
    assert Event.objects.filter(kind="request.resolved").count() == 1


def download_everything(amina: Member) -> None:
    page = amina.page
    page.click("header a[href='/me/']")
    link(page, "='/me/glass-box/'").click()
    for form in ("html", "json"):
        with page.expect_download() as taken:
            link(page, f"='/me/download/{form}/'").click()
        content = Path(taken.value.path()).read_text()
        for words in (amina.name, RATHER_NOT, AMINA_WROTE, ASKED, "Eli"):
            assert words in content, words
        assert BO_WROTE not in content
        if form == "json":
            assert {"receipts"} <= {section["key"] for section in json.loads(content)["sections"]}


def leave(amina: Member) -> None:
    page = amina.page
    page.click("header a[href='/me/']")
    link(page, "='/me/leave/'").click()
    shot(page, "35-arabic-leave")
    press(page)
    expect(page).to_have_url(re.compile(r"/goodbye/$"))


def is_gone(amina: Member, bo: Member, pair: str) -> None:
    for path in ("/me/", pair):
        amina.page.goto(path)
        expect(amina.page).to_have_url(re.compile(r"/account/login/"))
    page = bo.page
    page.click("header a.brand")
    expect(page.locator("main")).to_contain_text("This pair has ended")
    shot(page, "36-home-pair-ended")
    for path in ("/", pair, f"{pair}journal/"):
        page.goto(path)
        for words in (amina.name, AMINA_WROTE, RATHER_NOT):
            assert words not in page.content(), path
    expect(page.locator("main")).to_contain_text(BO_WROTE)
    there = Person.objects.values("id")
    assert there.count() == 2
    assert not Text.objects.exclude(owner_id__in=there).exists()


def test_joining_needs_no_javascript(open_page, mailbox: Mailbox) -> None:
    slug = a_programme(someone("Eli")).slug
    chen = Member(
        open_page(javascript=False),
        mailbox,
        "chen@example.org",
        "Chen",
        side=0,
        town=3,
        speak=[(ENGLISH, FLUENT), (ARABIC, EVERYDAY)],
    )
    open_account(chen)
    enrol(chen, slug)
    with travelled(AFTER_THE_PAUSE):
        confirm(chen)
    expect(chen.page.locator("main")).to_contain_text("You are a member")
