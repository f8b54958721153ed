"""Every action gets a visible answer: what cannot be done is explained, and what was written is kept."""

import re

from playwright.async_api import Route, expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace

# A paste or a drop as the browser reports it; tells whether the browser is kept from doing what it would by itself.
_BRING = """async (field, {kind, text, picture}) => {
    const data = new DataTransfer();
    if (text) data.setData('text/plain', text);
    if (picture) data.items.add(new File(['x'], 'bike.png', {type: 'image/png'}));
    const bubbles = true, cancelable = true;
    const event = kind === 'paste'
        ? new ClipboardEvent('paste', {clipboardData: data, bubbles, cancelable})
        : new DragEvent('drop', {dataTransfer: data, bubbles, cancelable});
    field.dispatchEvent(event);
    return event.defaultPrevented;
}"""
ONLY_TEXT = "Pictures and files cannot be sent yet"
NO_TOKEN = re.compile("status of 40[13]")


async def test_pictures_and_huge_texts_are_refused_with_a_word(visit: Visit, marketplace: Marketplace) -> None:
    """Pasted or dropped; text beside a picture stays; six megabytes are cut; the page is still the same."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben")
    buyer = await visit(ada)
    await buyer.open(await marketplace.conversation(ada, ben, "first"))
    notices = buyer.page.get_by_role("region", name="Notices")

    await buyer.composer.evaluate(_BRING, {"kind": "paste", "picture": True})
    await expect(notices).to_contain_text(ONLY_TEXT)
    await notices.get_by_role("button", name="Dismiss").click()
    assert await buyer.log.evaluate(_BRING, {"kind": "drop", "picture": True}), "the browser would leave the page"
    await expect(notices).to_contain_text(ONLY_TEXT)
    await notices.get_by_role("button", name="Dismiss").click()
    assert not await buyer.composer.evaluate(_BRING, {"kind": "paste", "picture": True, "text": "a caption"})
    await expect(notices).not_to_contain_text(ONLY_TEXT)

    await buyer.page.evaluate("text => navigator.clipboard.writeText(text)", "0123456789" * 600_000)
    await buyer.composer.focus()
    await buyer.page.keyboard.press("Control+V")
    await expect(notices).to_contain_text("too long")
    assert len(await buyer.composer.input_value()) == 16_000
    await expect(buyer.chat.get_by_text("Too long by 12,000. The limit is 4,000 characters.")).to_be_visible()
    said = buyer.page.locator("[aria-live=polite]")
    await buyer.composer.press("Enter")
    await expect(said).to_contain_text("Too long by 12,000.")
    await buyer.composer.fill("  ")
    await buyer.composer.press("Enter")
    await expect(said).to_contain_text("There is nothing to send yet.")


async def test_addresses_and_phone_numbers_are_links(visit: Visit, marketplace: Marketplace) -> None:
    """Web addresses without a scheme, e-mail and phone; prices and dates are not."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben")
    text = "www.example.org, me@uni.example or +49 170 1234567. 1.250,00 EUR until 01.02.2026"
    buyer = await visit(ada)
    await buyer.open(await marketplace.conversation(ada, ben, text))
    links = buyer.log.get_by_role("link")
    await expect(links).to_have_text(["www.example.org", "me@uni.example", "+49 170 1234567"])
    hrefs = [await link.get_attribute("href") for link in await links.all()]
    assert hrefs == ["https://www.example.org/", "mailto:me@uni.example", "tel:+491701234567"]


async def test_a_session_that_ends_says_why_and_gives_the_text_back(visit: Visit, marketplace: Marketplace) -> None:
    """The token is refused and cannot be renewed: told; after logging in again one is on the page, with the draft."""
    ada, _, conversation = await marketplace.talk("first")
    buyer = await visit(ada)
    buyer.tolerate(NO_TOKEN)
    await buyer.open(conversation)
    await buyer.composer.fill("half a thought")

    async def refuse(route: Route) -> None:
        problem = {"type": "about:blank", "title": "No", "status": 401, "code": "unauthenticated"}
        await route.fulfill(status=401, json=problem, content_type="application/problem+json")

    for address in ("/api/conversations", "/api/dev/login"):
        await buyer.page.route(re.compile(address), refuse)
    await buyer.page.reload()
    await expect(buyer.page.get_by_role("complementary", name="Session")).to_contain_text("your session ended")
    await buyer.page.unroute_all()
    await buyer.page.get_by_role("button", name=ada.name).click()
    await expect(buyer.bubble("first")).to_be_visible()
    await expect(buyer.composer).to_have_value("half a thought")
    await expect(buyer.page.get_by_role("complementary", name="Session")).to_be_hidden()


async def test_another_person_who_logs_in_in_another_tab_is_named(visit: Visit, marketplace: Marketplace) -> None:
    """This tab says whose it is now, and shows nothing of the first person."""
    ada, ben, eve = [await marketplace.person(name) for name in ("Ada", "Ben", "Eve")]
    buyer = await visit(ada)
    await buyer.open(await marketplace.conversation(ada, ben, "for Ada only"))
    await buyer.composer.fill("a draft of Ada")
    other = await buyer.new_tab("/")
    notice = buyer.page.get_by_role("complementary", name="Session")

    await other.page.get_by_role("button", name=re.compile("^Account of ")).click()
    await other.page.get_by_role("button", name="Log out").click()
    await other.page.get_by_role("button", name="Delete and log out").click()
    await expect(notice).to_contain_text("You logged out in another tab")
    await other.page.goto("/login")
    await other.page.get_by_role("button", name=eve.name).click()

    await expect(notice).to_contain_text(f"You are now logged in as {eve.name}")
    await expect(buyer.page.get_by_role("button", name=f"Account of {eve.name}")).to_be_visible()
    content = await buyer.page.content()
    assert "for Ada only" not in content
    assert "a draft of Ada" not in content
