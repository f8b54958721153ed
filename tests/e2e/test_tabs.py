"""All tabs of a person share one socket, one outbox and one session."""

import asyncio
import time

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Measure, Visit
from tests.e2e.marketplace import Marketplace, Person
from tests.e2e.visitor import NOT_FOUND, Tab

CLOSING_SECONDS = 60.0  # a busy machine may stand still meanwhile


@pytest.fixture(autouse=True)
async def nobody_is_connected(marketplace: Marketplace) -> None:
    """The server has noticed that the browsers of earlier tests are closed."""
    await _until_sockets(marketplace, 0)


async def test_three_tabs_have_one_socket(visit: Visit, marketplace: Marketplace) -> None:
    """And a message reaches all of them."""
    ada, ben, conversation = await marketplace.talk("first")
    buyer = await visit(ada)
    tabs: list[Tab] = [buyer, *[await buyer.new_tab(f"/messages/{conversation}") for _ in range(2)]]
    await buyer.open(conversation)
    for tab in tabs:
        await tab.expect_connected()
    await marketplace.say(ben, conversation, "to all")
    for tab in tabs:
        await expect(tab.bubble("to all")).to_be_visible()
    await tabs[2].write("from the third")
    for tab in tabs:
        await tab.expect_texts("first", "to all", "from the third")
    await _until_sockets(marketplace, 1)


async def test_when_the_leading_tab_closes_another_takes_over_and_nothing_is_lost(
    visit: Visit, marketplace: Marketplace, measure: Measure
) -> None:
    """There is a socket again; what was said and written in between is there, once, in order."""
    ada, ben, conversation = await marketplace.talk("first")
    buyer = await visit(ada, path=f"/messages/{conversation}")
    await buyer.expect_connected()  # the first tab owns the socket
    second = await buyer.new_tab(f"/messages/{conversation}")
    third = await buyer.new_tab(f"/messages/{conversation}")
    for tab in (second, third):
        await tab.expect_connected()
        await expect(tab.bubble("first")).to_be_visible()

    texts = [f"said {number}" for number in range(10)]
    talking = asyncio.create_task(_say_all(marketplace, ben, conversation, texts))
    await expect(second.bubble(texts[1])).to_be_visible()
    closed = time.monotonic()
    await buyer.page.close()
    await third.write("written in between")
    await third.expect_status("written in between", "sent")
    measure(f"a message through the new owner after the old tab closed: {1000 * (time.monotonic() - closed):.0f} ms")
    await _until_sockets(marketplace, 1)
    await talking

    stored = await marketplace.messages(ben, conversation)
    assert sorted(stored) == sorted(["first", *texts, "written in between"])
    for tab in (second, third):
        await tab.expect_texts(*stored)


async def test_a_log_out_closes_the_socket_and_clears_what_was_stored(visit: Visit, marketplace: Marketplace) -> None:
    """In all tabs; and who logs in next on the same browser sees nothing of it."""
    ada, ben, eve = [await marketplace.person(name) for name in ("Ada", "Ben", "Eve")]
    conversation = await marketplace.conversation(ada, ben, "secret")
    buyer = await visit(ada, path=f"/messages/{conversation}")
    other_tab = await buyer.new_tab("/messages")
    await other_tab.expect_connected()
    await buyer.write("kept secret too")
    await buyer.expect_status("kept secret too", "sent")
    await buyer.composer.fill("a secret draft")
    assert ada.id in await _stored(buyer)

    await buyer.log_out()
    await expect(buyer.page.get_by_text("One draft is not sent yet. Logging out deletes it")).to_be_visible()
    await buyer.page.get_by_role("button", name="Delete and log out").click()
    await _until_sockets(marketplace, 0)
    await expect(buyer.page.get_by_role("link", name="Log in", exact=True)).to_be_visible()
    await expect(other_tab.page.get_by_role("heading", name="Who would you like to be?")).to_be_visible()
    await buyer.page.wait_for_function("async () => (await indexedDB.databases()).length === 0")
    assert await _stored(buyer) == "{}"

    await buyer.log_in(eve)
    await expect(buyer.page.get_by_text("No conversations yet")).to_be_visible()
    await buyer.page.goto(f"/messages/{conversation}")
    await expect(buyer.page.get_by_text("There is no such conversation")).to_be_visible()
    assert "secret" not in await buyer.page.content()
    buyer.tolerate(NOT_FOUND)


async def _stored(tab: Tab) -> str:
    """Everything the browser keeps for this site, apart from databases, as text."""
    shown: str = await tab.page.evaluate("() => JSON.stringify({...localStorage, ...sessionStorage})")
    return shown


async def _say_all(marketplace: Marketplace, person: Person, conversation: str, texts: list[str]) -> None:
    for text in texts:
        await marketplace.say(person, conversation, text)


async def _until_sockets(marketplace: Marketplace, count: int) -> None:
    async with asyncio.timeout(CLOSING_SECONDS):
        while await marketplace.open_sockets() != count:  # noqa: ASYNC110 - another process knows
            await asyncio.sleep(0.02)
