"""A person mutes a conversation in one browser: their other browser follows, and the other person notices nothing."""

from playwright.async_api import Locator, expect

from tests.e2e.accessibility import expect_accessible
from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace
from tests.e2e.visitor import Visitor


def _mark(place: Locator) -> Locator:
    return place.get_by_role("img", name="Muted", exact=True)


async def _choose(visitor: Visitor, name: str) -> None:
    await visitor.chat.get_by_role("button", name="Conversation actions").click()
    await visitor.page.get_by_role("menuitem", name=name).click()


async def test_a_muted_conversation_shows_so_on_every_device_of_the_person_and_nowhere_else(
    visit: Visit, marketplace: Marketplace
) -> None:
    """It still counts what is unread, and stays muted after a reload; a device that was offline makes up for it."""
    ada, ben, conversation = await marketplace.talk("Is Friday fine?")
    path = f"/messages/{conversation}"
    laptop, other = await visit(ada, path=path), await visit(ben, path=path)
    phone = await visit(ada, path="/messages", own_network=True)
    await expect(phone.row(ben)).to_be_visible()
    await phone.lose_network()
    await laptop.chat.get_by_role("button", name="Conversation actions").click()
    await expect_accessible(laptop.page)
    await laptop.page.get_by_role("menuitem", name="Mute notifications").click()
    await expect(_mark(laptop.chat)).to_be_visible()
    await expect(_mark(laptop.row(ben))).to_be_visible()
    await expect_accessible(laptop.page)
    await expect(_mark(phone.row(ben))).to_have_count(0)
    await phone.regain_network()
    await expect(_mark(phone.row(ben))).to_be_visible()
    await laptop.page.goto("/messages")
    await expect(_mark(laptop.row(ben))).to_be_visible()
    await marketplace.say(ben, conversation, "Or Saturday?")
    await expect(laptop.row(ben)).to_contain_text("1 unread")
    await expect_accessible(laptop.page)
    await expect(other.row(ada)).to_contain_text("Or Saturday?")
    await marketplace.mute(ada, conversation, muted=False)
    for device in (laptop, phone):
        await expect(_mark(device.row(ben))).to_have_count(0)
    assert await _mark(other.page.locator("body")).count() == 0


async def test_one_mutes_by_keyboard_alone(visit: Visit, marketplace: Marketplace) -> None:
    ada, ben, conversation = await marketplace.talk("hello")
    buyer = await visit(ada, path=f"/messages/{conversation}")
    button = buyer.chat.get_by_role("button", name="Conversation actions")
    await button.focus()
    for key in ("Enter", "Enter"):
        await buyer.page.keyboard.press(key)
    await expect(_mark(buyer.chat)).to_be_visible()
    await expect(button).to_be_focused()
    for key in ("Enter", "Enter"):
        await buyer.page.keyboard.press(key)
    await expect(_mark(buyer.row(ben))).to_have_count(0)


async def test_offline_one_is_told_that_it_waits_for_the_network(visit: Visit, marketplace: Marketplace) -> None:
    ada, _, conversation = await marketplace.talk("hello")
    buyer = await visit(ada, path=f"/messages/{conversation}", own_network=True)
    await buyer.expect_connected()
    await buyer.lose_network()
    await _choose(buyer, "Mute notifications")
    notice = buyer.page.get_by_role("region", name="Notices").get_by_text("You are offline. Mute the conversation")
    await expect(notice).to_be_visible()
    await buyer.regain_network()
    await _choose(buyer, "Mute notifications")
    await expect(_mark(buyer.chat)).to_be_visible()
