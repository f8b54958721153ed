"""The browser's Back button leads to the page one sees oneself coming from; what goes back adds nothing to it."""

import re

from playwright.async_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace

PHONE = {"viewport": {"width": 375, "height": 667}, "has_touch": True, "is_mobile": True}
ROWS = 12  # more than fit on a phone


async def test_on_a_phone_back_leaves_the_list_however_often_one_was_in_a_chat(
    visit: Visit, marketplace: Marketplace
) -> None:
    """The arrow goes back: to the list as it was, at the row one came from."""
    ada = await marketplace.person("Ada")
    sellers = [await marketplace.person("Ben") for _ in range(ROWS)]
    for seller in sellers:
        await marketplace.conversation(ada, seller, "hello")
    buyer = await visit(ada, **PHONE)
    oldest = buyer.row(sellers[0])
    scroller = buyer.list.locator("div").filter(has=buyer.page.get_by_role("list")).last
    await expect(buyer.row(sellers[-1])).to_be_visible()
    await scroller.evaluate("element => { element.scrollTop = element.scrollHeight }")
    await expect(oldest).to_be_in_viewport()
    scrolled = await scroller.evaluate("element => element.scrollTop")
    entries = await _entries(buyer.page)
    for seller in sellers[:2]:
        await buyer.select(seller)
        await expect(buyer.list).to_be_hidden()
        await buyer.chat.get_by_role("link", name="Back to all conversations").click()
        await expect(buyer.row(seller)).to_be_focused()
        assert await scroller.evaluate("element => element.scrollTop") == scrolled
    assert await _entries(buyer.page) == entries + 1
    await buyer.page.go_back()
    assert buyer.page.url == "about:blank"


async def test_the_arrow_of_a_linked_conversation_leads_to_the_list(visit: Visit, marketplace: Marketplace) -> None:
    """The list takes the place of the chat that was opened by its address."""
    ada, ben, conversation = await marketplace.talk("hello")
    buyer = await visit(ada, path=f"/messages/{conversation}", **PHONE)
    entries = await _entries(buyer.page)
    await buyer.chat.get_by_role("link", name="Back to all conversations").click()
    await expect(buyer.row(ben)).to_be_visible()
    assert await _entries(buyer.page) == entries
    await buyer.page.go_back()
    assert buyer.page.url == "about:blank"


async def test_item_and_conversation_lead_to_each_other_and_back(visit: Visit, marketplace: Marketplace) -> None:
    """A double click opens one conversation; its item card and the item's button go back where one came from there."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben")
    lamp = await marketplace.item(ben)
    buyer = await visit(ada, path="/")
    page, path = buyer.page, f"/items/{lamp.id}"
    contact = page.get_by_role("button", name="Contact seller")
    await page.get_by_role("link", name=lamp.title).click()
    entries = await _entries(page)
    await contact.dblclick()
    await expect(buyer.composer).to_be_visible()
    for _ in range(2):
        await buyer.chat.get_by_role("link", name=lamp.title).click()
        await expect(contact).to_be_visible()
        await contact.click()
        await expect(buyer.composer).to_be_visible()
    assert await _entries(page) == entries + 1
    await page.go_back()
    await expect(page).to_have_url(re.compile(f"{path}$"))
    await page.get_by_role("link", name="All items").click()
    await expect(page.get_by_role("link", name=lamp.title)).to_be_focused()
    await page.go_back()
    assert page.url == "about:blank"


async def test_logging_in_on_the_way_leaves_no_step_behind(visit: Visit, marketplace: Marketplace) -> None:
    """From an item to the log-in and back is one page; so is pressing the link of the page one is on."""
    ada, lamp = await marketplace.person("Ada"), await marketplace.item(await marketplace.person("Ben"))
    guest = await visit()
    page = guest.page
    await page.goto("/")
    navigation = page.get_by_role("navigation", name="Main")
    await navigation.get_by_role("link", name="Browse", exact=True).click()
    await page.keyboard.press("Home")
    await page.get_by_role("link", name="Skip to content").press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await page.get_by_role("link", name=lamp.title).click()
    await page.get_by_role("link", name="Contact seller").dblclick()
    await page.get_by_role("button", name=ada.name).click()
    await expect(page.get_by_role("button", name="Contact seller")).to_be_visible()
    await page.go_back()
    await expect(page).to_have_url(re.compile(r"//[^/]+/$"))
    await page.go_back()
    assert page.url == "about:blank"


async def _entries(page: Page) -> int:
    count: int = await page.evaluate("() => history.length")
    return count
