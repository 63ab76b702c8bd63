"""The first three months of a pair, on two phones: Amina reads Arabic, Bo reads English.

Its pictures are those of the tutorial's chapter about them (BOTHWAYS_SHOTS names the folder).
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from bothways.core.clock.api import today, travelled
from bothways.days.tasks import remind_of_days
from bothways.meet.tasks import fill_series
from bothways.pair.tasks import clear_pauses, tell_whose_day_has_come
from bothways.pair.tests.factory import a_pair
from bothways.people import api as people
from bothways.programme.tests.factory import a_programme
from tests.browser.conftest import Mailbox
from tests.browser.help_scenes import (
    a_hand_for_a_few_hours,
    a_request_to_the_partner,
    it_climbs_to_the_coordinators,
)
from tests.browser.readers import Reader, Story
from tests.browser.test_first_weeks import sign_in_again
from tests.cast import Someone, someone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_three_months(signed_in, mailbox: Mailbox) -> None:
    eli, amina, bo = someone("Eli"), someone("Amina"), someone("Bo")
    programme = a_programme(eli)
    called(amina, "أمينة", "ar")
    called(bo, "Bo", "en")
    pair = a_pair(amina, bo, programme)
    hers, his = Reader(signed_in(amina, locale="ar"), "ar"), Reader(signed_in(bo, locale="en"), "en")
    story = Story(hers, his, f"/pairs/{pair.id}/", f"/p/{programme.slug}/")

    for each in story.both:
        # Where they had said yes.
        each.go(f"/proposals/{pair.proposal_id}/")
    they_are_a_pair(story)
    they_write_and_sign_a_card(story)
    with travelled(timedelta(days=1)):
        they_choose_a_rhythm(story)
        one_date_is_moved_and_one_left_out(story)
    with travelled(timedelta(days=10)):
        it_took_place(story)
        they_write_to_each_other(story)
    with travelled(timedelta(days=11)):
        a_day_that_matters(story)
    with travelled(timedelta(days=15)):
        they_are_reminded(story)
        a_line_in_the_journal(story)
    with travelled(timedelta(days=17)):
        a_hand_for_a_few_hours(story)
    with travelled(timedelta(days=20)):
        request = a_request_to_the_partner(story)
    with travelled(timedelta(days=24)):
        it_climbs_to_the_coordinators(story, request, signed_in(eli))
    with travelled(timedelta(days=38)):
        # A sign-in is good for thirty days.
        they_sign_in_again(story, mailbox)
        a_pause_of_a_week(story)
    with travelled(timedelta(days=47)):
        it_goes_on(story)
    with travelled(timedelta(days=77)):
        they_sign_in_again(story, mailbox)
        they_plan_the_end(story)
    with travelled(timedelta(days=91)):
        the_day_has_come(story)


def called(person: Someone, name: str, language: str) -> None:
    people.set_name(person.who, name=name)
    people.set_language(person.who, language)


def they_sign_in_again(story: Story, mailbox: Mailbox) -> None:
    sign_in_again(story.amina.page, mailbox, "amina@example.org")
    sign_in_again(story.bo.page, mailbox, "bo@example.org")


def they_are_a_pair(story: Story) -> None:
    for each in story.both:
        each.go("/")
        each.sees("You both said yes: you have a new partner")
        each.sees("Next: write a card together, about how you would like to meet.")
    story.amina.shot("21-arabic-home")
    for each in story.both:
        each.follow("You both said yes: you have a new partner")
    story.bo.sees("You and %(name)s", name="أمينة")
    story.amina.sees("You and %(name)s", name="Bo")
    story.amina.sees(
        "There is no card yet. On it you write together how often, when and how you would like to meet."
    )


def they_write_and_sign_a_card(story: Story) -> None:
    amina, bo = story.both
    amina.follow("Write the card")
    amina.page.check("input[name=rhythm][value=weekly]")
    amina.fill("customs", "الشاي أوّلًا، ثم الكلام.")
    amina.shot("22-arabic-card-change")
    amina.press("Save the card")
    amina.press("Sign this card")
    amina.sees("You have signed.")
    amina.sees("%(name)s has not signed yet.", name="Bo")
    bo.news("The card of your pair has changed")
    bo.reads("الشاي أوّلًا، ثم الكلام.")
    bo.sees("%(name)s has signed.", name="أمينة")
    bo.shot("22-card")
    bo.press("Sign this card")
    bo.sees("What you have agreed")
    amina.news("You have both signed your card")
    amina.sees("What you have agreed")


def they_choose_a_rhythm(story: Story) -> None:
    amina, bo = story.both
    amina.go(story.pair)
    amina.follow("Regular meetings")
    amina.sees("These times suit you both")
    amina.shot("23-arabic-rhythm")
    amina.press("Choose this")
    assert dates(amina) >= 8
    bo.news("Your partner chose regular meetings")
    bo.sees("The next dates")
    assert dates(bo) == dates(amina)


def dates(reader: Reader) -> int:
    """How many dates the page of regular meetings shows."""
    return reader.page.locator("main ul.tiles a").count()


def one_date_is_moved_and_one_left_out(story: Story) -> None:
    amina, bo = story.both
    tiles = bo.page.locator("main ul.tiles a")
    first, second = tiles.nth(0).inner_text(), tiles.nth(1).inner_text()
    tiles.nth(0).click()
    bo.follow("Change it")
    bo.fill("time", "19:30")
    bo.fill("place", "At the library")
    bo.press("Change it")
    assert "7:30\N{NO-BREAK SPACE}p.m." in bo.table()["When"]
    bo.go(f"{story.pair}regular/")
    tiles.nth(1).click()
    assert bo.table()["When"] == second
    bo.press("Leave this date out")
    bo.sees("This meeting is cancelled.")
    bo.go(f"{story.pair}regular/")
    bo.reads_not(first)
    bo.sees("Left out")
    bo.shot("24-dates")
    amina.news("Your partner changed a meeting")
    amina.reads("At the library")
    amina.news("Your partner cancelled a meeting")
    amina.sees("This meeting is cancelled.")


def it_took_place(story: Story) -> None:
    amina, bo = story.both
    amina.go("/")
    amina.sees("Did you meet?")
    amina.shot("25-arabic-did-you-meet")
    amina.follow("Say that it took place")
    amina.press("It took place")
    amina.sees("You said that it took place.")
    bo.news("Say that it took place")
    bo.sees("Your partner said that it took place.")
    bo.press("It took place")
    bo.sees("You both said that it took place.")
    amina.page.reload()
    amina.sees("You both said that it took place.")


def they_write_to_each_other(story: Story) -> None:
    amina, bo = story.both
    amina.go(f"{story.pair}messages/")
    amina.page.locator("#phrases summary").click()
    amina.shot("26-arabic-sentences", full=False)
    amina.page.locator("button[name=add][value=thanks_today]").click()
    amina.press("Send it")
    amina.sees("Thank you for today. It was lovely.", "phrase")
    bo.news("Your partner wrote to you")
    bo.sees("Thank you for today. It was lovely.", "phrase")
    bo.fill("words", "For me too. See you next week!")
    bo.press("Send it")
    bo.shot("26-messages")
    amina.news("Your partner wrote to you")
    amina.reads("For me too. See you next week!")


def a_day_that_matters(story: Story) -> None:
    amina, bo = story.both
    amina.go(f"{story.pair}occasions/")
    amina.follow("Write down a day")
    amina.page.locator("select[name=kind]").select_option("exam")
    amina.fill("day", (today() + timedelta(days=6)).isoformat())
    amina.fill("words", "امتحان اللغة. ادعُ لي!")
    amina.shot("27-arabic-day")
    amina.press("Save it")
    amina.sees("Exam", "occasion")
    bo.news("Your partner wrote down a day that matters")
    bo.sees("Exam", "occasion")
    bo.sees("Written down by %(partner)s.", partner="أمينة")
    remind_of_days(0)
    bo.go("/")
    bo.sees_not("A day that matters to you two is near")


def they_are_reminded(story: Story) -> None:
    remind_of_days(0)
    for each in story.both:
        each.go("/")
        each.sees("A day that matters to you two is near")
        # The notice does not say of what.
        each.reads_not(each.words("Exam", "occasion"))
    story.bo.shot("27-reminder")
    for each in story.both:
        each.follow("A day that matters to you two is near")
        each.sees("Wish good luck before it, and ask afterwards how it was.")


def a_line_in_the_journal(story: Story) -> None:
    amina, bo = story.both
    amina.go(f"{story.pair}journal/")
    amina.fill("words", "مشينا على ضفة النهر وتعلّمت خمس كلمات جديدة.")
    amina.press("Write it")
    bo.go(f"{story.pair}journal/")
    bo.reads("مشينا على ضفة النهر وتعلّمت خمس كلمات جديدة.")
    bo.fill("words", "She knows the name of every bird now.")
    bo.press("Write it")
    bo.shot("28-journal")
    amina.page.reload()
    amina.reads("She knows the name of every bird now.")


def a_pause_of_a_week(story: Story) -> None:
    amina, bo = story.both
    fill_series(0)
    amina.go(f"{story.pair}regular/")
    without_a_pause = dates(amina)
    # A day more than a week: today's date may be over already, and the one a week from now would stay.
    until = today() + timedelta(days=8)
    bo.go(story.pair)
    bo.follow("Pause for a while")
    bo.fill("until", until.isoformat())
    bo.press("Pause")
    bo.sees("Paused until %(date)s.", date=bo.day(until))
    amina.news("Something about your pair has changed")
    amina.sees("Paused until %(date)s.", date=amina.day(until))
    amina.shot("32-arabic-pause")
    amina.go(f"{story.pair}regular/")
    amina.sees("You pause until %(day)s. Before that day there are no dates.", day=amina.day(until))
    # Of the next eight weeks the dates of this one are left out: one, or two where today's is still to come.
    assert 1 <= without_a_pause - dates(amina) <= 2


def it_goes_on(story: Story) -> None:
    clear_pauses(0)
    fill_series(0)
    for each in story.both:
        each.go(story.pair)
        assert each.page.locator("#pause").count() == 0
        each.go(f"{story.pair}regular/")
        each.sees("The next dates")
        assert dates(each) >= 8


def they_plan_the_end(story: Story) -> None:
    amina, bo = story.both
    day = today() + timedelta(days=14)
    amina.go(story.pair)
    amina.follow("Plan a good ending")
    amina.fill("day", day.isoformat())
    amina.press("Choose this day")
    amina.sees("You mean to end on %(day)s.", day=amina.day(day))
    amina.write("id_words", "شكرًا على كلّ مساء وعلى صبرك.")
    amina.press("Save")
    bo.news("Something about your pair has changed")
    bo.sees("You mean to end on %(day)s.", day=bo.day(day))
    bo.sees("%(name)s wrote:", name="أمينة")
    bo.reads("شكرًا على كلّ مساء وعلى صبرك.")
    bo.write("id_words", "Thank you. I learned more than you.")
    bo.press("Save")
    bo.shot("33-ending")
    amina.news("Something about your pair has changed")
    amina.reads("Thank you. I learned more than you.")
    tell_whose_day_has_come(0)
    amina.go("/")
    amina.sees_not("The day that you two chose has come")


def the_day_has_come(story: Story) -> None:
    amina, bo = story.both
    tell_whose_day_has_come(0)
    for each in story.both:
        each.go("/")
        each.sees("The day that you two chose has come")
    amina.shot("34-arabic-the-day")
    bo.follow("The day that you two chose has come")
    bo.reads("شكرًا على كلّ مساء وعلى صبرك.")
    bo.follow("End this pair")
    bo.shot("34-end")
    bo.press("End this pair")
    amina.news("This pair has ended")
    amina.sees("What you two shared here is closed.")
    amina.reads_not("Thank you. I learned more than you.")
    amina.shot("35-arabic-ended")
    for each in story.both:
        each.go(f"{story.pair}messages/")
        each.sees("This pair has ended. Only your own messages are here; only you can read them.")
    bo.reads_not(bo.words("Thank you for today. It was lovely.", "phrase"))
    bo.reads("For me too. See you next week!")
