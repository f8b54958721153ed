"""Unsent messages and drafts show in the list of every tab, and no text is ever lost."""

import re

from playwright.async_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace
from tests.e2e.visitor import Tab

_KEEP_DATABASES = """
const open = IDBFactory.prototype.open;
window.databases = [];
IDBFactory.prototype.open = function (...given) {
    const request = open.apply(this, given);
    request.addEventListener('success', () => window.databases.push(request.result));
    return request;
};"""
# As browsers do by themselves, under pressure or when their storage fails.
_CLOSE_DATABASES = "() => window.databases.forEach(database => database.close())"
_FILL_DISK = """() => {
    IDBObjectStore.prototype.add = IDBObjectStore.prototype.put = () => {
        throw new DOMException('', 'QuotaExceededError');
    };
}"""


async def test_two_tabs_keep_their_own_half_of_a_text(visit: Visit, marketplace: Marketplace) -> None:
    """Sending in one leaves the other's draft, also after a reload; a new tab shows it; the same text goes once."""
    ada, _, conversation = await marketplace.talk("first")
    first = await visit(ada)
    await first.open(conversation)
    await first.composer.fill("half of the first")
    second = await first.new_tab(f"/messages/{conversation}")
    await expect(second.composer).to_have_value("half of the first")

    await second.write("half of the second")
    await second.expect_status("half of the second", re.compile("sent|read"))
    await expect(first.bubble("half of the second")).to_be_visible()
    await expect(first.composer).to_have_value("half of the first")
    await expect(second.composer).to_have_value("")
    await first.page.reload()
    await expect(first.composer).to_have_value("half of the first")

    await second.composer.fill("half of the first")
    await first.composer.press("Enter")
    await expect(second.bubble("half of the first")).to_be_visible()
    await expect(second.composer).to_have_value("")


async def test_the_list_shows_drafts_and_messages_that_are_not_sent(visit: Visit, marketplace: Marketplace) -> None:
    """Draft, queued, failed: in each tab, after a reload; what waits moves up; logging out asks first."""
    ada, ben, cem = [await marketplace.person(name) for name in ("Ada", "Ben", "Cem")]
    with_ben = await marketplace.conversation(ada, ben, "from Ben")
    await marketplace.conversation(ada, cem, "from Cem")
    buyer = await visit(ada, own_network=True)
    await buyer.context.add_init_script(_KEEP_DATABASES)
    await buyer.open(with_ben)
    await buyer.expect_connected()
    other: Tab = await buyer.new_tab("/messages")
    await other.expect_connected()

    await buyer.composer.fill("half a thought")
    for tab in (buyer, other):
        await expect(tab.row(ben)).to_contain_text("Draft: half a thought")
        await expect(tab.row(cem).locator("xpath=..")).to_have_attribute("aria-posinset", "1")

    await buyer.lose_network()
    await buyer.page.evaluate(_CLOSE_DATABASES)
    await buyer.write("written offline")
    for tab in (buyer, other):
        await expect(tab.row(ben)).to_contain_text("Queued: written offline")
        await expect(tab.row(ben).locator("xpath=..")).to_have_attribute("aria-posinset", "1")
    await buyer.log_out()
    await expect(buyer.page.get_by_text("One message is not sent yet")).to_be_visible()
    await buyer.page.keyboard.press("Escape")
    await buyer.regain_network()
    for tab in (buyer, other):
        await expect(tab.row(ben)).to_contain_text("You: written offline")

    await buyer.expect_connected()
    async with marketplace.taken_away(with_ben):
        await buyer.write("refused")
        await buyer.expect_status("refused", "failed")
    for tab in (buyer, other):
        await expect(tab.row(ben)).to_contain_text("Not sent: refused")
    await buyer.page.reload()
    await expect(buyer.row(ben)).to_contain_text("Not sent: refused")
    await expect(buyer.row(ben).locator("xpath=..")).to_have_attribute("aria-posinset", "1")

    notices = buyer.page.get_by_role("region", name="Notices")
    await buyer.page.evaluate(_CLOSE_DATABASES)
    await buyer.bubble("refused").get_by_role("button", name="Delete").click()
    await expect(other.row(ben)).not_to_contain_text("refused")
    await expect(buyer.log).to_be_focused()
    await notices.get_by_role("button", name="Undo").click()
    await expect(other.row(ben)).to_contain_text("Not sent: refused")
    await buyer.expect_stored("refused")

    await buyer.page.evaluate(_FILL_DISK)
    await buyer.bubble("refused").get_by_role("button", name="Try again").click()
    await expect(notices).to_contain_text("This browser can no longer store messages. Keep this page open")
    await buyer.expect_status("refused", "sent")
    await buyer.lose_network()
    await expect(buyer.page.get_by_text("this browser cannot store what you write")).to_be_visible()
    await buyer.write("in memory only")
    await buyer.regain_network()
    await buyer.expect_status("in memory only", "sent")
