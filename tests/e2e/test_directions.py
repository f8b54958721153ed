"""Texts in scripts that run from right to left, between others that do not: each begins where its reader looks."""

from playwright.async_api import Locator, expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace

LONG_ARABIC = "مرحبا، هل المصباح ما زال متاحًا؟ " * 12
OVERRIDE = "\u202e"  # turns around everything behind it that nothing isolates

# Whether the first character of an element's text is inside everything that cuts the element off.
_SHOWS_ITS_BEGINNING = """element => {
    const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
    const range = document.createRange();
    range.setStart(text, 0);
    range.setEnd(text, 1);
    const {left, right} = range.getBoundingClientRect();
    for (let box = element; box !== null; box = box.parentElement) {
        const edge = box.getBoundingClientRect();
        if (getComputedStyle(box).overflowX !== 'visible' && (left < edge.left - 1 || right > edge.right + 1))
            return false;
    }
    return true;
}"""


async def test_truncated_text_shows_its_beginning(visit: Visit, marketplace: Marketplace) -> None:
    """The last message, the name and the item, in the list and above the chat; also after "You: "."""
    ada, ben, cem = (
        await marketplace.person("Ada"),
        await marketplace.person(LONG_ARABIC[:90]),
        await marketplace.person("Cem"),
    )
    lamp = await marketplace.item(ben, LONG_ARABIC[:120])
    conversation = await marketplace.contact_seller(ada, lamp)
    await marketplace.say(ben, conversation, LONG_ARABIC)
    other = await marketplace.conversation(ada, cem)
    await marketplace.say(ada, other, LONG_ARABIC)
    buyer = await visit(ada)
    await expect(buyer.row(cem)).to_contain_text("You: ")
    await buyer.select(ben)
    for text in (
        buyer.row(cem).get_by_text(LONG_ARABIC[:20]),
        buyer.row(ben).get_by_text(LONG_ARABIC[:20]).nth(0),
        buyer.row(ben).get_by_text(LONG_ARABIC[:20]).nth(1),
        buyer.row(ben).get_by_text(LONG_ARABIC[:20]).nth(2),
        buyer.chat.get_by_role("heading"),
        buyer.chat.get_by_role("link", name=lamp.title).get_by_text(lamp.title),
    ):
        assert await text.evaluate(_SHOWS_ITS_BEGINNING), await text.evaluate("element => element.outerHTML")


async def test_each_line_of_a_message_has_its_own_direction(visit: Visit, marketplace: Marketplace) -> None:
    """Lines of both kinds, an address among them, and characters that would turn around what stands beside them."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person(f"Ben {OVERRIDE}")
    lamp = await marketplace.item(ben, f"{OVERRIDE}مصباح")
    conversation = await marketplace.contact_seller(ada, lamp)
    await marketplace.say(ben, conversation, f"English first\n{LONG_ARABIC[:30]}\nhttps://example.org/a/")
    await marketplace.say(ben, conversation, f"{OVERRIDE}turned")
    buyer = await visit(ada, path=f"/messages/{conversation}")
    bubble = buyer.bubble("English first")
    first, second = [await _place(bubble, text) for text in ("English first", LONG_ARABIC[:30].strip())]
    assert first["left"] < second["left"] and abs(first["right"] - second["right"]) > 1, "both begin at one side"
    link = bubble.get_by_role("link")
    assert await link.evaluate("element => getComputedStyle(element).direction") == "ltr"
    for row in (buyer.row(ben), buyer.bubble("turned")):
        time = await row.get_by_role("time").bounding_box()
        box = await row.bounding_box()
        assert time is not None and box is not None
    await buyer.page.goto(f"/items/{lamp.id}")
    await expect(buyer.page).to_have_title(f"\u2068{lamp.title.replace(OVERRIDE, '')}\u2069 · MyBazaar")


async def _place(bubble: Locator, text: str) -> dict[str, float]:
    """Where a line of a message is drawn."""
    place: dict[str, float] = await bubble.evaluate(
        """(bubble, wanted) => {
            const texts = document.createTreeWalker(bubble, NodeFilter.SHOW_TEXT);
            while (texts.nextNode()) {
                const start = texts.currentNode.data.indexOf(wanted);
                if (start < 0) continue;
                const range = document.createRange();
                range.setStart(texts.currentNode, start);
                range.setEnd(texts.currentNode, start + wanted.length);
                const {left, right} = range.getBoundingClientRect();
                return {left, right};
            }
        }""",
        text,
    )
    return place
