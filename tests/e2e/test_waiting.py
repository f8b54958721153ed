"""Everything that needs the server says how it goes: offline, slow, failed, and again by itself."""

import re
import signal

from playwright.async_api import Route, expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace
from tests.e2e.visitor import NETWORK_FAILS
from tests.kit.running.system import System

SLOW = "This is taking longer than usual"


async def test_contacting_a_seller_offline_says_so_and_happens_once_back_online(
    visit: Visit, marketplace: Marketplace
) -> None:
    """Told at once; opened by itself as soon as there is a network; one conversation, one step of history."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben")
    lamp = await marketplace.item(ben)
    buyer = await visit(ada, path=f"/items/{lamp.id}", own_network=True)
    contact = buyer.page.get_by_role("button", name="Contact seller")
    await expect(contact).to_be_visible()

    await buyer.lose_network()
    await contact.dblclick()
    await expect(buyer.page.get_by_role("main").get_by_text("You are offline. The conversation will")).to_be_visible()
    await expect(contact).to_be_enabled()
    await buyer.regain_network()

    await expect(buyer.chat.get_by_role("heading", name=ben.name)).to_be_visible()
    await buyer.page.go_back()
    await expect(buyer.page.get_by_role("heading", name=lamp.title)).to_be_visible()


async def test_a_request_that_hangs_gets_a_word_and_can_be_cancelled(visit: Visit, marketplace: Marketplace) -> None:
    """After a few seconds; an answer that comes after Cancel leads nowhere."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben")
    lamp = await marketplace.item(ben)
    buyer = await visit(ada, path=f"/items/{lamp.id}")
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    await buyer.page.route(re.compile("/api/conversations$"), hold)
    main = buyer.page.get_by_role("main")
    await main.get_by_role("button", name="Contact seller").click()
    await expect(main.get_by_text(SLOW)).to_be_visible()
    await main.get_by_role("button", name="Cancel").click()
    await expect(main.get_by_text(SLOW)).to_be_hidden()
    async with buyer.page.expect_response(re.compile("/api/conversations$")):
        for route in held:
            await route.continue_()
    await expect(main.get_by_role("button", name="Contact seller")).to_be_enabled()
    await expect(buyer.page).to_have_url(re.compile("/items/"))


async def test_while_the_server_does_not_answer_every_page_says_so_and_goes_on_by_itself(
    visit: Visit, marketplace: Marketplace, system: System
) -> None:
    """A service that stands still at page load: a word and Retry; what is stored shows; then everything."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben")
    lamp = await marketplace.item(ben)
    conversation = await marketplace.contact_seller(ada, lamp)
    await marketplace.say(ben, conversation, "from Ben")
    buyer, guest = await visit(ada), await visit()
    for visitor in (buyer, guest):
        visitor.tolerate(NETWORK_FAILS)
    await buyer.open(conversation)
    await buyer.expect_connected()
    await buyer.composer.fill("half a thought")
    pages = {"/": lamp.title, f"/items/{lamp.id}": lamp.title, "/login": ada.name}

    system.conversations.signal(signal.SIGSTOP)
    try:
        await buyer.page.reload()
        tabs = [(await guest.new_tab(path), landmark) for path, landmark in pages.items()]
        for part in (buyer.list, buyer.chat, *(tab.page.get_by_role("main") for tab, _ in tabs)):
            await expect(part.get_by_text(SLOW)).to_be_visible()
            await expect(part.get_by_role("button", name="Retry")).to_be_visible()
        await expect(buyer.row(ben)).to_contain_text("Draft: half a thought")
        await expect(buyer.composer).to_have_value("half a thought")
        await buyer.write("written meanwhile")
        await expect(buyer.chat.get_by_role("article")).to_have_text(re.compile("written meanwhile"))
        await expect(buyer.row(ben)).to_contain_text("Sending: written meanwhile")
        await buyer.list.get_by_role("button", name="Retry").click()
    finally:
        system.conversations.signal(signal.SIGCONT)

    await buyer.expect_texts("from Ben", "written meanwhile")
    await buyer.expect_status("written meanwhile", re.compile("sent|read"))
    await expect(buyer.row(ben)).to_contain_text("You: written meanwhile")
    for tab, landmark in tabs:
        await expect(tab.page.get_by_text(landmark).first).to_be_visible()


async def test_a_failed_page_of_older_messages_is_tried_again_when_asked(
    visit: Visit, marketplace: Marketplace
) -> None:
    """It is not asked for without end: it says that it failed, and a button asks once more."""
    ada, _, conversation = await marketplace.talk()
    await marketplace.fill(conversation, 200)
    buyer = await visit(ada)
    buyer.tolerate(NETWORK_FAILS)
    attempts: list[Route] = []

    async def fail(route: Route) -> None:
        attempts.append(route)
        await route.abort()

    await buyer.page.route(re.compile("before="), fail)
    await buyer.open(conversation)
    await expect(buyer.bubble("Message number 200")).to_be_visible()
    await buyer.come_to_rest()
    await buyer.log.evaluate("log => { log.scrollTop = 0 }")
    await expect(buyer.chat.get_by_text("Could not load older messages")).to_be_visible()
    assert len(attempts) == 1
    await buyer.page.unroute_all()
    await buyer.chat.get_by_role("button", name="Try again").click()
    await expect(buyer.chat.get_by_text("Could not load older messages")).to_be_hidden()
    await expect(buyer.log.locator("[data-seq='150']")).to_be_attached()
