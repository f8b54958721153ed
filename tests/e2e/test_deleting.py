"""A message is deleted for everyone, in two browsers: what is left, and what each browser keeps."""

import re

from playwright.async_api import expect

from tests.e2e.accessibility import expect_accessible
from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace

TEXT = "my number is 555 0199"
MINE = "You deleted this message"
THEIRS = "This message was deleted"
KEPT = """async () => {
  const stores = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)]
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((resolve, reject) => {
      const opening = indexedDB.open(name)
      opening.onsuccess = () => resolve(opening.result)
      opening.onerror = () => reject(opening.error)
    })
    for (const store of database.objectStoreNames) {
      const all = database.transaction(store).objectStore(store).getAll()
      await new Promise((resolve) => (all.onsuccess = resolve))
      stores.push(JSON.stringify(all.result))
    }
    database.close()
  }
  return stores.join()
}"""
"""Everything that the browser stores for this site, as text."""


async def test_a_deletion_made_offline_reaches_both_browsers_and_leaves_no_text(
    visit: Visit, marketplace: Marketplace
) -> None:
    """By keyboard alone; also an edit that waited is gone, and the other person was offline, too."""
    ada, ben, conversation = await marketplace.talk("hello")
    path = f"/messages/{conversation}"
    buyer, seller = [await visit(one, path=path, own_network=True) for one in (ada, ben)]
    await buyer.write(TEXT)
    await expect(seller.bubble(TEXT)).to_be_visible()
    await buyer.expect_status(TEXT, re.compile("sent|read"))
    await buyer.lose_network()
    await seller.lose_network()
    keyboard = buyer.page.keyboard
    await buyer.composer.press("ArrowUp")
    await buyer.chat.get_by_role("textbox", name="Edit message").fill(f"{TEXT}!")
    await keyboard.press("Enter")
    await buyer.expect_stored(f"{TEXT}!")
    await buyer.log.focus()
    await keyboard.press("ArrowUp")
    await keyboard.press("Enter")
    await keyboard.press("End")
    await expect(buyer.page.get_by_role("menuitem", name="Delete for everyone")).to_be_focused()
    await keyboard.press("Enter")
    dialog = buyer.page.get_by_role("dialog", name="Delete this message for everyone?")
    await expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    await expect_accessible(buyer.page)
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    await buyer.expect_status(MINE, "queued")
    await expect(buyer.bubble(MINE)).to_be_focused()

    await buyer.regain_network()
    await buyer.expect_texts("hello", MINE)
    await seller.regain_network()
    await seller.expect_texts("hello", THEIRS)
    await expect(seller.row(ada)).to_contain_text("Message deleted")
    await expect(seller.bubble(THEIRS).get_by_role("button")).to_have_count(0)
    for visitor in (buyer, seller):
        await expect(visitor.page.get_by_text("555 0199")).to_have_count(0)
        await expect_accessible(visitor.page)
        assert "555 0199" not in await visitor.page.evaluate(KEPT)


async def test_a_message_that_is_too_old_is_not_offered_for_deletion(visit: Visit, marketplace: Marketplace) -> None:
    ada, _, conversation = await marketplace.talk("hello")
    await marketplace.say(ada, conversation, "three days ago")
    old = "UPDATE messages SET created_at = created_at - interval '3 days' WHERE conversation_id = $1"
    await marketplace.fetch_value(old, conversation)
    buyer = await visit(ada, path=f"/messages/{conversation}")
    await buyer.bubble("three days ago").hover()
    await buyer.bubble("three days ago").get_by_role("button", name="Message actions").click()
    await expect(buyer.page.get_by_role("menuitem", name="Copy text")).to_be_visible()
    await expect(buyer.page.get_by_role("menuitem", name="Delete for everyone")).to_have_count(0)
