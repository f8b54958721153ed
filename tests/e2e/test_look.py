"""Details that a reader's eye needs: which day it is, who is near whom, and what an item's state means."""

import re

from playwright.async_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace

MOST_APART_PX = 850  # from the left edge of one person's bubbles to the right edge of the other's
NEAR_PX = 30  # from the last bubble to the field below it


async def test_a_conversation_on_a_wide_screen(visit: Visit, marketplace: Marketplace) -> None:
    """Both sides stay together, a long day shows its date, and the last message stands right above the field."""
    ada, ben, conversation = await marketplace.talk()
    await marketplace.fill(conversation, 40)
    await marketplace.say(ben, conversation, "theirs")
    await marketplace.say(ada, conversation, "🎉")
    buyer = await visit(ada, path=f"/messages/{conversation}", viewport={"width": 1440, "height": 900})
    await expect(buyer.bubble("🎉")).to_be_in_viewport()
    theirs = await buyer.bubble("theirs").locator("[data-bubble]").bounding_box()
    mine = await buyer.bubble("🎉").locator("[data-bubble]").bounding_box()
    form = await buyer.chat.locator("form").bounding_box()
    time = await buyer.bubble("🎉").get_by_role("time").bounding_box()
    assert theirs is not None and mine is not None and form is not None and time is not None
    assert mine["x"] + mine["width"] - theirs["x"] <= MOST_APART_PX
    assert form["y"] - (mine["y"] + mine["height"]) <= NEAR_PX
    assert time["y"] + time["height"] <= mine["y"] + mine["height"] + 1 and time["x"] >= mine["x"] - 1
    await buyer.come_to_rest()
    await buyer.log.hover()
    await buyer.page.mouse.wheel(0, -300)
    floating = buyer.chat.locator("[aria-hidden] time")
    await expect(floating).to_be_in_viewport()
    await expect(floating).to_have_text(re.compile("Today|Yesterday"))
    await expect(floating).to_be_hidden()


async def test_an_item_says_what_its_state_means(visit: Visit, marketplace: Marketplace) -> None:
    """Sold: one may ask, but is not urged to. Without a price: it is on request, in the list of items too."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben")
    sold = await marketplace.item(ben, "Sold lamp", status="sold")
    free = await marketplace.item(ben, "Priceless lamp", price=None)
    buyer = await visit(ada, path=f"/items/{free.id}")
    page, contact = buyer.page, buyer.page.get_by_role("button", name="Contact seller")
    await expect(page.get_by_text("Price on request")).to_be_visible()
    full = await contact.evaluate("button => getComputedStyle(button).backgroundColor")
    await page.goto(f"/items/{sold.id}")
    await expect(page.get_by_text("This item is sold.")).to_be_visible()
    assert await contact.evaluate("button => getComputedStyle(button).backgroundColor") != full
    await page.goto("/")
    await expect(page.get_by_role("link", name=free.title)).to_contain_text("Price on request")
    await buyer.contact_seller(free)
    await expect(buyer.chat.get_by_role("link", name=free.title)).to_contain_text("Price on request")
    await expect(buyer.log.get_by_text("pay only once you have seen the item")).to_be_visible()
