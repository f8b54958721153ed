"""People react in two browsers: live, offline, by keyboard and by touch, and nothing else on the page moves."""

import re

from playwright.async_api import Locator, expect

from tests.e2e.accessibility import expect_accessible
from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace
from tests.e2e.visitor import Visitor

PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}


def _chip(visitor: Visitor, text: str, name: str | re.Pattern[str]) -> Locator:
    return visitor.bubble(text).get_by_role("button", name=name)


async def _open_menu(visitor: Visitor, text: str) -> None:
    await visitor.bubble(text).hover()
    await visitor.bubble(text).get_by_role("button", name="Message actions").click()


async def test_both_people_see_reactions_at_once_and_take_them_back(visit: Visit, marketplace: Marketplace) -> None:
    """The list stays as it is. One makes the other's reaction their own, too; offline, it waits."""
    ada, ben, conversation = await marketplace.talk("Is Friday fine?")
    path = f"/messages/{conversation}"
    buyer, seller = await visit(ada, path=path, own_network=True), await visit(ben, path=path)
    await buyer.write("Saturday, then")
    await expect(seller.bubble("Saturday, then")).to_be_visible()
    await expect(seller.row(ada)).to_contain_text("Saturday, then")
    row = await seller.row(ada).inner_text()
    await _open_menu(seller, "Saturday, then")
    await expect_accessible(seller.page)
    await seller.page.get_by_role("button", name="React with ❤️").click()
    await expect(_chip(seller, "Saturday, then", "You reacted with ❤️")).to_be_visible()
    theirs = _chip(buyer, "Saturday, then", f"{ben.name} reacted with ❤️")
    await expect(theirs).to_be_in_viewport(ratio=1)
    await buyer.lose_network()
    await theirs.click()
    both = f"You and {ben.name} reacted with ❤️"
    await expect(_chip(buyer, "Saturday, then", both)).to_have_attribute("aria-pressed", "true")
    await buyer.regain_network()
    shared = _chip(seller, "Saturday, then", f"You and {ada.name} reacted with ❤️")
    await expect(shared).to_be_visible()
    await expect_accessible(seller.page)
    await shared.click()
    await expect(_chip(buyer, "Saturday, then", "You reacted with ❤️")).to_be_visible()
    assert await seller.row(ada).inner_text() == row


async def test_one_reacts_by_keyboard_alone(visit: Visit, marketplace: Marketplace) -> None:
    ada, _, conversation = await marketplace.talk("hello")
    buyer = await visit(ada, path=f"/messages/{conversation}")
    await buyer.log.focus()
    for key in ("ArrowUp", "Enter", "ArrowUp", "ArrowLeft", "Enter", "ArrowDown", "ArrowRight", "Enter"):
        await buyer.page.keyboard.press(key)
    await expect(_chip(buyer, "hello", "You reacted with 👏")).to_be_visible()
    await expect(buyer.bubble("hello")).to_be_focused()


async def test_one_reacts_by_a_finger_held_on_a_message(visit: Visit, marketplace: Marketplace) -> None:
    """Also on a narrow phone the whole row fits the screen, and every choice a finger."""
    ada, _, conversation = await marketplace.talk("hello")
    buyer = await visit(ada, path=f"/messages/{conversation}", **PHONE)
    text = await buyer.bubble("hello").get_by_text("hello").bounding_box()
    assert text is not None
    touch = await buyer.context.new_cdp_session(buyer.page)
    points = [{"x": text["x"] + 5, "y": text["y"] + 5}]
    await touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points})
    more = buyer.page.get_by_role("button", name="More reactions")
    await expect(more).to_be_visible()
    await touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    box = await more.bounding_box()
    assert box is not None
    assert (box["x"] + box["width"] <= 320, box["width"] >= 40, box["height"] >= 44) == (True, True, True), box
    await more.tap()
    await buyer.page.get_by_role("button", name="React with 🎉").tap()
    await expect(_chip(buyer, "hello", "You reacted with 🎉")).to_be_visible()


async def test_a_reaction_above_or_below_the_screen_does_not_move_what_is_read(
    visit: Visit, marketplace: Marketplace
) -> None:
    ada, ben, conversation = await marketplace.talk()
    await marketplace.fill(conversation, 80)
    buyer = await visit(ada, path=f"/messages/{conversation}")
    await expect(buyer.bubble("Message number 80")).to_be_in_viewport()
    await buyer.come_to_rest()
    await buyer.log.evaluate("log => { log.scrollTop = log.scrollHeight / 2 }")
    await buyer.come_to_rest()
    first, last = await buyer.log.evaluate(
        """log => {
            const { top, bottom } = log.getBoundingClientRect()
            const shown = [...log.querySelectorAll('article')].filter((article) => {
                const box = article.getBoundingClientRect()
                return box.top > top && box.bottom < bottom
            })
            return [shown[0], shown.at(-1)].map((article) => Number(article.dataset.seq))
        }"""
    )
    read = buyer.log.locator(f"article[data-seq='{first}']")
    before = await read.bounding_box()
    for seq in (first - 2, first - 3, last + 2):
        await marketplace.react(ben, conversation, seq, "❤️")
    above = buyer.log.locator(f"article[data-seq='{first - 3}']").get_by_role("button", name=re.compile("reacted"))
    await expect(above).to_be_attached()
    assert await read.bounding_box() == before
