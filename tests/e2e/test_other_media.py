"""Where the system sets the colours, and on paper: nothing is said by a background alone, and nothing is missing."""

import re

from playwright.async_api import Locator, expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace

MESSAGES = 60  # more than are drawn at a time

_BORDERS = """element => {
    const style = getComputedStyle(element);
    return ['Top', 'Right', 'Bottom', 'Left'].map(side => style[`border${side}Width`] + style[`border${side}Color`]);
}"""
_BACKGROUND = "element => getComputedStyle(element).backgroundColor"


async def test_forced_colours_keep_every_meaning(visit: Visit, marketplace: Marketplace) -> None:
    """The open row, own and other bubbles, what is unread, the connection, and a field that has the focus."""
    ada, ben, cem = [await marketplace.person(name) for name in ("Ada", "Ben", "Cem")]
    conversation = await marketplace.conversation(ada, ben, "theirs")
    await marketplace.conversation(ada, cem, "unread")
    await marketplace.say(ada, conversation, "mine")
    buyer = await visit(ada, path=f"/messages/{conversation}", forced_colors="active", reduced_motion="reduce")
    await expect(buyer.bubble("mine")).to_be_visible()
    await buyer.expect_connected()
    page, canvas = buyer.page, await buyer.page.locator("html").evaluate(_BACKGROUND)
    open_row, other_row = [await _borders(buyer.row(person)) for person in (ben, cem)]
    assert all(not border.startswith("0px") for border in open_row)
    assert [border for border in other_row if not border.startswith("0px") and not border.endswith(canvas)] == []
    mine, theirs = [await _borders(buyer.bubble(text).locator("[data-bubble]")) for text in ("mine", "theirs")]
    assert not any(border.startswith("0px") for border in (*mine, *theirs))
    assert mine != theirs
    badge = buyer.row(cem).get_by_text("1", exact=True).locator("..")
    dot = page.get_by_title("Connected", exact=True).locator("[aria-hidden] > :last-child")
    for element in (badge, dot):
        assert await element.evaluate(_BACKGROUND) != canvas
    await expect(buyer.composer).to_be_focused()
    assert await buyer.composer.evaluate("field => getComputedStyle(field).outlineStyle") != "none"
    current = page.get_by_role("navigation").get_by_role("link", name="Messages")
    assert not (await _borders(current))[2].startswith("0px")


async def test_a_conversation_prints_whole(visit: Visit, marketplace: Marketplace) -> None:
    """Dark on white with names and times, also from a dark screen, without controls; then it is as before."""
    ada, _, conversation = await marketplace.talk()
    await marketplace.fill(conversation, MESSAGES)
    buyer = await visit(ada, path=f"/messages/{conversation}", color_scheme="dark", reduced_motion="reduce")
    page, messages = buyer.page, buyer.chat.get_by_role("article")
    await expect(buyer.bubble(f"Message number {MESSAGES}")).to_be_in_viewport()
    drawn = await messages.count()
    assert drawn < MESSAGES

    assert len(re.findall(rb"/Type\s*/Page\b", await page.pdf())) > 1
    await page.emulate_media(media="print", color_scheme="dark")
    await expect(messages).to_have_count(MESSAGES)
    for text in ("Message number 1", f"Message number {MESSAGES}"):
        message = messages.filter(has=page.get_by_text(re.compile(f"^{text}( and|$)")))
        await expect(message).to_be_visible()
        await expect(message.get_by_text(re.compile("^(You|Ben)"))).to_have_css("position", "static")
        await expect(message.get_by_role("time")).to_be_visible()
        assert await _brightness(message.locator("[data-bubble]"), "color") < 100
        assert await _brightness(message.locator("[data-bubble]"), "backgroundColor") == 255
    for gone in (page.get_by_role("banner").first, buyer.list, buyer.composer, buyer.log):
        await expect(gone).to_be_hidden()

    await page.emulate_media(media="screen")
    await expect(buyer.bubble(f"Message number {MESSAGES}")).to_be_in_viewport()
    assert await messages.count() < MESSAGES


async def _borders(locator: Locator) -> list[str]:
    borders: list[str] = await locator.evaluate(_BORDERS)
    return borders


async def _brightness(locator: Locator, which: str) -> float:
    """Of a colour, from 0 to 255, as it is painted."""
    value: float = await locator.evaluate(
        """(element, which) => {
            const canvas = document.createElement('canvas').getContext('2d');
            canvas.fillStyle = getComputedStyle(element)[which];
            canvas.fillRect(0, 0, 1, 1);
            const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
            return (red + green + blue) / 3;
        }""",
        which,
    )
    return value
