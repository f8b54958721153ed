"""axe finds nothing on any page or state; every action works by keyboard; motion stops for who wants that."""

import re

from playwright.async_api import Page, expect

from tests.e2e.accessibility import expect_accessible
from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace
from tests.e2e.visitor import NOT_FOUND

MOST_TABS = 40  # presses of Tab to come to anything on a page
PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}

_FOCUSED = """() => {
    const focused = document.activeElement;
    const style = getComputedStyle(focused);
    return {
        isPage: focused === document.body,
        name: focused.getAttribute('aria-label') ?? focused.innerText ?? '',
        outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0,
    };
}"""


async def test_pages_of_a_guest(visit: Visit, marketplace: Marketplace) -> None:
    """Items, an item, the log-in, and what is not there."""
    lamp = await marketplace.item(await marketplace.person("Ben"))
    gone = await marketplace.item(await marketplace.person("Cem"), imageUrl=None, price=None, status="reserved")
    guest = await visit()
    guest.tolerate(NOT_FOUND)
    for path, landmark in {
        "/": lamp.title,
        f"/items/{lamp.id}": "Contact seller",
        f"/items/{gone.id}": "Reserved",
        "/login": "Who would you like to be?",
        "/items/nothing-here": "There is no such item",
        "/nowhere": "This page does not exist",
    }.items():
        await guest.page.goto(path)
        await expect(guest.page.get_by_text(landmark).first).to_be_visible()
        await expect_accessible(guest.page)


async def test_pages_of_somebody(visit: Visit, marketplace: Marketplace) -> None:
    """The empty list, one's own item, the list, nothing selected, the account, no such conversation."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben")
    lamp = await marketplace.item(ada)
    buyer = await visit(ada)
    buyer.tolerate(NOT_FOUND)
    await expect(buyer.page.get_by_text("No conversations yet")).to_be_visible()
    await expect_accessible(buyer.page)
    await buyer.page.goto(f"/items/{lamp.id}")
    await expect(buyer.page.get_by_text("This is your own item")).to_be_visible()
    await expect_accessible(buyer.page)
    await marketplace.conversation(ada, ben, "hello")
    await buyer.page.goto("/messages")
    await expect(buyer.row(ben)).to_contain_text("1 unread")
    await expect_accessible(buyer.page)
    await buyer.page.get_by_role("button", name=re.compile("^Account of ")).click()
    await expect(buyer.page.get_by_role("button", name="Log out")).to_be_visible()
    await expect_accessible(buyer.page)
    await buyer.page.goto("/messages/00000000-0000-7000-8000-000000000000")
    await expect(buyer.page.get_by_text("There is no such conversation")).to_be_visible()
    await expect_accessible(buyer.page)


async def test_a_conversation_in_its_states(visit: Visit, marketplace: Marketplace) -> None:
    """Empty; with messages of both, links, emoji, unread ones and typing; with a message that failed; offline."""
    ada, ben, conversation = await marketplace.talk()
    buyer, seller = await visit(ada, own_network=True), await visit(ben)
    await buyer.open(conversation)
    await expect(buyer.log.get_by_text("This is the beginning")).to_be_visible()
    await expect_accessible(buyer.page)

    await seller.open(conversation)
    for text in ("Hello", "See https://example.org", "🎉🎉"):
        await seller.write(text)
    await buyer.write("Nice", "👍")
    await expect(buyer.bubble("🎉🎉")).to_be_visible()  # a message that comes in ends its sender's typing
    await expect(buyer.bubble("👍")).to_be_visible()
    await seller.type_until(buyer.chat.get_by_text("typing…"))
    await expect_accessible(buyer.page)

    buyer.tolerate(NOT_FOUND)
    async with marketplace.taken_away(conversation):
        await buyer.write("refused")
        await buyer.expect_status("refused", "failed")
    await expect_accessible(buyer.page)

    await buyer.lose_network()
    await buyer.write("queued")
    await buyer.expect_status("queued", "queued")
    await expect(buyer.page.get_by_text("You are offline. What you write")).to_be_visible()
    await expect_accessible(buyer.page)


async def test_a_conversation_on_a_phone(visit: Visit, marketplace: Marketplace) -> None:
    """The list and the chat on a screen each."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben")
    await marketplace.conversation(ada, ben, "hello")
    buyer = await visit(ada, **PHONE)
    await expect(buyer.row(ben)).to_be_visible()
    await expect_accessible(buyer.page)
    await buyer.select(ben)
    await buyer.write("hello too")
    await buyer.expect_status("hello too", re.compile("sent|read"))
    await expect_accessible(buyer.page)


async def test_everything_is_done_by_keyboard(visit: Visit, marketplace: Marketplace) -> None:
    """From the first page to a conversation, writing, walking through the list, and out; the focus always shows."""
    ada, ben, cem = [await marketplace.person(name) for name in ("Ada", "Ben", "Cem")]
    await marketplace.conversation(ada, cem, "from Cem")
    lamp = await marketplace.item(ben)
    buyer = await visit()
    page, keyboard = buyer.page, buyer.page.keyboard
    await page.goto("/")
    await expect(page.get_by_role("link", name=lamp.title)).to_be_visible()
    await _tab_to(page, lamp.title)
    await keyboard.press("Enter")
    await expect(page.get_by_role("heading", name=lamp.title)).to_be_visible()
    await _tab_to(page, "Contact seller")
    await keyboard.press("Enter")
    await expect(page.get_by_role("button", name=ada.name)).to_be_visible()
    await _tab_to(page, ada.name, most=200)  # the list of people is long here
    await keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Contact seller")).to_be_visible()
    await _tab_to(page, "Contact seller")
    await keyboard.press("Enter")
    await expect(buyer.composer).to_be_focused()
    await keyboard.type("written without a mouse")
    await keyboard.press("Enter")
    await buyer.expect_status("written without a mouse", "sent")
    await expect(buyer.row(ben)).to_contain_text("You: written without a mouse")
    await expect(buyer.row(cem)).to_be_visible()

    await keyboard.press("Escape")
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await expect(buyer.chat.get_by_role("heading", name=cem.name)).to_be_visible()
    await expect(buyer.composer).to_be_focused()
    await buyer.log.focus()
    await keyboard.press("Home")

    await page.goto("/")
    await expect(page.get_by_role("link", name=lamp.title)).to_be_visible()
    await keyboard.press("Tab")
    await keyboard.press("Enter")  # the first stop of every page leads past its head
    await expect(page.locator("main")).to_be_focused()
    await page.reload()
    await expect(page.get_by_role("button", name=re.compile("^Account of "))).to_be_visible()
    await _tab_to(page, "Account of")
    await keyboard.press("Enter")
    await _tab_to(page, "Log out")
    await keyboard.press("Enter")
    await expect(page.get_by_role("link", name="Log in", exact=True)).to_be_visible()


async def test_reduced_motion_is_respected(visit: Visit, marketplace: Marketplace) -> None:
    """Neither the dot pulses nor do bubbles fly in."""
    ada, _, conversation = await marketplace.talk("hello")
    buyer = await visit(ada, path=f"/messages/{conversation}", reduced_motion="reduce")
    await buyer.expect_connected()
    await buyer.write("no motion")
    await expect(buyer.bubble("no motion")).to_be_visible()
    moving = "() => document.getAnimations().filter(({effect}) => effect.getComputedTiming().duration > 10).length"
    assert await buyer.page.evaluate(moving) == 0


async def test_new_messages_are_announced_once_to_screen_readers(visit: Visit, marketplace: Marketplace) -> None:
    """One polite live region; the messages themselves are a log that is silent while it is scrolled."""
    ada, ben, conversation = await marketplace.talk("hello")
    buyer = await visit(ada, path=f"/messages/{conversation}")
    await buyer.expect_connected()
    await expect(buyer.bubble("hello")).to_be_visible()  # what comes while the history loads is part of it, not new
    await marketplace.say(ben, conversation, "are you there?")
    region = buyer.page.locator("[aria-live=polite]").filter(has_text=f"{ben.name}: are you there?")
    await expect(region).to_have_count(1)
    await expect(buyer.log).to_have_count(1)


async def _tab_to(page: Page, name: str, *, most: int = MOST_TABS) -> None:
    """Press Tab until something of this name has the focus; each stop on the way shows that it has it."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(_FOCUSED)
        assert focused["outlined"] or focused["isPage"], f"no visible focus on {focused['name']!r}"
        if name in focused["name"] and not focused["isPage"]:
            return
    raise AssertionError(f"{name!r} cannot be reached by keyboard")
