"""Messages are answered in two browsers, by mouse and keyboard; a quote leads to its message, however old, and back."""

import re

from playwright.async_api import Locator, expect

from tests.e2e.accessibility import expect_accessible
from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace
from tests.e2e.visitor import Tab, Visitor

OLD = 340
HISTORY = 5_340
NEARLY_THE_SAME_PX = 3  # hairlines and rounding

_IS_IN_THE_MIDDLE = """seq => {
    const middle = element => {
        const {top, bottom} = element.getBoundingClientRect();
        return (top + bottom) / 2;
    };
    const message = document.querySelector(`article[data-seq="${seq}"]`);
    return message !== null && Math.abs(middle(message) - middle(document.querySelector('[role=log]'))) < 20;
}"""


def _bar(tab: Tab) -> Locator:
    return tab.page.get_by_text(re.compile("^Replying to"))


def _quote(tab: Tab, text: str) -> Locator:
    return tab.bubble(text).get_by_role("button", name=re.compile("^In reply to"))


def _message(tab: Tab, seq: int) -> Locator:
    return tab.log.locator(f"article[data-seq='{seq}']")


async def _top(message: Locator) -> float:
    box = await message.bounding_box()
    assert box is not None
    return box["y"]


async def test_a_reply_shows_what_it_answers_to_both_and_follows_its_edits(
    visit: Visit, marketplace: Marketplace
) -> None:
    """What one answers is kept with the draft over a reload."""
    ada, ben, conversation = await marketplace.talk("Is Fryday fine?")
    path = f"/messages/{conversation}"
    buyer, seller = await visit(ada, path=path), await visit(ben, path=path)
    question = buyer.bubble("Is Fryday fine?")
    await question.hover()
    await question.get_by_role("button", name="Message actions").click()
    await buyer.page.get_by_role("menuitem", name="Reply").click()
    await expect(buyer.composer).to_be_focused()
    await buyer.composer.fill("Yes, at ten")
    await expect_accessible(buyer.page)
    await buyer.page.reload()
    await expect(_bar(buyer)).to_have_text(f"Replying to {ben.name}")
    await buyer.composer.press("Enter")
    await expect(_bar(buyer)).to_be_hidden()
    await expect(_quote(seller, "Yes, at ten")).to_contain_text("Is Fryday fine?")
    await expect_accessible(seller.page)
    await seller.composer.press("ArrowUp")
    field = seller.chat.get_by_role("textbox", name="Edit message")
    await field.fill("Is Friday fine?")
    await field.press("Enter")
    for visitor in (buyer, seller):
        await expect(_quote(visitor, "Yes, at ten")).to_contain_text("Is Friday fine?")


async def test_a_message_is_answered_by_keyboard_alone(visit: Visit, marketplace: Marketplace) -> None:
    """And its quote is followed by Enter. Escape cancels, and stays in the field."""
    ada, ben, conversation = await marketplace.talk("first", "second")
    buyer = await visit(ada, path=f"/messages/{conversation}")
    keyboard = buyer.page.keyboard
    for _ in range(2):
        await buyer.log.focus()
        await keyboard.press("ArrowUp")
        await keyboard.press("ArrowUp")
        await expect(buyer.bubble("first")).to_be_focused()
        await keyboard.press("Enter")
        await expect(buyer.page.get_by_role("menuitem", name="Reply")).to_be_focused()
        await keyboard.press("Enter")
        await expect(buyer.composer).to_be_focused()
        await expect(_bar(buyer)).to_be_visible()
        if await buyer.composer.input_value() == "":
            await keyboard.type("mine")
            await keyboard.press("Escape")
            await expect(_bar(buyer)).to_be_hidden()
            await expect(buyer.composer).to_be_focused()
    await keyboard.press("Enter")
    await expect(_quote(buyer, "mine")).to_contain_text(f"{ben.name} first")
    await buyer.log.focus()
    await keyboard.press("ArrowUp")
    await expect(buyer.bubble("mine")).to_be_focused()
    await keyboard.press("Tab")
    await expect(_quote(buyer, "mine")).to_be_focused()
    await keyboard.press("Enter")
    await expect(_message(buyer, 1)).to_be_focused()


async def test_a_quote_leads_5000_messages_back_and_back_again(visit: Visit, marketplace: Marketplace) -> None:
    """What arrives meanwhile waits at the end; the way back ends where it began."""
    ada, ben, conversation = await marketplace.talk()
    await marketplace.fill(conversation, HISTORY)
    await marketplace.say(ben, conversation, "As I said", replyTo=OLD)
    for number in range(1, 5):
        await marketplace.say(ben, conversation, f"long ago {number}")
    buyer = await visit(ada, path=f"/messages/{conversation}")
    await expect(_quote(buyer, "As I said")).to_contain_text(f"Message number {OLD}")
    await expect(buyer.bubble("long ago 4")).to_be_in_viewport()
    await buyer.come_to_rest()
    # Not at the end, where what arrives would move everything.
    await buyer.log.evaluate("log => { log.scrollTop -= 100 }")
    await expect(buyer.chat.get_by_role("button", name="Jump to the newest message")).to_be_visible()
    top = await _top(buyer.bubble("As I said"))
    await _quote(buyer, "As I said").dispatch_event("click")  # a click would scroll first
    await _expect_at_the_old_one(buyer)
    await marketplace.say(ben, conversation, "meanwhile")
    newest = buyer.chat.get_by_role("button", name="1 new message, jump to the newest")
    await expect(newest).to_be_visible()
    await expect(buyer.bubble("meanwhile")).to_have_count(0)
    await buyer.page.wait_for_function(_IS_IN_THE_MIDDLE, arg=OLD)
    await _read_on(buyer, to=OLD + 120)
    await buyer.page.get_by_role("button", name="Back to where you were").click()
    await expect(buyer.bubble("As I said")).to_be_focused()
    assert abs(await _top(buyer.bubble("As I said")) - top) <= NEARLY_THE_SAME_PX
    await _quote(buyer, "As I said").press("Enter")
    await _expect_at_the_old_one(buyer)
    await buyer.chat.get_by_role("button", name=re.compile("jump to the newest", re.IGNORECASE)).click()
    await expect(buyer.bubble("meanwhile")).to_be_in_viewport()


async def _expect_at_the_old_one(visitor: Visitor) -> None:
    """In the middle, with the focus, and read out."""
    await expect(_message(visitor, OLD)).to_be_focused()
    await visitor.page.wait_for_function(_IS_IN_THE_MIDDLE, arg=OLD)
    read_out = visitor.page.locator("[aria-live=polite]").filter(has_text=f"Message number {OLD}")
    await expect(read_out).to_be_attached()
    await expect(_message(visitor, OLD - 1)).to_be_attached()
    await expect(_message(visitor, OLD + 1)).to_be_attached()


async def _read_on(visitor: Visitor, *, to: int) -> None:
    """Scroll down until a message is in view that the first page around the old one did not have."""
    for _ in range(100):
        if await _message(visitor, to).count() > 0:
            break
        await visitor.log.evaluate("log => { log.scrollTop += log.clientHeight / 2 }")
        await visitor.page.wait_for_function("() => new Promise(done => requestAnimationFrame(() => done(true)))")
    await expect(_message(visitor, to)).to_be_attached()
