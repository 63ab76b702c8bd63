"""Notices on a device, in a real Chromium: switched on, shown by the worker, tapped, stopped, and gone.

Of the whole way one step is not the browser's own: giving out an address, for which Chromium asks its maker's
service. Here the push service of the tests gives it; what it gets and opens is handed to Chromium by the
protocol that its own tools use.
"""

from __future__ import annotations

import json
from datetime import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from bothways.core.outbox import api as outbox
from bothways.core.outbox.models import Notice
from bothways.people import api as people
from bothways.people.models import NoticeDevice, Person
from bothways.people.tests.reach import deliver
from tests.browser.conftest import shot
from tests.browser.test_reaching import LANGUAGES, fits
from tests.cast import someone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

# What Chromium's own service would do.
GIVES = """
given => {
  const kept = 'address-of-the-test'
  const one = {
    toJSON: () => ({ endpoint: given.endpoint, keys: { p256dh: given.p256dh, auth: given.auth } }),
    unsubscribe: async () => { localStorage.removeItem(kept); return true }
  }
  PushManager.prototype.subscribe = async (options) => {
    if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new Error('not so')
    localStorage.setItem(kept, '1')
    return one
  }
  PushManager.prototype.getSubscription = async () => localStorage.getItem(kept) ? one : null
}
"""
SHOWN = """
async () => {
  const worker = await navigator.serviceWorker.getRegistration('/me/reach/')
  const all = await worker.getNotifications()
  return all.map(n => ({
    title: n.title, words: n.body, lang: n.lang, dir: n.dir, tag: n.tag, silent: n.silent, icon: n.icon,
    actions: n.actions.map(a => a.title)
  }))
}
"""
CLOSE = """
async () => {
  const worker = await navigator.serviceWorker.getRegistration('/me/reach/')
  for (const one of await worker.getNotifications()) one.close()
}
"""


class Chromium:
    """One person's browser, and the push messages that its maker's service brings to it."""

    def __init__(self, page: Page, site: str, given: dict[str, str]) -> None:
        self.page, self.site = page, site
        page.context.grant_permissions(["notifications"], origin=site)
        page.context.add_init_script(f"({GIVES})({json.dumps(given)})")
        self.tools = page.context.new_cdp_session(page)
        self.known: list[dict] = []
        self.tools.on(
            "ServiceWorker.workerRegistrationUpdated", lambda event: self.known.extend(event["registrations"])
        )
        self.tools.send("ServiceWorker.enable")

    def brings(self, words: object) -> list[dict]:
        """A message comes; what is shown then."""
        self.page.wait_for_timeout(200)
        worker = next(one for one in reversed(self.known) if not one["isDeleted"])
        told = {"origin": self.site, "registrationId": worker["registrationId"], "data": json.dumps(words)}
        self.tools.send("ServiceWorker.deliverPushMessage", told)
        self.page.wait_for_timeout(500)
        return self.page.evaluate(SHOWN)


@pytest.fixture
def chromium_of(signed_in, site, pusher):
    def make(one, **more) -> Chromium:
        page = signed_in(one, workers="allow", **more)
        return Chromium(page, site, pusher.subscribe())

    return make


def switch_on(page: Page) -> None:
    page.goto("/me/reach/")
    page.locator("form[data-push-on] button").click()
    expect(page.locator("form[data-push-here]")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_switched_on_and_told_once(language, chromium_of, pusher, monkeypatch):
    monkeypatch.setitem(outbox._words, "test.news", "Bo wrote to you")
    amina, axe = someone("Amina"), Axe()
    people.set_language(amina.who, language)
    # No quiet hours: tests run at night too.
    Person.objects.update(quiet_from=time(0), quiet_until=time(0))
    browser = chromium_of(amina, locale=LANGUAGES[language])
    page = browser.page
    page.goto("/me/reach/")
    expect(page.locator("form[data-push-on]")).to_be_visible()
    fits(page, axe)
    shot(page, f"devices-off-{language}")
    switch_on(page)
    assert NoticeDevice.objects.get().person_id == amina.id
    expect(page.locator("form[data-push-on]")).to_be_hidden()
    fits(page, axe)
    shot(page, f"devices-on-{language}")
    # A notice, the whole way.
    outbox.tell(amina.id, "test.news", path="/", key="1")
    assert deliver() == 1
    words = pusher.got[0]["words"]
    [shown] = browser.brings({**words, "quiet": [0, 0]})
    assert shown["words"] == words["words"] and shown["title"] == "Bothways" and not shown["silent"]
    assert shown["lang"] == language and shown["dir"] == ("rtl" if language == "ar" else "ltr")
    assert shown["actions"] == [words["stop"]]
    icon = page.request.get(shown["icon"])
    assert icon.status == 200 and icon.headers["content-type"] == "image/png"
    # The same again, after it was looked at and closed: not shown a second time. A newer one is.
    page.evaluate(CLOSE)
    assert browser.brings(words) == []
    assert len(browser.brings({**words, "once": "another"})) == 1
    # In quiet hours, by the device's clock, without a sound, and in the place of the one before.
    [shown] = browser.brings({**words, "once": "a third", "quiet": [0, 24 * 60]})
    assert shown["silent"]
    # Off again.
    page.locator("form[data-push-here] button").click()
    expect(page.locator("form[data-push-on]")).to_be_visible()
    assert not NoticeDevice.objects.exists()
    assert page.evaluate("localStorage.length") == 0


def test_a_tap_opens_home_and_one_button_stops_it(chromium_of):
    browser = chromium_of(someone("Amina"))
    page = browser.page
    switch_on(page)
    [worker] = page.context.service_workers
    # The browser fetches the icon under the worker's own policy.
    worker.evaluate("self.addEventListener('securitypolicyviolation', () => { self.refused = true })")
    browser.brings({"once": "1", "words": "news", "stop": "Stop"})
    assert worker.evaluate("self.refused || false") is False
    tapped = """async (action) => {
      const done = []
      self.clients.openWindow = async (path) => { done.push(path) }
      const one = { unsubscribe: async () => { done.push('unsubscribed') } }
      PushManager.prototype.getSubscription = async () => one
      const [notification] = await self.registration.getNotifications()
      self.dispatchEvent(new NotificationEvent('notificationclick', { notification, action }))
      await new Promise((resolve) => setTimeout(resolve, 200))
      return [done, (await self.registration.getNotifications()).length]
    }"""
    assert worker.evaluate(tapped, "") == [["/"], 0]
    browser.brings({"once": "2", "words": "news", "stop": "Stop"})
    assert worker.evaluate(tapped, "stop") == [["unsubscribed"], 0]


@pytest.mark.parametrize("words", [None, "text", [], {}, {"once": 1, "quiet": "x"}])
def test_a_message_that_says_nothing_is_still_a_notice_without_content(words, chromium_of):
    browser = chromium_of(someone("Amina"))
    switch_on(browser.page)
    [shown] = browser.brings(words)
    assert (shown["title"], shown["words"]) == ("Bothways", "")


def test_the_worker_stands_in_no_pages_way(chromium_of):
    browser = chromium_of(someone("Amina"))
    switch_on(browser.page)
    scopes = (
        "navigator.serviceWorker.getRegistrations().then(all => all.map(one => new URL(one.scope).pathname))"
    )
    assert browser.page.evaluate(scopes) == ["/me/reach/"]
    browser.page.goto("/")
    assert browser.page.evaluate("navigator.serviceWorker.controller") is None


def test_signing_out_leaves_nothing_in_the_browser(chromium_of):
    browser = chromium_of(someone("Amina"))
    page = browser.page
    switch_on(page)
    page.goto("/me/")
    page.locator("form[action$='/logout/'] button").first.click()
    page.wait_for_url("**/")
    assert not NoticeDevice.objects.exists()
    page.wait_for_function("navigator.serviceWorker.getRegistrations().then(all => all.length === 0)")
    assert page.evaluate("localStorage.length") == 0


def test_a_browser_that_forgot_it_says_so_and_can_begin_again(chromium_of):
    browser = chromium_of(someone("Amina"))
    page = browser.page
    switch_on(page)
    page.evaluate("localStorage.clear()")
    page.reload()
    expect(page.locator("[data-push-lost]")).to_be_visible()
    page.locator("form[data-push-on] button").click()
    expect(page.locator("[data-push-lost]")).to_be_hidden()
    expect(page.locator("form[data-push-here]")).to_be_visible()
    assert NoticeDevice.objects.count() == 1


def test_what_was_left_behind_by_somebody_else_goes_when_the_page_is_opened(chromium_of):
    browser = chromium_of(someone("Amina"))
    page = browser.page
    switch_on(page)
    NoticeDevice.objects.all().delete()
    page.reload()
    expect(page.locator("form[data-push-on]")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0


def test_who_says_no_to_the_browser_reads_what_that_means(signed_in, site):
    page = signed_in(someone("Amina"), workers="allow")
    page.goto("/me/reach/")
    # Without a window Chromium says no to the question.
    page.locator("form[data-push-on] button").click()
    expect(page.locator("[data-push-blocked]")).to_be_visible()
    shot(page, "devices-blocked")
    assert not NoticeDevice.objects.exists()


def test_a_browser_whose_service_gives_no_address_says_so(chromium_of):
    page = chromium_of(someone("Amina")).page
    page.context.add_init_script("PushManager.prototype.subscribe = async () => { throw new Error('no') }")
    page.goto("/me/reach/")
    page.locator("form[data-push-on] button").click()
    expect(page.locator("[data-push-failed]")).to_be_visible()
    expect(page.locator("form[data-push-on] button")).to_be_enabled()


@pytest.mark.parametrize("without", ["scripts", "PushManager", "Notification"])
def test_nothing_is_offered_where_a_browser_has_it_not(without, signed_in):
    amina = someone("Amina")
    page = signed_in(amina, javascript=without != "scripts")
    if without != "scripts":
        page.add_init_script(f"delete window.{without}")
    page.goto("/me/reach/")
    expect(page.locator("[data-push]")).to_be_hidden()
    assert not Notice.objects.filter(kind="device.moved").exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_iphone_reads_that_the_home_screen_comes_first(language, signed_in):
    amina = someone("Amina")
    people.set_language(amina.who, language)
    page = signed_in(amina, locale=LANGUAGES[language])
    # As Safari is there: in a tab it has none of it, and says that it is in a tab.
    page.add_init_script(
        "delete window.PushManager; delete window.Notification; navigator.standalone = false"
    )
    page.goto("/me/reach/")
    expect(page.locator("[data-push-iphone]")).to_be_visible()
    expect(page.locator("form[data-push-on]")).to_be_hidden()
    fits(page, Axe())
    shot(page, f"devices-iphone-{language}")


def test_a_browser_finds_nothing_wrong_with_the_manifest(signed_in):
    page = signed_in(someone("Amina"))
    page.goto("/me/")
    tools = page.context.new_cdp_session(page)
    found = tools.send("Page.getAppManifest")
    assert found["url"].endswith("/manifest.webmanifest") and found["errors"] == []
    assert json.loads(found["data"])["name"] == "Bothways"
    wrong = {one["errorId"] for one in tools.send("Page.getInstallabilityErrors")["installabilityErrors"]}
    assert not {one for one in wrong if "icon" in one or "manifest" in one or "url" in one}
