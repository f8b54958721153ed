"""What a browser keeps is described in contracts/data-inventory.json."""

import re

from playwright.async_api import expect

from contracts.schemas import ROOT, load
from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace

STORES = load(ROOT / "data-inventory.json")["clientStores"]

_STORED = """async () => {
    const databases = await indexedDB.databases();
    const opened = await Promise.all(databases.map(({name}) => new Promise((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error);
    })));
    return {
        localStorage: Object.keys(localStorage),
        sessionStorage: Object.keys(sessionStorage),
        indexedDB: opened.map(({name}) => name),
        objectStores: opened.flatMap(({objectStoreNames}) => [...objectStoreNames]),
        others: [...await caches.keys(), ...document.cookie.split(';').filter(Boolean)],
    };
}"""


async def test_everything_a_browser_keeps_is_named(visit: Visit, marketplace: Marketplace) -> None:
    """With a draft and a message that is not sent yet."""
    ada, _, conversation = await marketplace.talk("first")
    tab = await visit(ada, own_network=True)
    await tab.open(conversation)
    await tab.expect_connected()
    await tab.lose_network()
    await tab.write("not sent yet")
    await tab.composer.fill("a draft")
    await expect(tab.bubble("not sent yet")).to_be_visible()
    stored = await tab.page.evaluate(_STORED)
    for kind in ("localStorage", "sessionStorage", "indexedDB"):
        unnamed = [name for name in stored[kind] if not any(pattern.fullmatch(name) for pattern in _patterns(kind))]
        assert unnamed == [], kind
    assert set(stored["objectStores"]) == {store["objectStore"] for store in STORES if "objectStore" in store}
    assert stored["others"] == []
    assert any(":draft:" in name for name in stored["localStorage"])
    await tab.regain_network()
    await expect(tab.bubble("not sent yet")).to_be_visible()


def _patterns(kind: str) -> list[re.Pattern[str]]:
    """With anything in the place of ids."""
    names = [re.escape(store["name"]) for store in STORES if store["kind"] == kind]
    return [re.compile(re.sub(r"\\\{\w+\\\}", "[^:]+", name)) for name in names]
