"""From 320 px to 4K, light and dark, with the longest names and texts: nothing is cut off, covered or too small."""

import os
import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace

LONGEST_MESSAGE = 4000  # characters
TOUCH_PX = 44
SIZES = [(320, 640), (768, 1024), (1440, 900), (3840, 2160)]
EXTREMES = [SIZES[0], SIZES[-1]]
LONG_NAME = "Wilhelmina-Philippine Donaudampfschifffahrtsgesellschaftskapitänswitwe von und zu Hohenlohe"
ARABIC = "مرحبا، هل المصباح ما زال متاحًا؟"
FAMILY = "👩‍👩‍👧‍👦"

# What sticks out of the screen sideways, and what one can press that is too small for a finger. Links within a text
# are as high as their line.
_MISFITS = """minimum => {
    const shown = element => element.checkVisibility({visibilityProperty: true, opacityProperty: true});
    const isClipped = element => element.closest('.sr-only') !== null || element.matches('.sr-only');
    const name = element => element.outerHTML.slice(0, 120);
    const out = [...document.querySelectorAll('body *')].filter(element => {
        const {left, right, width} = element.getBoundingClientRect();
        return shown(element) && !isClipped(element) && width > 0 && (left < -1 || right > innerWidth + 1);
    });
    const small = [...document.querySelectorAll('a, button, textarea, input')].filter(element => {
        const {width, height} = element.getBoundingClientRect();
        const isPressed = shown(element) && !isClipped(element) && width > 1 && !element.closest('[role=log] span');
        return isPressed && (height < minimum || width < minimum);
    });
    return {out: out.map(name), small: small.map(name), scrolls: document.scrollingElement.scrollWidth > innerWidth};
}"""


def _width_of(size: tuple[int, int]) -> str:
    return f"{size[0]}px"


@pytest.fixture(params=SIZES if os.environ.get("EVERY_SIZE") else EXTREMES, ids=_width_of)
def screen(request: pytest.FixtureRequest) -> dict[str, Any]:
    width, height = request.param
    return {"viewport": {"width": width, "height": height}}


async def test_every_page_fits_every_screen(visit: Visit, marketplace: Marketplace, screen: dict[str, Any]) -> None:
    """No sideways scrolling, nothing outside, nothing too small to press, with texts that want more room."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person(LONG_NAME)
    lamp = await marketplace.item(ben, "Desk lamp " + "very, very long " * 8 + "W" * 50)
    buyer = await visit(ada, path="/", **screen)
    page = buyer.page
    await expect(page.get_by_role("link", name=lamp.title)).to_be_visible()
    await _expect_fit(page)
    await page.goto(f"/items/{lamp.id}")
    await expect(page.get_by_role("heading", name=lamp.title)).to_be_visible()
    await _expect_fit(page)
    await page.get_by_role("button", name="Contact seller").click()
    await expect(buyer.composer).to_be_visible()
    for text in ("W" * 300, "word " * 100, "https://example.org/" + "path/" * 60, ARABIC, FAMILY):
        await buyer.write(text)
    await buyer.expect_status(FAMILY, "sent")
    await buyer.composer.fill("a draft\n" * 20)
    await _expect_fit(page)
    await _expect_inside(buyer.chat.get_by_role("button", name="Send"), page)
    await page.goto("/messages")
    await expect(buyer.row(ben)).to_be_visible()
    await _expect_fit(page)


@pytest.mark.parametrize("screen", SIZES[:3], ids=_width_of, indirect=True)
async def test_list_and_chat_share_the_screen(visit: Visit, marketplace: Marketplace, screen: dict[str, Any]) -> None:
    """One to two on a desktop; one after the other, with a way back, on a phone."""
    ada, ben, conversation = await marketplace.talk("hello")
    buyer = await visit(ada, path=f"/messages/{conversation}", **screen)
    await expect(buyer.bubble("hello")).to_be_visible()
    width = screen["viewport"]["width"]
    if width < 768:
        await expect(buyer.list).to_be_hidden()
        await buyer.chat.get_by_role("link", name="Back to all conversations").click()
        await expect(buyer.row(ben)).to_be_visible()
        await expect(buyer.chat).to_be_hidden()
        await buyer.select(ben)
        await expect(buyer.bubble("hello")).to_be_visible()
        await buyer.page.go_back()
        await expect(buyer.row(ben)).to_be_visible()
        return
    left, right = await _box(buyer.list), await _box(buyer.chat)
    assert left["x"] + left["width"] <= right["x"] + 1
    await expect(buyer.chat.get_by_role("link", name="Back to all conversations")).to_be_hidden()
    if width >= 1440:
        assert abs(right["width"] / left["width"] - 2) < 0.1


async def test_bubbles_of_both_stand_on_their_sides(visit: Visit, marketplace: Marketplace) -> None:
    """Own ones right, teal and white; others left; right-to-left text reads from the right."""
    ada, _, conversation = await marketplace.talk("theirs", ARABIC)
    buyer = await visit(ada, path=f"/messages/{conversation}", color_scheme="light")
    await buyer.write("mine")
    await buyer.expect_status("mine", re.compile("sent|read"))
    log = await _box(buyer.log)
    middle = log["x"] + log["width"] / 2
    theirs = buyer.bubble("theirs").get_by_text("theirs", exact=True)
    mine = buyer.bubble("mine").get_by_text("mine", exact=True)
    assert (await _box(theirs))["x"] < middle < (await _box(mine))["x"]
    assert await buyer.log.get_by_text(ARABIC).evaluate("element => element.matches(':dir(rtl)')")


async def test_the_longest_message_is_sent_and_a_longer_one_is_not(visit: Visit, marketplace: Marketplace) -> None:
    """4,000 characters go through, emoji counted as people count; one more disables the button."""
    ada, _, conversation = await marketplace.talk()
    buyer = await visit(ada, path=f"/messages/{conversation}")
    longest = "🎈" * (LONGEST_MESSAGE - 4) + " end"
    send = buyer.chat.get_by_role("button", name="Send")
    await buyer.composer.fill(longest + "!")
    await expect(send).to_be_disabled()
    await buyer.composer.fill(longest)
    await send.click()
    await expect(buyer.bubble("end").locator("[data-status]")).to_have_attribute("data-status", "sent")
    assert await marketplace.messages(ada, conversation) == [longest]


async def test_dark_follows_the_system(visit: Visit, marketplace: Marketplace) -> None:
    """Without a reload, in both directions."""
    guest = await visit(color_scheme="light")
    await guest.page.goto("/")
    light = await _brightness(guest.page)
    await guest.page.emulate_media(color_scheme="dark")
    dark = await _brightness(guest.page)
    assert light > 200
    assert dark < 60


async def _expect_fit(page: Page) -> None:
    await page.wait_for_function("() => document.fonts.status === 'loaded'")
    found = await page.evaluate(_MISFITS, TOUCH_PX)
    assert found == {"out": [], "small": [], "scrolls": False}, page.url


async def _expect_inside(locator: Locator, page: Page) -> None:
    box, size = await _box(locator), page.viewport_size
    assert size is not None
    assert box["y"] >= 0 and box["y"] + box["height"] <= size["height"]


async def _box(locator: Locator) -> dict[str, float]:
    box = await locator.bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


async def _brightness(page: Page) -> float:
    """Of the page's background, from 0 to 255, as it is painted."""
    value: float = await page.evaluate(
        """() => {
            const canvas = document.createElement('canvas').getContext('2d');
            canvas.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
            canvas.fillRect(0, 0, 1, 1);
            const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
            return (red + green + blue) / 3;
        }"""
    )
    return value
