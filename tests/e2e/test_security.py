"""What people write is only ever text, and the policy that says so is sent and holds."""

import re

from playwright.async_api import Dialog, expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace
from tests.kit.running.system import System
from tests.kit.waiting import eventually

ATTACKS = (
    '<img src=x onerror="window.hacked = true">',
    "<script>window.hacked = true</script>",
    '<svg/onload="window.hacked = true">',
    '"><iframe srcdoc="<script>parent.hacked = true</script>"></iframe>',
    "javascript:window.hacked=true",
    "[click me](javascript:window.hacked=true)",
    "data:text/html,<script>window.hacked=true</script>",
    "{{constructor.constructor('window.hacked = true')()}}",
)
SAFE_LINK_REL = {"noopener", "noreferrer"}


async def test_text_is_shown_as_text(visit: Visit, marketplace: Marketplace) -> None:
    """Markup, scripts and script links are shown letter by letter, in bubbles, in the list and as somebody's name."""
    ada = await marketplace.person("Ada")
    ben = await marketplace.person('<img src=x onerror="window.hacked = true"> Ben')
    item = await marketplace.item(ben, "<script>window.hacked = true</script> Lamp")
    dialogs: list[Dialog] = []
    buyer = await visit(ada, path="/")
    buyer.page.on("dialog", lambda dialog: dialogs.append(dialog))  # noqa: PLW0108 - Playwright marks the function
    await buyer.contact_seller(item)
    for attack in ATTACKS:
        await buyer.write(attack)
        await expect(buyer.bubble(attack)).to_be_visible()
        await buyer.expect_status(attack, "sent")
        await expect(buyer.row(ben)).to_contain_text(f"You: {attack}")
    await buyer.page.reload()
    await expect(buyer.bubble(ATTACKS[-1])).to_be_visible()
    await expect(buyer.chat.get_by_role("heading", name=ben.name)).to_be_visible()
    assert await buyer.log.locator("img, script, svg[onload], iframe").count() == 0
    assert await buyer.log.get_by_role("link").count() == 0
    assert await buyer.page.evaluate("() => window.hacked") is None
    assert dialogs == []


async def test_web_addresses_become_safe_links(visit: Visit, marketplace: Marketplace) -> None:
    """http and https only, in a new tab that learns nothing of this one; punctuation around them stays outside."""
    ada, _, conversation = await marketplace.talk()
    buyer = await visit(ada, path=f"/messages/{conversation}")
    await buyer.write("See https://example.org/a(b)?c=1#d, (http://example.com/x). Not ftp://example.org")
    links = buyer.log.get_by_role("link")
    await expect(links).to_have_text(["https://example.org/a(b)?c=1#d", "http://example.com/x"])
    for link in await links.all():
        href, rel = await link.get_attribute("href"), await link.get_attribute("rel")
        assert href is not None and rel is not None
        assert href.startswith(("http://example.com/", "https://example.org/"))
        assert set(rel.split()) >= SAFE_LINK_REL
        assert await link.get_attribute("target") == "_blank"


async def test_a_strict_policy_is_sent_and_holds(visit: Visit, system: System) -> None:
    """Even if markup got into the page, no script of it would run and nothing would go elsewhere."""
    guest = await visit()
    response = await guest.page.goto("/")
    assert response is not None
    policy = await response.header_value("content-security-policy")
    assert policy is not None
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["connect-src"] == "'self'"
    assert {"frame-ancestors", "base-uri"} <= directives.keys()
    assert await response.header_value("x-content-type-options") == "nosniff"

    guest.tolerate(re.compile("Content security policy|Content Security Policy"))
    tried = await guest.page.evaluate(
        """async () => {
            const script = document.createElement('script');
            script.textContent = 'window.hacked = true';
            document.body.append(script);
            const box = document.createElement('div');
            box.innerHTML = '<img src="data:," onerror="window.hacked = true">';
            document.body.append(box);
            const elsewhere = await fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'blocked');
            await new Promise(resolve => setTimeout(resolve, 0));
            return {hacked: window.hacked ?? false, elsewhere};
        }"""
    )
    assert tried == {"hacked": False, "elsewhere": "blocked"}
    await eventually(lambda: any("connect-src" in complaint for complaint in guest.all_complaints), within=60)
    await eventually(lambda: any("script-src" in complaint for complaint in guest.all_complaints), within=60)
