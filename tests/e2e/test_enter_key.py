"""Enter sends where there is a keyboard, and breaks the line where one types on glass."""

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace

PHONE = {"viewport": {"width": 375, "height": 667}, "has_touch": True, "is_mobile": True}

_CONFIRM_A_WORD = """field => {
    const press = init => field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, ...init}));
    press({isComposing: true});
    press({keyCode: 229});
}"""


@pytest.mark.parametrize("device", ["keyboard", "glass"])
async def test_enter_breaks_the_line_or_sends(visit: Visit, marketplace: Marketplace, device: str) -> None:
    """Shift and Alt always break it, Control and Command always send, an input method's Enter does neither."""
    ada, _, conversation = await marketplace.talk()
    buyer = await visit(ada, path=f"/messages/{conversation}", **(PHONE if device == "glass" else {}))
    composer = buyer.composer
    await expect(composer).to_have_attribute("enterkeyhint", "enter" if device == "glass" else "send")

    await composer.press_sequentially("one")
    for key in ("Shift+Enter", "Alt+Enter"):
        await composer.press(key)
        await composer.press_sequentially("more")
    await expect(composer).to_have_value("one\nmore\nmore")
    await composer.evaluate(_CONFIRM_A_WORD)
    await expect(composer).to_have_value("one\nmore\nmore")
    await composer.press("Control+Enter")
    await expect(composer).to_have_value("")

    await composer.press_sequentially("two")
    await composer.press("Enter")
    await expect(composer).to_have_value("two\n" if device == "glass" else "")
    if device == "glass":
        await composer.press_sequentially("three")
        await buyer.chat.get_by_role("button", name="Send").click()
        await expect(composer).to_be_focused()
    else:
        await composer.press_sequentially("three")
        await composer.press("Meta+Enter")
    await expect(composer).to_have_value("")
    last = ["two\nthree"] if device == "glass" else ["two", "three"]
    await buyer.expect_status("three", "sent")
    assert await marketplace.messages(ada, conversation) == ["one\nmore\nmore", *last]
