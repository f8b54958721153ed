"""The page of one item: its description as it was written, all its pictures, and what is left when they fail."""

import re

from playwright.async_api import Locator, Page, Route, expect

from tests.e2e.accessibility import expect_accessible
from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Item, Marketplace
from tests.e2e.visitor import NETWORK_FAILS

PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
COVER, *MORE = (f"/demo/items/{name}.svg" for name in ("city-bike", "city-bike-2", "city-bike-3", "city-bike-4"))
MOST_SHIFT_PX = 1
LEAST_TARGET_PX = 44

_LONG_WORD = "w" * 200
_DESCRIPTION = f"First line.\nSecond line.\n\nNew <b>paragraph</b>. {_LONG_WORD}"


async def _bike(marketplace: Marketplace) -> Item:
    seller = await marketplace.person("Ben")
    return await marketplace.item(seller, description=_DESCRIPTION, imageUrl=COVER, moreImageUrls=MORE)


async def test_a_gallery_is_moved_by_buttons_keys_and_thumbnails(visit: Visit, marketplace: Marketplace) -> None:
    bike = await _bike(marketplace)
    guest = await visit(reduced_motion="reduce")
    page = guest.page
    await page.goto(f"/items/{bike.id}")
    pictures = page.get_by_role("region", name="Pictures")
    await _expect_shown(page, bike, 1)
    assert [await image.get_attribute("loading") for image in await pictures.get_by_role("img").all()] == [
        "eager",
        "lazy",
        "lazy",
        "lazy",
    ]
    before, following = (pictures.get_by_role("button", name=f"{which} picture") for which in ("Previous", "Next"))
    for button in (before, following):
        assert min(await _size(button)) >= LEAST_TARGET_PX
    await following.click()
    await following.click()
    await _expect_shown(page, bike, 3)
    await page.keyboard.press("ArrowLeft")
    await _expect_shown(page, bike, 2)
    await page.keyboard.press("End")
    await _expect_shown(page, bike, 4)
    await expect(following).to_have_attribute("aria-disabled", "true")
    await expect(following).to_be_focused()
    await pictures.get_by_role("button", name="Show picture 1 of 4").click()
    await _expect_shown(page, bike, 1)
    await expect_accessible(page)


async def test_a_phone_scrolls_the_pictures_and_keeps_the_lines_of_the_description(
    visit: Visit, marketplace: Marketplace
) -> None:
    """At 320 px, with large text, from right to left: nothing sticks out; the description has no markup."""
    bike = await _bike(marketplace)
    guest = await visit(**PHONE)
    page = guest.page
    await page.goto(f"/items/{bike.id}")
    await _expect_shown(page, bike, 1)
    strip = page.get_by_role("group", name="4 pictures")
    await strip.evaluate("strip => strip.scrollTo({left: 2 * strip.clientWidth})")
    await _expect_shown(page, bike, 3)
    description = page.get_by_role("region", name="Description").get_by_role("paragraph")
    assert await description.evaluate("text => text.innerText") == _DESCRIPTION
    await expect(description).to_have_css("white-space-collapse", "preserve-breaks")
    await expect(description).to_have_attribute("dir", "auto")
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.evaluate("document.documentElement.dir = 'rtl'")
    await page.get_by_role("button", name="Show picture 2 of 4").click()
    await _expect_shown(page, bike, 2)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_one_picture_or_none_has_no_controls_and_no_description_leaves_no_gap(
    visit: Visit, marketplace: Marketplace
) -> None:
    seller = await marketplace.person("Ben")
    guest = await visit()
    for image in (COVER, None):
        item = await marketplace.item(seller, imageUrl=image, description="", moreImageUrls=[])
        await guest.page.goto(f"/items/{item.id}")
        await expect(guest.page.get_by_role("img", name=item.title, exact=True)).to_be_visible()
        await expect(guest.page.get_by_role("region", name="Pictures")).to_have_count(0)
        await expect(guest.page.get_by_role("heading", name="Description")).to_have_count(0)


async def test_failed_pictures_are_fetched_again_when_the_browser_comes_online(
    visit: Visit, marketplace: Marketplace
) -> None:
    """Until then a neutral tile of the same size with the same name: nothing moves."""
    bike = await _bike(marketplace)
    guest = await visit()
    guest.tolerate(NETWORK_FAILS)
    page = guest.page

    async def fail(route: Route) -> None:
        await route.abort()

    await page.route("**/demo/items/*", fail)
    await page.goto(f"/items/{bike.id}")
    first = page.get_by_role("img", name=f"{bike.title}, picture 1 of 4")
    tile = page.locator("span[role=img]", has=page.locator("svg")).first
    await expect(tile).to_have_attribute("aria-label", f"{bike.title}, picture 1 of 4")
    size = await _size(first)
    await page.unroute("**/demo/items/*")
    await page.evaluate("dispatchEvent(new Event('online'))")
    await _expect_shown(page, bike, 1)
    assert all(abs(now - then) <= MOST_SHIFT_PX for now, then in zip(await _size(first), size, strict=True))


async def test_an_item_prints_with_its_description_and_first_pictures(visit: Visit, marketplace: Marketplace) -> None:
    bike = await _bike(marketplace)
    guest = await visit()
    page = guest.page
    await page.goto(f"/items/{bike.id}")
    await _expect_shown(page, bike, 1)
    await page.emulate_media(media="print")
    await expect(page.get_by_text("Second line.")).to_be_visible()
    printed = page.locator("img:visible")
    await expect(printed).to_have_count(4)
    for picture in await printed.all():
        await expect(picture).to_have_js_property("complete", value=True)
    for gone in ("Next picture", "Show picture 1 of 4", re.compile("^Contact seller")):
        await expect(page.get_by_role("button", name=gone)).to_be_hidden()


async def _expect_shown(page: Page, item: Item, number: int) -> None:
    """This picture, loaded, fills the strip; counter and thumbnails agree."""
    picture = page.get_by_role("img", name=f"{item.title}, picture {number} of 4")
    await expect(picture).to_be_in_viewport(ratio=0.9)
    await expect(picture).to_have_js_property("complete", value=True)
    assert await picture.evaluate("image => image.naturalWidth > 0")
    await expect(page.get_by_text(f"{number} / 4", exact=True)).to_be_visible()
    current = page.get_by_role("button", name=f"Show picture {number} of 4")
    await expect(current).to_have_attribute("aria-current", "true")


async def _size(locator: Locator) -> tuple[float, float]:
    box = await locator.bounding_box()
    assert box is not None
    return box["width"], box["height"]
