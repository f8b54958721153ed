"""Reading: long histories, where the eye rests, and the right conversation at any speed."""

import asyncio
import os
import re
import statistics
from typing import Any

import pytest
from playwright.async_api import CDPSession, Page, Route, expect

from tests.e2e.conftest import Measure, Visit
from tests.e2e.marketplace import Marketplace
from tests.e2e.visitor import Tab, Visitor

LONG_HISTORY = int(os.environ.get("LONG_HISTORY", "1000"))  # messages; the cost of a frame does not depend on it
MOST_ELEMENTS = 1500  # in the whole document, however long the history is
MOST_HEAP_MB = 100.0
SMOOTH_WORK_MS = 34.0  # of the page's own in a frame, on average: it leaves room for 30 of them a second
JUMP_PX = 2

# Scrolls through the loaded messages at the speed of a determined reader and notes how long each frame took.
_SCROLL = """async ([direction, frames]) => {
    const log = document.querySelector('[role=log]');
    const times = [];
    let previous = performance.now();
    for (let frame = 0; frame < frames; frame += 1) {
        log.scrollTop += direction * 120;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        times.push(now - previous);
        previous = now;
    }
    return times;
}"""
# Whether older messages are on their way, which they soon are once one is near the top.
_NEAR_THE_TOP = """() => {
    document.querySelector('[role=log]').scrollTop = 300;
    return document.body.textContent.includes('Loading older messages');
}"""
# Where a message stands on screen, frame by frame, from now until `window.watch()` is called.
_WATCH = """seq => {
    const places = [];
    let watching = true;
    const look = () => {
        const top = document.querySelector(`[data-seq="${seq}"]`)?.getBoundingClientRect().top;
        places.push(top ?? null);
        if (watching) requestAnimationFrame(look);
    };
    look();
    window.watch = () => { watching = false; return places; };
}"""
# Notes every moment at which the chat shows a message that does not belong to the person named above it.
_WATCH_FOR_STRANGERS = """() => {
    window.strangers = [];
    window.shown = new Set();
    const look = () => {
        const chat = document.querySelector('section[aria-label="Conversation"]');
        const name = chat?.querySelector('h2')?.textContent ?? '';
        for (const article of chat?.querySelectorAll('article') ?? []) {
            window.shown.add(name);
            if (!article.textContent.includes(`secret of ${name}.`)) window.strangers.push([name, article.textContent]);
        }
    };
    new MutationObserver(look).observe(document.body, {childList: true, subtree: true, characterData: true});
}"""


@pytest.mark.timeout(900, func_only=True)  # of the long form: two hundred pages are loaded
async def test_thousands_of_messages_scroll_smoothly_in_bounded_memory(
    visit: Visit, marketplace: Marketplace, measure: Measure
) -> None:
    """All of it loaded by going up and up; then a frame is little work, and document and heap are small."""
    ada, _, conversation = await marketplace.talk()
    await marketplace.fill(conversation, LONG_HISTORY)
    buyer = await visit(ada, path=f"/messages/{conversation}")
    await expect(buyer.bubble(f"Message number {LONG_HISTORY}")).to_be_visible()
    await _load_everything(buyer)
    session = await buyer.context.new_cdp_session(buyer.page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = await _work_ms(session)
    frames = await _scroll(buyer.page, down=True) + await _scroll(buyer.page, down=False)
    work = (await _work_ms(session) - before) / len(frames)
    elements: int = await buyer.page.evaluate("document.getElementsByTagName('*').length")
    heap = await _heap_mb(session)
    median, worst = statistics.median(frames), statistics.quantiles(frames, n=20)[-1]
    measure(f"scrolling in {LONG_HISTORY} messages: a frame takes {median:.0f} ms, 5 % take over {worst:.0f} ms")
    measure(f"  of which {work:.0f} ms are work of the page's thread")
    measure(f"  with {elements} elements in the document and {heap:.0f} MB of JavaScript heap")
    assert work < SMOOTH_WORK_MS
    assert elements < MOST_ELEMENTS
    assert heap < MOST_HEAP_MB


async def test_older_pages_load_without_a_jump(visit: Visit, marketplace: Marketplace) -> None:
    """The message under the reader's eye stays where it is in every frame while 50 older ones come in above."""
    ada, _, conversation = await marketplace.talk()
    await marketplace.fill(conversation, 1000)
    buyer = await visit(ada, path=f"/messages/{conversation}")
    await expect(buyer.bubble("Message number 1000")).to_be_visible()
    gate = asyncio.Event()

    async def hold_back(route: Route) -> None:
        await gate.wait()
        await route.continue_()

    await buyer.page.route(re.compile("before="), hold_back)
    for _ in range(4):
        await buyer.page.wait_for_function(_NEAR_THE_TOP)
        await buyer.come_to_rest()
        seq = await _seq_in_the_middle(buyer)
        await buyer.page.evaluate(_WATCH, seq)
        gate.set()
        await expect(buyer.chat.get_by_text("Loading older messages")).to_be_hidden()
        places = await _places_after_settling(buyer.page)
        gate.clear()
        assert None not in places, "the message went off the screen"
        assert max(places) - min(places) < JUMP_PX, f"it jumped: {places}"


async def test_at_the_bottom_a_new_message_is_followed(visit: Visit, marketplace: Marketplace) -> None:
    """Who reads the newest message sees the next one come in."""
    ada, ben, conversation = await marketplace.talk()
    await marketplace.fill(conversation, 200)
    buyer = await visit(ada, path=f"/messages/{conversation}")
    await expect(buyer.bubble("Message number 200")).to_be_in_viewport()
    await buyer.expect_connected()
    for number in range(5):
        await marketplace.say(ben, conversation, f"new {number} " + "and long " * 40)
        await expect(buyer.bubble(f"new {number}").locator("time")).to_be_in_viewport()
    await expect(_pill(buyer)).to_have_count(0)


async def test_further_up_nothing_moves_and_a_pill_counts_the_new_messages(
    visit: Visit, marketplace: Marketplace
) -> None:
    """Who reads old messages goes on reading; the pill counts what has come, and leads there."""
    ada, ben, conversation = await marketplace.talk()
    await marketplace.fill(conversation, 200)
    buyer, seller = await visit(ada, path=f"/messages/{conversation}"), await visit(ben)
    await seller.open(conversation)
    await expect(buyer.bubble("Message number 200")).to_be_in_viewport()
    await buyer.expect_connected()
    await _leave_the_end(buyer, "Message number 200")
    seq = await _seq_in_the_middle(buyer)
    await buyer.page.evaluate(_WATCH, seq)

    await seller.write("new one")
    await expect(_pill(buyer)).to_have_text("1 new message")
    await seller.write("new two")
    await expect(_pill(buyer)).to_have_text("2 new messages")
    places = await _places_after_settling(buyer.page)
    assert max(places) - min(places) < JUMP_PX, f"it moved: {places}"
    await seller.expect_status("new two", "sent")

    await _pill(buyer).click()
    await expect(buyer.bubble("new two")).to_be_in_viewport()
    await expect(_pill(buyer)).to_have_count(0)
    await seller.expect_status("new two", "read")


async def test_ones_own_message_is_followed_from_anywhere(visit: Visit, marketplace: Marketplace) -> None:
    """Who writes while reading old messages is taken to what was written."""
    ada, _, conversation = await marketplace.talk()
    await marketplace.fill(conversation, 200)
    buyer = await visit(ada, path=f"/messages/{conversation}")
    await expect(buyer.bubble("Message number 200")).to_be_in_viewport()
    await _leave_the_end(buyer, "Message number 200")
    await buyer.write("here I am")
    await expect(buyer.bubble("here I am")).to_be_in_viewport()


async def test_a_conversation_opens_at_the_first_unread_message(visit: Visit, marketplace: Marketplace) -> None:
    """Where there is more unread than fits, reading begins under the line "New messages"."""
    ada, ben, conversation = await marketplace.talk()
    await marketplace.fill(conversation, 200)
    for number in range(20):
        await marketplace.say(ben, conversation, f"unread {number} " + "and long " * 40)
    buyer = await visit(ada, path=f"/messages/{conversation}")
    await expect(buyer.log.get_by_text("New messages", exact=True)).to_be_in_viewport()
    await expect(buyer.bubble("unread 0 ")).to_be_in_viewport()
    await expect(buyer.bubble("unread 19 ")).not_to_be_in_viewport()

    cem = await marketplace.person("Cem")
    conversation = await marketplace.conversation(ada, cem, "hello")
    await marketplace.say(cem, conversation, "one message " + "longer than the screen " * 150)
    await buyer.open(conversation)
    await expect(buyer.log.get_by_text("New messages", exact=True)).to_be_in_viewport()
    await expect(_pill(buyer)).to_be_visible()

    eve = await marketplace.person("Eve")
    conversation = await marketplace.conversation(ada, eve, "hello")
    await marketplace.say(eve, conversation, "all on the screen")
    await buyer.open(conversation)
    await expect(buyer.bubble("all on the screen")).to_be_in_viewport()
    await expect(_pill(buyer)).to_have_count(0)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
async def test_history_that_loads_above_the_first_unread_message_does_not_move_it(
    visit: Visit, marketplace: Marketplace, motion: str
) -> None:
    """Nor where one wants no motion: what is measured there must not lag behind either."""
    ada, ben, conversation = await marketplace.talk()
    await marketplace.fill(conversation, 300)
    for number in range(40):
        await marketplace.say(ben, conversation, f"unread {number}.")
    buyer = await visit(ada, reduced_motion=motion)
    async with buyer.page.expect_response(re.compile("before=")) as older:
        await buyer.open(conversation)
    await (await older.value).finished()
    await expect(buyer.chat.get_by_text("Loading older messages")).to_be_hidden()
    await expect(buyer.log.get_by_text("New messages", exact=True)).to_be_in_viewport()
    await expect(buyer.bubble("unread 0.")).to_be_in_viewport()


async def test_switching_quickly_never_shows_the_wrong_messages(visit: Visit, marketplace: Marketplace) -> None:
    """However the answers overtake each other, above every message stands the person it belongs to."""
    ada = await marketplace.person("Ada")
    people = [await marketplace.person(name) for name in ("Ben", "Cem", "Dora", "Emil")]
    for person in people:
        await marketplace.conversation(ada, person, *[f"secret of {person.name}. {number}" for number in range(5)])
    buyer = await visit(ada)
    await expect(buyer.row(people[0])).to_be_visible()

    delays = iter([0.25, 0.05, 0.15, 0.02] * 3)

    async def answer_late(route: Route) -> None:
        await asyncio.sleep(next(delays, 0))  # a slow network whose answers come in another order than asked for
        await route.continue_()

    await buyer.page.route(re.compile("/messages\\?"), answer_late)
    await buyer.page.evaluate(_WATCH_FOR_STRANGERS)
    for _ in range(4):
        for person in people:
            await buyer.row(person).click()
            await buyer.page.evaluate("() => new Promise(requestAnimationFrame)")
    for person in people:
        await buyer.select(person)
        await expect(buyer.bubble(f"secret of {person.name}. 4")).to_be_visible()
    assert await buyer.page.evaluate("() => window.shown.size") == len(people)
    assert await buyer.page.evaluate("() => window.strangers") == []


def _pill(tab: Tab) -> Any:
    return tab.chat.get_by_role("button", name=re.compile("jump to the newest", re.IGNORECASE))


async def _load_everything(visitor: Visitor) -> None:
    await visitor.page.evaluate(
        """async () => {
            const log = document.querySelector('[role=log]');
            while (!document.querySelector('[data-seq="1"]')) {
                log.scrollTop = 0;
                await new Promise(requestAnimationFrame);
            }
        }"""
    )
    await expect(visitor.log.get_by_text("This is the beginning of your conversation")).to_be_attached()


async def _scroll(page: Page, *, down: bool) -> list[float]:
    times: list[float] = await page.evaluate(_SCROLL, [1 if down else -1, 150])
    return times


async def _leave_the_end(visitor: Visitor, newest: str) -> None:
    """Scroll up with the wheel, away from the newest message."""
    await visitor.log.hover()
    await visitor.page.mouse.wheel(0, -1200)
    await expect(visitor.bubble(newest)).not_to_be_in_viewport()
    await visitor.come_to_rest()


async def _seq_in_the_middle(visitor: Visitor) -> int:
    seq: int = await visitor.page.evaluate(
        """() => {
            const log = document.querySelector('[role=log]').getBoundingClientRect();
            const middle = (log.top + log.bottom) / 2;
            const rows = [...document.querySelectorAll('[data-seq]')];
            const row = rows.find(row => row.getBoundingClientRect().bottom > middle);
            return Number(row.dataset.seq);
        }"""
    )
    return seq


async def _places_after_settling(page: Page) -> list[float]:
    """What was watched, to a quarter of a second after now."""
    places: list[float] = await page.evaluate(
        """async () => {
            for (let frame = 0; frame < 15; frame += 1) await new Promise(requestAnimationFrame);
            return window.watch();
        }"""
    )
    return places


async def _work_ms(session: CDPSession) -> float:
    """Processor time that the page's main thread has taken; what else the machine does is not in it."""
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    return 1000 * next(float(metric["value"]) for metric in metrics if metric["name"] == "TaskDuration")


async def _heap_mb(session: CDPSession) -> float:
    await session.send("HeapProfiler.collectGarbage")
    usage = await session.send("Runtime.getHeapUsage")
    return float(usage["usedSize"]) / 1e6
