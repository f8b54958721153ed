"""Times and days are those of the server's clock and the reader's time zone, for as long as the page is open."""

import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import Locator, Request, expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace
from tests.e2e.visitor import Tab

_HOUR_AND_MINUTE = re.compile(r"^\d{1,2}:\d{2}$")


async def test_a_device_whose_clock_is_hours_ahead_shows_the_right_times_and_logs_in_once(
    visit: Visit, marketplace: Marketplace
) -> None:
    """Also after a reload, when no answer has told the time yet."""
    ada, _, conversation = await marketplace.talk("just said")
    buyer = await visit()
    log_ins: list[Request] = []
    buyer.page.on("request", lambda request: log_ins.append(request) if "/api/dev/login" in request.url else None)
    await buyer.context.clock.install(time=datetime.now(UTC) + timedelta(hours=20))
    await buyer.log_in(ada)
    await buyer.open(conversation)
    for text in ("written now", "written after a reload"):
        await buyer.write(text)
        await buyer.expect_status(text, "sent")
        await expect(_time_of_row(buyer)).to_have_text(_HOUR_AND_MINUTE)
        await expect(_days(buyer)).to_have_text(["Today"])
        await buyer.page.reload()
        await expect(buyer.bubble(text)).to_be_visible()
    await expect(_days(buyer)).to_have_text(["Today"])
    assert len(log_ins) == 1


async def test_labels_change_at_midnight_while_the_page_stays_open(visit: Visit, marketplace: Marketplace) -> None:
    """In the reader's time zone; here one where the day is about to end."""
    ada, _, conversation = await marketplace.talk("said before midnight")
    zone, until_midnight = _zone_with_little_left_of_its_day()
    buyer = await visit(timezone_id=zone)
    await buyer.context.clock.install()
    await buyer.log_in(ada)
    await buyer.open(conversation)
    await expect(_time_of_row(buyer)).to_have_text(_HOUR_AND_MINUTE)
    await expect(_days(buyer)).to_have_text(["Today"])
    await buyer.page.clock.fast_forward(until_midnight // timedelta(milliseconds=1))
    await expect(_time_of_row(buyer)).to_have_text("Yesterday")
    await expect(_days(buyer)).to_have_text(["Yesterday"])


def _time_of_row(tab: Tab) -> Locator:
    return tab.list.locator("time")


def _days(tab: Tab) -> Locator:
    return tab.log.locator("time").filter(has_not_text=re.compile(r":\d\d"))


def _zone_with_little_left_of_its_day() -> tuple[str, timedelta]:
    """A time zone, and how long it is until its next midnight: more than a few minutes."""
    now = datetime.now(UTC)
    hour = 23 if now.minute < 50 else 22
    offset = (hour - now.hour + 12) % 24 - 12
    midnight = (now + timedelta(hours=offset)).replace(hour=0, minute=0, second=1) + timedelta(days=1)
    # The signs of these names are the other way round.
    return f"Etc/GMT{-offset:+d}", midnight - (now + timedelta(hours=offset))
