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

# The text spacing of WCAG 2.2, success criterion 1.4.12. The page's content security policy forbids <style> elements
# but allows a constructed style sheet.
_SPACE_OUT = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* {
        line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important;
    } p { margin-bottom: 2em !important }`);
    document.adoptedStyleSheets = [sheet];
}"""
# Lines that are cut off above or below, or that lie on one another.
_COLLISIONS = """() => {
    const lines = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const {parentElement: parent, data} = texts.currentNode;
        const isShown = parent.checkVisibility({visibilityProperty: true, opacityProperty: true});
        if (data.trim() === '' || !isShown || parent.closest('.sr-only, [aria-hidden]')) continue;
        const range = document.createRange();
        range.selectNodeContents(texts.currentNode);
        for (const {left, right, top, bottom} of range.getClientRects()) {
            let box = {left, right, top, bottom, data};
            for (let around = parent; around !== null && box !== null; around = around.parentElement) {
                const {overflowY, webkitLineClamp} = getComputedStyle(around);
                if (overflowY === 'visible') continue;
                const edge = around.getBoundingClientRect();
                const isCut = top < edge.top - 2 || bottom > edge.bottom + 2;
                if (isCut && overflowY === 'hidden' && webkitLineClamp === 'none' && top < edge.bottom - 2)
                    lines.push({...box, isCut: true});
                if (isCut) box = null; // scrolled, or counted
                else box = {...box, left: Math.max(box.left, edge.left), right: Math.min(box.right, edge.right)};
            }
            if (box !== null) lines.push(box);
        }
    }
    const touch = (a, b) =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
        Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
    return [
        ...lines.filter(({isCut}) => isCut).map(({data}) => 'cut: ' + data),
        ...lines.flatMap((a, index) =>
            lines.slice(index + 1).filter(b => a.data !== b.data && touch(a, b)).map(b => `${a.data} on ${b.data}`)),
    ];
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


@pytest.mark.parametrize("width", [320, 1280])
async def test_wider_spacing_of_text_loses_nothing(visit: Visit, marketplace: Marketplace, width: int) -> None:
    """As people with a reading difficulty set it in their browser."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben Katz")
    lamp = await marketplace.item(ben, description="A lamp.\n\nIt stands on a desk, and works as on the first day.")
    conversation = await marketplace.contact_seller(ada, lamp)
    await marketplace.say(ben, conversation, "Hello, the lamp is still here. " * 3)
    buyer = await visit(ada, viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page = buyer.page
    for path in ("/", f"/items/{lamp.id}", "/messages", f"/messages/{conversation}"):
        await page.goto(path)
        await expect(page.get_by_text(lamp.title).first).to_be_attached()
        await page.evaluate(_SPACE_OUT)
        assert await page.evaluate(_MISFITS, LETTERS_PER_LINE) == [], path
        assert await page.evaluate(_COLLISIONS) == [], path


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
