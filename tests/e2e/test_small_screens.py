"""Large text, a landscape phone with its keyboard, a zoomed window: the messages keep the larger part of the screen."""

from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace

SCREENS = {
    "text at 200 %": (375, 667, 32),
    "zoom at 200 %": (188, 334, 16),
    "landscape with a keyboard": (667, 200, 16),
    "zoom at 400 %": (320, 256, 16),
}
LETTERS_PER_LINE = 4  # a word that gets less room is no longer read as one

# Words of which the letters stand one below the other, and what sticks out sideways.
_MISFITS = """letters => {
    const hidden = element => element.closest('.sr-only') !== null || element.offsetWidth <= 1;
    const misfits = [];
    for (const element of document.querySelectorAll('body *')) {
        if (!element.checkVisibility({visibilityProperty: true}) || hidden(element)) continue;
        const {left, right} = element.getBoundingClientRect();
        if (left < -1 || right > innerWidth + 1) misfits.push('outside: ' + element.outerHTML.slice(0, 120));
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const {parentElement: parent, data} = texts.currentNode;
        if (data.trim().length < letters || hidden(parent)) continue;
        if (!parent.checkVisibility({visibilityProperty: true})) continue;
        const range = document.createRange();
        range.selectNodeContents(texts.currentNode);
        const lines = new Set([...range.getClientRects()].map(rect => Math.round(rect.top)));
        if (data.length / lines.size < letters) misfits.push('broken: ' + data);
    }
    return misfits;
}"""


@pytest.fixture(params=list(SCREENS.values()), ids=list(SCREENS))
def screen(request: pytest.FixtureRequest) -> tuple[dict[str, int], str]:
    """A viewport, and the size of the text."""
    width, height, text = request.param
    return {"width": width, "height": height}, f"{text}px"


async def test_every_page_can_be_used_on_a_small_screen(
    visit: Visit, marketplace: Marketplace, screen: tuple[dict[str, int], str]
) -> None:
    """Also with a long draft; the item stays one press away."""
    viewport, text_size = screen
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben Katz")
    lamp = await marketplace.item(ben)
    conversation = await marketplace.contact_seller(ada, lamp)
    await marketplace.say(ben, conversation, "Hello, the lamp is still here.")
    buyer = await visit(ada, viewport=viewport, has_touch=True, reduced_motion="reduce")
    page = buyer.page
    for path in ("/", f"/items/{lamp.id}", "/messages", f"/messages/{conversation}"):
        await page.goto(path)
        await page.evaluate("size => { document.documentElement.style.fontSize = size }", text_size)
        await expect(page.get_by_text(lamp.title).first).to_be_attached()
        assert await page.evaluate(_MISFITS, LETTERS_PER_LINE) == [], path
    log, composer = await _height(buyer.log), await _height(buyer.chat.locator("form"))
    assert log >= viewport["height"] / 2, "the messages have less than half of the screen"
    await expect(buyer.chat.get_by_role("link", name=lamp.title)).to_be_in_viewport()
    await buyer.composer.fill("a draft\n" * 20)
    await expect(buyer.chat.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
    assert composer < await _height(buyer.chat.locator("form")) < await _height(buyer.log)


async def test_the_list_has_room_where_the_screen_is_not_high(visit: Visit, marketplace: Marketplace) -> None:
    """A whole row shows below the head of the page."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben")
    await marketplace.conversation(ada, ben, "hello")
    buyer = await visit(ada, viewport={"width": 667, "height": 200})
    await expect(buyer.row(ben)).to_be_in_viewport(ratio=1)


async def _height(locator: Locator) -> float:
    box: Any = await locator.bounding_box()
    assert box is not None
    return float(box["height"])
