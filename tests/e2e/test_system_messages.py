"""System messages arrive as cards in each reader's language; what becomes of the item is said at once."""

import re

from playwright.async_api import expect

from tests.e2e.accessibility import expect_accessible
from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
PAID = "The order has been paid: 18.50 EUR."
BEZAHLT = "Die Bestellung wurde bezahlt: 18,50 EUR."


async def test_a_card_reaches_both_people_live_in_their_languages(visit: Visit, marketplace: Marketplace) -> None:
    """It is unread, names where its link leads, and can be copied, not edited."""
    ada, ben, conversation = await marketplace.talk("Is Friday fine?")
    path = f"/messages/{conversation}"
    buyer, seller = await visit(ada, path=path), await visit(ben, path="/messages", locale="de-DE")
    await buyer.write("Friday is fine")
    await buyer.expect_connected()
    await expect(seller.row(ada)).to_contain_text("Friday is fine")
    price = {"amount": "18.50", "currency": "EUR"}
    await marketplace.post(conversation, "order.paid", params={"price": price}, link="https://shop.example/orders/1")
    card = buyer.bubble(PAID)
    await expect(card).to_contain_text("Paid")
    await expect(card.get_by_role("link", name="Details on shop.example")).to_have_attribute(
        "href", "https://shop.example/orders/1"
    )
    await expect(seller.row(ada)).to_contain_text(BEZAHLT)
    await expect(seller.row(ada).get_by_text("2 unread")).to_be_attached()
    await seller.select(ada)
    await expect(seller.bubble(BEZAHLT).get_by_text(BEZAHLT)).to_have_attribute("lang", "de")
    await card.hover()
    await card.get_by_role("button", name="Message actions").click()
    await expect(buyer.page.get_by_role("menuitem", name="Copy text")).to_be_visible()
    await expect(buyer.page.get_by_role("menuitem", name="Edit")).to_be_hidden()
    await buyer.page.keyboard.press("Escape")
    await expect_accessible(buyer.page)


async def test_the_item_is_said_to_be_reserved_repriced_and_sold_at_once(
    visit: Visit, marketplace: Marketplace
) -> None:
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben")
    item = await marketplace.item(ben)
    conversation = await marketplace.contact_seller(ada, item)
    await marketplace.say(ben, conversation, "Hello!")
    buyer = await visit(ada, path=f"/messages/{conversation}", **PHONE)
    await expect(buyer.bubble("Hello!")).to_be_visible()
    await buyer.expect_connected()
    banner = buyer.chat.get_by_role("status")
    await marketplace.put_item(item, status="reserved", price={"amount": "15.00", "currency": "EUR"})
    await expect(banner).to_have_text(re.compile(r"This item is reserved\.The price is now €15\. It was €18\.50\."))
    await expect_accessible(buyer.page)
    await marketplace.put_item(item, status="sold")
    await expect(banner).to_have_text("This item is sold.")
    await expect_accessible(buyer.page)
