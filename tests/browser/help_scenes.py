"""Two of a pair ask for help: each other for a few hours, then the coordinators, by a ladder."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page

from bothways.core.clock.api import today
from bothways.help.tasks import climb
from tests.browser.readers import Reader, Story

OPENED = (
    "The coordinators see only what it is about, until one of them opens it. "
    "Who did and when is in your glass box."
)


def a_hand_for_a_few_hours(story: Story) -> None:
    amina, bo = story.both
    amina.go(f"{story.programme}hands/new/")
    amina.page.locator("input[name=to]").first.check()
    amina.page.locator("select[name=kind]").select_option("moving")
    amina.fill("day", (today() + timedelta(days=5)).isoformat())
    amina.fill("hours", "3")
    amina.shot("29-arabic-hand")
    amina.press("Ask")
    amina.sees("Who is asked")
    bo.news("Your partner asks for a hand")
    bo.sees("Moving and carrying")
    bo.fill("words", "I have a van. 030 1234")
    bo.shot("29-hand")
    bo.press("I would help")
    bo.sees("You said yes. The other sees that somebody would help, and not who.")
    amina.news("Somebody would help you")
    amina.reads_not("030 1234")
    amina.fill("words", "030 9876")
    amina.press("Yes, please")
    amina.sees("You have both said yes")
    amina.reads("030 1234")
    bo.news("You have both said yes to a few hours of help")
    bo.reads("أمينة")
    bo.reads("030 9876")


def a_request_to_the_partner(story: Story) -> str:
    amina, bo = story.both
    amina.go(f"{story.programme}requests/new/")
    amina.page.locator("input[name=to]").first.check()
    amina.page.locator("select[name=kind]").select_option("papers")
    amina.fill("words", "وصلتني رسالة من المدرسة ولا أفهمها.")
    amina.page.check("input[name=coordinators]")
    amina.page.locator("select[name=wait]").select_option("3")
    amina.press("Send it")
    amina.shot("30-arabic-request")
    bo.news("Your partner asks you for help")
    bo.reads("وصلتني رسالة من المدرسة ولا أفهمها.")
    climb(0)
    amina.page.reload()
    amina.sees_not(OPENED)
    return amina.page.url


def it_climbs_to_the_coordinators(story: Story, request: str, coordinators: Page) -> None:
    amina, eli = story.amina, Reader(coordinators, "en")
    eli.go(f"{story.programme}requests/")
    eli.sees("No request waits.")
    climb(0)
    amina.news("Your request has gone on to where you said")
    amina.is_at(request)
    amina.sees("The coordinators were asked on %(day)s.", day=amina.day(today()))
    amina.sees(OPENED)
    eli.news("A member asks the coordinators for help")
    eli.page.locator("main ul.tiles a").first.click()
    eli.reads_not("وصلتني رسالة من المدرسة ولا أفهمها.")
    eli.shot("31-climbed")
    eli.press("Open")
    eli.reads("وصلتني رسالة من المدرسة ولا أفهمها.")
    eli.reads_not("أمينة")
    eli.fill("words", "Bring it on Monday. We read it together.")
    eli.press("Send it")
    amina.news("Your request has an answer")
    amina.reads("Bring it on Monday. We read it together.")
    amina.shot("31-arabic-answer")
    amina.press("It is resolved")
    amina.sees("Resolved")
