"""Code is fetched like anything else: it may be offline, replaced by a deployment, or already there."""

import re

from playwright.async_api import Page, Route, expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace
from tests.e2e.visitor import NETWORK_FAILS, NOT_FOUND

PAGES = re.compile(r"/assets/(Items?|LogIn|Messages|NotFound)Page-.*\.js$")
NOT_LOADED = "This page could not be loaded"
# What Chromium writes when a script is not a script, or not there.
BAD_SCRIPT = re.compile("Failed to load module script|status of 404|Failed to fetch dynamically imported module")


async def test_all_pages_are_there_offline_once_the_first_one_was_idle(visit: Visit, marketplace: Marketplace) -> None:
    """Where nothing keeps the browser from fetching them ahead."""
    ada = await marketplace.person("Ada")
    visitor = await visit(own_network=True)
    await visitor.log_in(ada)
    names = "performance.getEntriesByType('resource').map(({name}) => name).join(' ')"
    await visitor.page.wait_for_function(
        f"() => ['ItemsPage', 'ItemPage', 'LogInPage', 'NotFoundPage'].every(page => {names}.includes(page))"
    )
    await visitor.lose_network()
    await visitor.page.evaluate("history.pushState(null, '', '/nowhere')")
    await expect(visitor.page.get_by_role("heading", name="This page does not exist")).to_be_visible()


async def test_a_page_whose_code_cannot_come_offline_says_so_and_comes_by_itself(
    visit: Visit, marketplace: Marketplace
) -> None:
    """The header stays, other pages work, and nothing is reloaded into the browser's own error page."""
    ada = await marketplace.person("Ada")
    visitor = await visit(own_network=True)
    await _save_data(visitor.page)
    await visitor.log_in(ada)
    await visitor.lose_network()
    await visitor.page.get_by_role("link", name="Browse").click()
    await expect(visitor.page.get_by_role("heading", name=NOT_LOADED)).to_be_visible()
    await visitor.page.get_by_role("button", name="Try again").click()
    await expect(visitor.page.get_by_role("heading", name=NOT_LOADED)).to_be_visible()
    await visitor.page.get_by_role("navigation").get_by_role("link", name="Messages").click()
    await expect(visitor.page.get_by_text("You are offline. What you write")).to_be_visible()
    await visitor.page.get_by_role("link", name="Browse").click()
    await expect(visitor.page.get_by_text("It loads by itself when you are back.")).to_be_visible()
    await visitor.regain_network()
    await expect(visitor.page.get_by_role("heading", name="Fresh finds near you")).to_be_visible()


async def test_code_that_a_deployment_replaced_reloads_the_page_once(visit: Visit, marketplace: Marketplace) -> None:
    """404, or index.html instead: one reload brings the new version; while that is broken too, no second one."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben")
    conversation = await marketplace.conversation(ada, ben)
    visitor = await visit()
    visitor.tolerate(NOT_FOUND)
    visitor.tolerate(NETWORK_FAILS)
    visitor.tolerate(BAD_SCRIPT)
    page = visitor.page
    await _save_data(page)
    await visitor.log_in(ada, then=f"/messages/{conversation}")
    await visitor.composer.fill("half a sentence")
    loads: list[str] = []
    page.on("domcontentloaded", lambda page: loads.append(page.url))

    async def answer_with_a_page(route: Route) -> None:
        await route.fulfill(status=200, content_type="text/html", body="<!doctype html>")

    await page.route(PAGES, answer_with_a_page)
    await page.get_by_role("link", name="Browse").click()
    await expect(page.get_by_role("heading", name=NOT_LOADED)).to_be_visible()
    await page.wait_for_function("() => performance.getEntriesByType('navigation')[0].type === 'reload'")
    await expect(page.get_by_role("heading", name=NOT_LOADED)).to_be_visible()
    await page.unroute(PAGES)
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("heading", name="Fresh finds near you")).to_be_visible()
    assert len(loads) <= 2, "it reloads by itself only once"
    await visitor.open(conversation)
    await expect(visitor.composer).to_have_value("half a sentence")


async def _save_data(page: Page) -> None:
    """Nothing is fetched ahead."""
    await page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
