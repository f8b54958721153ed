"""Messages are edited in two browsers: live, offline, by keyboard, by touch; earlier versions stay readable."""

import re

from playwright.async_api import Locator, expect

from tests.e2e.accessibility import expect_accessible
from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace
from tests.e2e.visitor import Visitor

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
MARK = "edited, show earlier versions"
LONGER_AGO = "UPDATE messages SET created_at = created_at - interval '1 hour' WHERE conversation_id = $1"


def _field(visitor: Visitor) -> Locator:
    return visitor.chat.get_by_role("textbox", name="Edit message")


async def _edit(visitor: Visitor, text: str, new_text: str) -> None:
    """By the menu beside the bubble."""
    await visitor.bubble(text).hover()
    await visitor.bubble(text).get_by_role("button", name="Message actions").click()
    await visitor.page.get_by_role("menuitem", name="Edit").click()
    await expect(_field(visitor)).to_have_value(text)
    await _field(visitor).fill(new_text)
    await _field(visitor).press("Enter")


async def test_the_other_person_sees_an_edit_at_once_and_the_earlier_versions(
    visit: Visit, marketplace: Marketplace
) -> None:
    """In the conversation and in the list, whose order and unread count stay."""
    ada, ben, conversation = await marketplace.talk("Is Friday fine?")
    path = f"/messages/{conversation}"
    buyer, seller = await visit(ada, path=path), await visit(ben, path=path)
    await buyer.write("Fryday is fine")
    await expect(seller.bubble("Fryday is fine")).to_be_visible()
    await buyer.composer.fill("half a thought")
    await _edit(buyer, "Fryday is fine", "Friday is fine")
    await expect(buyer.composer).to_have_value("half a thought")
    for visitor in (buyer, seller):
        await expect(visitor.bubble("Friday is fine").get_by_role("button", name=MARK)).to_be_visible()
    await expect(seller.row(ada)).to_contain_text("Friday is fine")
    await expect_accessible(seller.page)
    await seller.bubble("Friday is fine").get_by_role("button", name=MARK).click()
    dialog = seller.page.get_by_role("dialog", name="Earlier versions")
    await expect(dialog.get_by_role("listitem")).to_have_text([re.compile("Fryday is fine"), re.compile("Now.*Friday")])
    await expect_accessible(seller.page)
    await seller.page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()


async def test_an_edit_made_offline_survives_a_reload_and_is_delivered(visit: Visit, marketplace: Marketplace) -> None:
    ada, ben, conversation = await marketplace.talk("hello")
    path = f"/messages/{conversation}"
    buyer, seller = await visit(ada, path=path, own_network=True), await visit(ben, path=path)
    await buyer.write("Fryday is fine")
    await expect(seller.bubble("Fryday is fine")).to_be_visible()
    await buyer.expect_status("Fryday is fine", re.compile("sent|read"))
    await buyer.lose_network()
    await buyer.write("and Saturday")
    await _edit(buyer, "Fryday is fine", "Friday is fine")
    await buyer.expect_status("Friday is fine", "queued")
    await buyer.expect_stored("and Saturday", "Friday is fine")
    await expect(seller.bubble("Fryday is fine")).to_be_visible()
    await buyer.regain_network()
    await buyer.page.reload()
    await seller.expect_texts("hello", "Friday is fine", "and Saturday")
    await buyer.expect_status("Friday is fine", re.compile("sent|read"))


async def test_a_message_is_edited_by_keyboard_alone(visit: Visit, marketplace: Marketplace) -> None:
    """By ArrowUp in the empty field, and by the menu of a message that the arrow keys reach."""
    ada, _, conversation = await marketplace.talk("hello")
    buyer = await visit(ada, path=f"/messages/{conversation}")
    await buyer.write("Fryday", "Satturday")
    await buyer.expect_status("Satturday", re.compile("sent|read"))
    keyboard = buyer.page.keyboard
    await buyer.composer.press("ArrowUp")
    await expect(_field(buyer)).to_have_value("Satturday")
    await _field(buyer).fill("Saturday")
    await keyboard.press("Enter")
    await expect(buyer.bubble("Saturday").get_by_role("button", name=MARK)).to_be_visible()
    await buyer.log.focus()
    await keyboard.press("ArrowUp")
    await expect(buyer.bubble("Saturday")).to_be_focused()
    await keyboard.press("ArrowUp")
    await expect(buyer.bubble("Fryday")).to_be_focused()
    await keyboard.press("Enter")
    await keyboard.press("ArrowDown")
    await expect(buyer.page.get_by_role("menuitem", name="Edit")).to_be_focused()
    await expect_accessible(buyer.page)
    await keyboard.press("Enter")
    await expect(_field(buyer)).to_be_focused()
    await expect_accessible(buyer.page)
    await _field(buyer).fill("Friday")
    await keyboard.press("Enter")
    await buyer.expect_texts("hello", "Friday", "Saturday")


async def test_a_message_that_is_too_old_is_not_offered_for_editing(visit: Visit, marketplace: Marketplace) -> None:
    ada, _, conversation = await marketplace.talk("hello")
    await marketplace.say(ada, conversation, "sent an hour ago")
    await marketplace.fetch_value(LONGER_AGO, conversation)
    buyer = await visit(ada, path=f"/messages/{conversation}")
    await buyer.bubble("sent an hour ago").hover()
    await buyer.bubble("sent an hour ago").get_by_role("button", name="Message actions").click()
    await expect(buyer.page.get_by_role("menuitem", name="Copy text")).to_be_visible()
    await expect(buyer.page.get_by_role("menuitem", name="Edit")).to_have_count(0)
    await buyer.page.keyboard.press("Escape")
    await buyer.composer.press("ArrowUp")
    await expect(buyer.composer).to_be_visible()


async def test_a_finger_held_on_a_message_opens_its_menu(visit: Visit, marketplace: Marketplace) -> None:
    ada, _, conversation = await marketplace.talk("hello")
    buyer = await visit(ada, path=f"/messages/{conversation}", **PHONE)
    text = await buyer.bubble("hello").get_by_text("hello").bounding_box()
    assert text is not None
    touch = await buyer.context.new_cdp_session(buyer.page)
    points = [{"x": text["x"] + 5, "y": text["y"] + 5}]
    await touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points})
    await expect(buyer.page.get_by_role("menuitem")).to_have_text(["Reply", "Copy text", "Select text"])
    await touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await buyer.page.get_by_role("menuitem", name="Select text").tap()
    assert await buyer.page.evaluate("String(getSelection())") == "hello"
