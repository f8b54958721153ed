"""The client starts everywhere: over plain HTTP, without storage, without APIs that a browser may lack or refuse."""

import asyncio
import re
from dataclasses import dataclass

import pytest
from playwright.async_api import Request, Route, expect

from tests.e2e.conftest import PLAIN_ADDRESS, TEST_SECONDS, Visit
from tests.e2e.marketplace import Item, Marketplace, Person
from tests.e2e.removals import ONE_AT_A_TIME, REPLACED, REQUIRED, rounds
from tests.e2e.visitor import NETWORK_FAILS, NOT_FOUND, Visitor

AT_ONCE = 4  # browsers side by side
SENT = re.compile("sent|read")
SCRIPTS = re.compile(r"/assets/.*\.js$")
NOT_STARTED = "MyBazaar has not started"


@dataclass
class Tour:
    """Through every page, as a person goes: by one log-in, then from page to page."""

    person: Person
    item: Item
    conversation: str

    async def take(self, visitor: Visitor, text: str) -> None:
        """Raises where a page does not show what it is for."""
        page, row = visitor.page, visitor.list.get_by_role("link").filter(has_text=self.item.title)
        await page.goto(f"/login?next=/messages/{self.conversation}")
        await page.get_by_role("button", name=self.person.name).click()
        await expect(visitor.bubble("🎉")).to_be_visible()
        await expect(visitor.log.get_by_role("link", name="https://example.org/lamp?a=1")).to_be_visible()
        await visitor.write(text)
        await visitor.expect_status(text, SENT)
        await visitor.composer.fill("begun")
        await page.get_by_role("navigation").get_by_role("link", name="Messages").click()
        await row.click()
        await expect(visitor.composer).to_have_value("begun")
        await page.get_by_role("link", name="Browse", exact=True).click()
        await page.get_by_role("link", name=self.item.title).click()
        await expect(page.get_by_role("heading", name=self.item.title)).to_be_visible()
        await visitor.log_out(deleting=True)
        await expect(page.get_by_role("link", name="Log in")).to_be_visible()
        await page.evaluate("history.pushState(null, '', '/nowhere')")
        await expect(page.get_by_role("heading", name="This page does not exist")).to_be_visible()


async def _tour(marketplace: Marketplace, person: Person, seller: Person) -> Tour:
    item = await marketplace.item(seller)
    conversation = await marketplace.contact_seller(person, item)
    for text in ("See https://example.org/lamp?a=1", "🎉"):
        await marketplace.say(seller, conversation, text)
    return Tour(person, item, conversation)


async def test_every_page_works_over_plain_http_by_any_name(visit: Visit, marketplace: Marketplace) -> None:
    """Browsers withhold randomUUID, locks, the clipboard and more from such pages."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben")
    tour = await _tour(marketplace, ada, ben)
    visitor = await visit(address=PLAIN_ADDRESS)
    await tour.take(visitor, "by plain HTTP")
    assert await visitor.page.evaluate("[isSecureContext, typeof crypto.randomUUID]") == [False, "undefined"]
    assert (await marketplace.messages(ben, tour.conversation))[-1] == "by plain HTTP"


@pytest.mark.timeout(15 * 60 if ONE_AT_A_TIME else TEST_SECONDS, func_only=True)
async def test_every_page_works_without_apis_that_may_be_missing(visit: Visit, marketplace: Marketplace) -> None:
    """Storage, crypto, Intl, sockets and the rest are taken away: nothing breaks, nothing is uncaught."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben")
    turn = asyncio.Semaphore(AT_ONCE)

    async def without(name: str, script: str) -> None:
        async with turn:
            tour = await _tour(marketplace, ada, ben)
            visitor = await visit()
            await visitor.context.add_init_script(script)
            await tour.take(visitor, f"without {name}")
            assert not visitor.complaints(), visitor.complaints()
            assert (await marketplace.messages(ben, tour.conversation))[-1] == f"without {name}"
            await visitor.page.close()

    removals = rounds(REPLACED)
    results = await asyncio.gather(
        *(without(name, script) for name, script in removals.items()), return_exceptions=True
    )
    failures = {name: str(result) for name, result in zip(removals, results, strict=True) if result is not None}
    assert not failures


async def test_a_browser_that_is_too_old_sees_what_it_lacks(visit: Visit) -> None:
    """No white page: which feature is missing, and which browsers have it."""

    async def without(name: str, script: str) -> None:
        visitor = await visit()
        await visitor.context.add_init_script(script)
        await visitor.page.goto("/")
        await expect(visitor.page.get_by_text(f"This browser lacks {name}. {NOT_STARTED}")).to_be_visible()
        await expect(visitor.page.get_by_text("Chrome or Edge 111, Firefox 128, Safari 16.4")).to_be_visible()

    await asyncio.gather(*(without(name, script) for name, script in REQUIRED.items()))


async def test_without_javascript_the_page_says_that_it_needs_it(visit: Visit) -> None:
    """At once, on every page, and not that something failed."""
    guest = await visit(java_script_enabled=False)
    for path in ("/", "/messages"):
        await guest.page.goto(path)
        note = guest.page.locator("noscript p")  # found by no text: Playwright leaves out what stands in <noscript>
        await expect(note).to_be_visible()
        assert "MyBazaar needs JavaScript" in await note.inner_text()
        await expect(guest.page.get_by_text(NOT_STARTED)).to_be_hidden()


async def test_a_script_that_does_not_come_leaves_a_text_and_no_white_page(visit: Visit) -> None:
    """Blocked: the page says so. Merely slow: nothing flashes up before that, and the page starts when it comes."""
    blocked, slow = await visit(), await visit()
    blocked.tolerate(NETWORK_FAILS)
    await blocked.page.route(SCRIPTS, lambda route: route.abort())
    come = asyncio.Event()

    async def hold(route: Route, _: Request) -> None:
        await come.wait()
        await route.continue_()

    await slow.page.route(SCRIPTS, hold)
    await blocked.page.goto("/messages")
    await expect(blocked.page.get_by_text(NOT_STARTED)).to_be_visible()
    await slow.page.goto("/", wait_until="commit")
    note = slow.page.get_by_text(NOT_STARTED)
    await expect(note).to_be_attached()
    await expect(note).to_be_hidden()
    await expect(note).to_be_visible()
    come.set()
    await expect(slow.page.get_by_role("heading", name="Fresh finds near you")).to_be_visible()
    await expect(note).not_to_be_attached()


async def test_a_server_that_offers_no_demo_log_in_here_says_so(visit: Visit) -> None:
    """Under a name that nobody allowed, the log-in page does not claim that the server is away."""
    guest = await visit(address="http://elsewhere.test")
    guest.tolerate(re.compile("status of 403"))
    guest.tolerate(NOT_FOUND)
    await guest.page.goto("/login")
    await expect(guest.page.get_by_text("no demo log-in under this address")).to_be_visible()
