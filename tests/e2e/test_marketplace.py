"""The marketplace around the messages: items, logging in on the way, and one's own things."""

from playwright.async_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace


async def test_items_are_browsed_down_to_one(visit: Visit, marketplace: Marketplace) -> None:
    """From the grid to the page of an item, without logging in."""
    guitar = await marketplace.item(await marketplace.person("Ben"), "Guitar")
    guest = await visit()
    await guest.page.goto("/")
    await guest.page.get_by_role("link", name=guitar.title).click()
    await expect(guest.page.get_by_role("heading", name=guitar.title)).to_be_visible()
    await expect(guest.page.get_by_text(guitar.seller.name)).to_be_visible()
    await expect(guest.page.get_by_role("img", name=guitar.title)).to_be_visible()


async def test_logging_in_from_an_item_returns_to_it(visit: Visit, marketplace: Marketplace) -> None:
    """The way to the seller leads over the log-in, back to the same item, and into the conversation."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben")
    lamp = await marketplace.item(ben)
    guest = await visit()
    await guest.page.goto(f"/items/{lamp.id}")
    await guest.page.get_by_role("link", name="Contact seller").click()
    await guest.page.get_by_role("button", name=ada.name).click()
    await expect(guest.page.get_by_role("heading", name=lamp.title)).to_be_visible()
    await guest.page.get_by_role("button", name="Contact seller").click()
    await expect(guest.chat.get_by_role("heading", name=ben.name)).to_be_visible()


async def test_messages_require_a_log_in(visit: Visit, marketplace: Marketplace) -> None:
    """An address of a conversation asks who one is, then shows it."""
    ada, _, conversation = await marketplace.talk("for Ada only")
    guest = await visit()
    await guest.page.goto(f"/messages/{conversation}")
    await guest.page.get_by_role("button", name=ada.name).click()
    await expect(guest.bubble("for Ada only")).to_be_visible()


async def test_nobody_contacts_themselves(visit: Visit, marketplace: Marketplace) -> None:
    """One's own item says so and has no button."""
    ben = await marketplace.person("Ben")
    lamp = await marketplace.item(ben)
    seller = await visit(ben, path=f"/items/{lamp.id}")
    await expect(seller.page.get_by_text("This is your own item")).to_be_visible()
    await expect(seller.page.get_by_role("button", name="Contact seller")).to_have_count(0)


async def test_changes_of_an_item_show_in_its_conversations(visit: Visit, marketplace: Marketplace) -> None:
    """The marketplace sells it: the open conversation says so by itself."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben")
    lamp = await marketplace.item(ben)
    buyer = await visit(ada, path="/")
    await buyer.contact_seller(lamp)
    await buyer.expect_connected()
    await marketplace.put_item(lamp, status="sold")
    await expect(buyer.chat.get_by_text("Sold", exact=True)).to_be_visible()


async def test_the_second_contact_leads_to_the_same_conversation(visit: Visit, marketplace: Marketplace) -> None:
    """What was said before is there."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben")
    lamp = await marketplace.item(ben)
    buyer = await visit(ada, path="/")
    await buyer.contact_seller(lamp)
    await buyer.write("Still there?")
    await buyer.expect_status("Still there?", "sent")
    await buyer.contact_seller(lamp)
    await expect(buyer.bubble("Still there?")).to_have_count(1)
