"""Networks go, servers restart, sockets are blocked: the client says so, and loses nothing."""

import asyncio
import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Error, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace
from tests.e2e.visitor import NETWORK_FAILS, Visitor
from tests.kit.running.system import Service, System

COUNTDOWN = re.compile(r"Reconnecting in (\d+) s")
FALLBACK_MS = 120_000  # some refused attempts with their backoff, then a poll, and patience with the machine


@pytest.fixture
def entrance(system: System) -> Iterator[list[Service]]:
    """What a browser is connected to; runs again when the test ends."""
    services = [system.delivery[0], system.gateway]
    yield services
    for service in services:
        if not service.is_running():
            service.start()


async def test_messages_written_offline_survive_a_reload_and_arrive_once_and_in_order(
    visit: Visit, marketplace: Marketplace
) -> None:
    """Three messages in two conversations, no network, a reload: they wait as queued, then all are sent."""
    ada, ben, cem = [await marketplace.person(name) for name in ("Ada", "Ben", "Cem")]
    with_ben = await marketplace.conversation(ada, ben, "from Ben")
    with_cem = await marketplace.conversation(ada, cem, "from Cem")
    buyer, seller = await visit(ada, own_network=True), await visit(ben)
    await seller.open(with_ben)
    for counterpart in (cem, ben):  # what was looked at before is there offline too
        await buyer.select(counterpart)
        await expect(buyer.bubble(f"from {counterpart.name.split()[0]}")).to_be_visible()
    await buyer.expect_connected()

    await buyer.lose_network()
    await expect(buyer.page.get_by_text("You are offline. What you write")).to_be_visible()
    await buyer.write("one", "two")
    await buyer.select(cem)
    await buyer.write("three")
    await buyer.expect_status("three", "queued")
    await buyer.expect_stored("one", "two", "three")
    await _reload_in_vain(buyer.page)
    await buyer.regain_network()
    await buyer.open(with_cem)

    await buyer.expect_status("three", re.compile("sent|read"))
    await buyer.select(ben)
    await buyer.expect_texts("from Ben", "one", "two")
    await buyer.expect_status("one", re.compile("sent|read"))
    await buyer.expect_status("two", re.compile("sent|read"))
    await seller.expect_texts("from Ben", "one", "two")
    assert await marketplace.messages(ben, with_ben) == ["from Ben", "one", "two"]
    assert await marketplace.messages(cem, with_cem) == ["from Cem", "three"]


async def test_queued_messages_are_sent_without_anybody_touching_anything(
    visit: Visit, marketplace: Marketplace
) -> None:
    """The network goes and comes back under an open page: queued becomes sent, and what was missed is there."""
    ada, ben, conversation = await marketplace.talk("first")
    buyer = await visit(ada, own_network=True)
    await buyer.open(conversation)
    await buyer.expect_connected()
    await buyer.expect_texts("first")
    await buyer.lose_network()
    await buyer.write("one", "two", "three")
    for text in ("one", "two", "three"):
        await buyer.expect_status(text, "queued")
    await marketplace.say(ben, conversation, "meanwhile")
    await buyer.regain_network()
    await buyer.expect_texts("first", "meanwhile", "one", "two", "three")
    for text in ("one", "two", "three"):
        await buyer.expect_status(text, re.compile("sent|read"))
    assert await marketplace.messages(ben, conversation) == ["first", "meanwhile", "one", "two", "three"]


async def test_after_a_reload_without_services_everything_comes_back_by_itself(
    visit: Visit, marketplace: Marketplace, entrance: list[Service], system: System
) -> None:
    """The page is loaded while no service answers: as soon as one does, the list, the messages and the outbox do."""
    ada, ben, conversation = await marketplace.talk("first")
    buyer = await visit(ada)
    await buyer.open(conversation)
    await buyer.expect_connected()
    buyer.tolerate(NETWORK_FAILS)
    delivery, _ = entrance
    for service in (delivery, system.conversations):
        await asyncio.to_thread(service.kill)
    try:
        await buyer.write("written meanwhile")
        await buyer.expect_stored("written meanwhile")
        await buyer.page.reload()
    finally:
        await asyncio.to_thread(system.conversations.start)
        await asyncio.to_thread(delivery.start)
    await expect(buyer.bubble("written meanwhile")).to_be_visible(timeout=FALLBACK_MS)
    await buyer.expect_status("written meanwhile", re.compile("sent|read"))
    await buyer.expect_texts("first", "written meanwhile")
    assert await marketplace.messages(ben, conversation) == ["first", "written meanwhile"]


async def test_after_a_restart_of_the_server_the_client_is_back_with_everything(
    visit: Visit, marketplace: Marketplace, entrance: list[Service]
) -> None:
    """The banner counts the seconds down; then the connection is there, and so is what was said meanwhile."""
    ada, ben, conversation = await marketplace.talk("before")
    buyer = await visit(ada)
    await buyer.open(conversation)
    await buyer.expect_connected()
    buyer.tolerate(NETWORK_FAILS)
    delivery, gateway = entrance
    for service in (gateway, delivery):
        await asyncio.to_thread(service.kill)
    await _expect_countdown(buyer)
    await buyer.write("mine")
    await marketplace.say(ben, conversation, "theirs")
    for service in (delivery, gateway):
        await asyncio.to_thread(service.start)
    await expect(buyer.bubble("mine")).to_be_visible()
    await buyer.expect_connected()
    await buyer.expect_texts("before", "theirs", "mine")
    await buyer.expect_status("mine", re.compile("sent|read"))
    await expect(buyer.page.get_by_text("Connection lost")).to_be_hidden()


async def test_a_connection_that_died_silently_is_noticed_and_replaced(visit: Visit, marketplace: Marketplace) -> None:
    """No close, no error, no bytes: what is written goes out on a new connection, once; what was missed comes."""
    ada, ben, conversation = await marketplace.talk("before")
    buyer = await visit(ada, path=f"/messages/{conversation}", own_network=True)
    await buyer.expect_connected()
    await buyer.expect_texts("before")
    assert buyer.network is not None
    buyer.network.silence_sockets()
    await marketplace.say(ben, conversation, "unheard")
    await buyer.write("into the void")
    await expect(buyer.bubble("unheard")).to_be_visible(timeout=FALLBACK_MS)
    await buyer.expect_status("into the void", re.compile("sent|read"))
    await buyer.expect_texts("before", "unheard", "into the void")
    assert buyer.network.swallowed, "the connection was not silent"
    assert await marketplace.messages(ben, conversation) == ["before", "unheard", "into the void"]


async def test_where_sockets_are_blocked_messages_go_and_come_by_rest(visit: Visit, marketplace: Marketplace) -> None:
    """The upgrade is refused: the page says so, sending works, and messages of the other person come."""
    ada, ben, conversation = await marketplace.talk("before")
    buyer = await visit(own_network=True)
    assert buyer.network is not None
    buyer.network.block_sockets()
    buyer.tolerate(NETWORK_FAILS)
    await buyer.log_in(ada, then=f"/messages/{conversation}")
    await buyer.write("through the wall")
    await buyer.expect_status("through the wall", re.compile("sent|read"))
    await expect(buyer.page.get_by_text("Live updates are blocked here")).to_be_visible(timeout=FALLBACK_MS)
    await marketplace.say(ben, conversation, "and back")
    await expect(buyer.bubble("and back")).to_be_visible(timeout=FALLBACK_MS)
    await buyer.write("again")
    await buyer.expect_status("again", re.compile("sent|read"))

    await expect(buyer.page.get_by_role("button", name="Retry now")).to_be_visible()

    buyer.network.restore()
    await buyer.expect_connected()
    assert await marketplace.messages(ben, conversation) == ["before", "through the wall", "and back", "again"]


async def _reload_in_vain(page: Page) -> None:
    """What people do when nothing works: the browser's own error page."""
    with pytest.raises(Error, match=r"ERR_INTERNET_DISCONNECTED|ERR_PROXY"):
        await page.reload()


async def _expect_countdown(visitor: Visitor) -> None:
    """The banner names a number of seconds, and then a smaller one."""
    handle = await visitor.page.wait_for_function(
        """() => {
            const [, shown] = document.body.innerText.match(/Reconnecting in (\\d+) s/) ?? [];
            window.counted ??= [];
            if (shown !== undefined && window.counted.at(-1) !== Number(shown)) window.counted.push(Number(shown));
            const fell = window.counted.findIndex((count, index) => window.counted[index - 1] === count + 1);
            return fell > 0 && window.counted.slice(fell - 1, fell + 1);
        }""",
        timeout=FALLBACK_MS,
    )
    earlier, later = await handle.json_value()
    assert earlier == later + 1
