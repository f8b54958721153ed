"""Code is fetched like anything else: it may be offline, replaced by a deployment, or already there."""

import re

from playwright.async_api import Page, Route, expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace
from tests.e2e.visitor import NETWORK_FAILS, NOT_FOUND

PAGES = re.compile(r"/assets/(Items?|LogIn|Messages|NotFound)Page-.*\.js$")
PAGES_OF_MESSAGES = re.compile(r"/assets/MessagesPage-.*\.js$")
STYLES = re.compile(r"/assets/.*\.css$")
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
    await visitor.page.get_by_role("link", name="Browse", exact=True).click()
    await expect(visitor.page.get_by_role("heading", name=NOT_LOADED)).to_be_visible()
    await visitor.page.get_by_role("button", name="Try again").click()
    await expect(visitor.page.get_by_role("heading", name=NOT_LOADED)).to_be_visible()
    await visitor.page.get_by_role("navigation").get_by_role("link", name="Messages").click()
    await expect(visitor.page.get_by_text("You are offline. What you write")).to_be_visible()
    await visitor.page.get_by_role("link", name="Browse", exact=True).click()
    await expect(visitor.page.get_by_text("It will load by itself once you are back online.")).to_be_visible()
    await visitor.regain_network()
    await expect(visitor.page.get_by_role("heading", name="Fresh finds near you")).to_be_visible()


async def test_code_that_a_deployment_replaced_reloads_the_page_once(visit: Visit, marketplace: Marketplace) -> None:
    """404, or index.html instead: one reload brings the new version; while that is broken too, no second one."""
    ada, _, conversation = await marketplace.talk()
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
    await page.get_by_role("link", name="Browse", exact=True).click()
    await expect(page.get_by_role("heading", name=NOT_LOADED)).to_be_visible()
    await page.wait_for_function("() => performance.getEntriesByType('navigation')[0].type === 'reload'")
    await expect(page.get_by_role("heading", name=NOT_LOADED)).to_be_visible()
    await page.unroute(PAGES)
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("heading", name="Fresh finds near you")).to_be_visible()
    assert len(loads) <= 2, "it reloads by itself only once"
    await visitor.open(conversation)
    await expect(visitor.composer).to_have_value("half a sentence")


async def test_a_chat_whose_code_does_not_come_keeps_the_head_of_the_page_on_a_phone(
    visit: Visit, marketplace: Marketplace
) -> None:
    """It has a head of its own, which is part of what is missing: one can still go back."""
    ada, ben, conversation = await marketplace.talk()
    visitor = await visit(viewport={"width": 375, "height": 667})
    visitor.tolerate(NETWORK_FAILS)
    page = visitor.page
    await page.route(PAGES_OF_MESSAGES, lambda route: route.abort())
    await visitor.log_in(ada, then=f"/messages/{conversation}")
    await expect(page.get_by_role("heading", name=NOT_LOADED)).to_be_visible()
    await expect(page.get_by_role("link", name="MyBazaar")).to_be_in_viewport()
    await page.get_by_role("link", name="Back to all conversations").click()
    await expect(page).to_have_url(re.compile("/messages$"))
    await page.unroute(PAGES_OF_MESSAGES)
    await page.get_by_role("button", name="Try again").click()
    await visitor.row(ben).click()
    await expect(visitor.composer).to_be_visible()
    await expect(page.get_by_role("link", name="MyBazaar")).to_be_hidden()


async def test_a_style_sheet_that_does_not_come_is_fetched_again(visit: Visit, marketplace: Marketplace) -> None:
    """At once; then by one reload; then a word, and again when somebody asks or the network is back."""
    ada, _, conversation = await marketplace.talk()
    visitor = await visit()
    visitor.tolerate(NETWORK_FAILS)
    visitor.tolerate(NOT_FOUND)
    page, requests, loads = visitor.page, [""], [""]
    await visitor.log_in(ada, then=f"/messages/{conversation}")
    await visitor.composer.fill("half a sentence")
    page.on("domcontentloaded", lambda page: loads.append(page.url))
    note = page.get_by_text("The design of this page could not be loaded.")

    async def once(route: Route) -> None:
        requests.append(route.request.url)
        if len(requests) == 2:
            await route.abort()
        else:
            await route.continue_()

    await page.route(STYLES, once)
    await page.reload()
    await expect(visitor.composer).to_have_value("half a sentence")
    await expect(page.locator("body")).to_have_css("margin", "0px")
    await expect(note).to_be_hidden()
    await page.unroute(STYLES)

    await page.route(STYLES, lambda route: route.fulfill(status=404, content_type="text/html", body="gone"))
    await page.reload()
    await expect(note).to_be_visible()
    await expect(visitor.composer).to_have_value("half a sentence")
    await page.get_by_role("button", name="Try again", exact=True).click()
    await expect(note).to_be_visible()
    assert len(loads) <= 6, "it does not reload for ever"
    await visitor.context.set_offline(True)
    await page.unroute(STYLES)
    await visitor.context.set_offline(False)
    await expect(page.locator("body")).to_have_css("margin", "0px")
    await expect(note).to_be_hidden()


async def _save_data(page: Page) -> None:
    """Nothing is fetched ahead."""
    await page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
