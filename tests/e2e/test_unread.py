"""The number of unread messages is that of all conversations, whatever part of the list is loaded."""

import os

from playwright.async_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace
from tests.e2e.visitor import Tab

MANY = int(os.environ.get("LONG_LIST", "500"))  # conversations; a page of the list has 30


async def test_the_unread_total_counts_what_is_not_loaded_and_stays_right(
    visit: Visit, marketplace: Marketplace
) -> None:
    """On a load, when something is said, when it is read in any tab or on another device, and after a cut."""
    ada, ben, zoe = [await marketplace.person(name) for name in ("Ada", "Ben", "Zoe")]
    old = [await marketplace.conversation(ada, ben, f"unread {number}") for number in range(4)]
    await marketplace.fetch_value(_LONG_AGO, ada.id)
    await marketplace.fill_list(ada, zoe, MANY)
    buyer = await visit(ada, own_network=True)
    await _expect_unread(buyer, 4)
    await expect(buyer.page).to_have_title("(4) Messages · MyBazaar")

    await marketplace.say(ben, old[0], "one more")
    await _expect_unread(buyer, 5)
    await expect(buyer.row(ben).first).to_contain_text("one more")
    await marketplace.mark_read(ada, old[1])
    await _expect_unread(buyer, 4)
    await buyer.select(ben)
    await _expect_unread(buyer, 2)

    second = await buyer.new_tab(f"/messages/{old[2]}")
    await expect(second.bubble("unread 2")).to_be_visible()
    for tab in (buyer, second):
        await _expect_unread(tab, 1)

    await buyer.lose_network()
    await marketplace.say(ben, old[1], "said during the cut")
    await marketplace.mark_read(ada, old[3])
    await buyer.regain_network()
    await expect(second.row(ben).first).to_contain_text("said during the cut")
    for tab in (buyer, second):
        await _expect_unread(tab, 1)


_LONG_AGO = """
UPDATE conversations
SET last_activity_at = '2026-01-01', last_message_at = '2026-01-01', activity_bucket = activity_bucket_of('2026-01-01')
WHERE buyer_id = $1
"""


async def _expect_unread(tab: Tab, count: int) -> None:
    navigation = tab.page.get_by_role("navigation", name="Main")
    await expect(navigation.get_by_role("link", name="Messages")).to_have_accessible_name(f"Messages {count} unread")
