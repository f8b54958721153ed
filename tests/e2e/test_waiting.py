"""Everything that needs the server says how it goes: offline, slow, failed, and again by itself."""

import re

from playwright.async_api import Route, expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace

SLOW = "This takes longer than usual"


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
    await expect(buyer.page.get_by_role("main").get_by_text("You are offline. The conversation opens")).to_be_visible()
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
    await buyer.page.route(re.compile("/api/conversations$"), held.append)
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
