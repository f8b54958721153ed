"""Every page and every state of the web client, each brought about on the running system as it would come about."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from playwright.async_api import Page, Route, expect

from tests.e2e.story import HISTORY, Story
from tests.e2e.visitor import Visitor

RETRIES_MS = 20_000  # a request that fails is tried again a few times before the page says so
MOST_BACKOFF_MS = 31_000
NOWHERE = "/messages/00000000-0000-7000-8000-000000000000"


@dataclass
class Stage:
    """What a scene has to work with: nobody is logged in yet."""

    story: Story
    visitor: Visitor
    arrive: Callable[[], Awaitable[Visitor]]
    is_over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def page(self) -> Page:
        """The page of which the picture is taken."""
        return self.visitor.page

    async def go(self, path: str, landmark: str) -> None:
        """Go to an address and wait for what tells that it is there."""
        await self.page.goto(path)
        await expect(self.page.get_by_text(landmark).first).to_be_visible(timeout=RETRIES_MS)

    async def chat(self, name: str) -> None:
        """Maya opens one of her conversations."""
        await self.visitor.log_in(self.story.me, then="/messages")
        await self.visitor.open(self.story.conversations[name])
        await expect(self.visitor.log.locator("article, p").first).to_be_visible()

    async def hold(self, pattern: str) -> None:
        """Requests to such addresses are not answered before the scene is over."""

        async def wait(route: Route) -> None:
            await self.is_over.wait()
            await route.abort()

        await self.page.route(re.compile(pattern), wait)

    async def fail(self, pattern: str) -> None:
        """Requests to such addresses fail."""
        await self.page.route(re.compile(pattern), lambda route: route.abort())

    async def end(self) -> None:
        """Let go of the requests that were held."""
        self.is_over.set()
        await self.page.unroute_all(behavior="wait")


Scene = Callable[[Stage], Awaitable[None]]
SCENES: dict[str, Scene] = {}


def scene(play: Scene) -> Scene:
    """Add a scene under its name, in the order of this page."""
    SCENES[play.__name__.replace("_", "-")] = play
    return play


@scene
async def items(stage: Stage) -> None:
    await stage.go("/", "City bike")


@scene
async def items_loading(stage: Stage) -> None:
    await stage.hold("/api/items")
    await stage.go("/", "Fresh finds")


@scene
async def items_failed(stage: Stage) -> None:
    await stage.fail("/api/items")
    await stage.go("/", "Could not load")


@scene
async def item(stage: Stage) -> None:
    await stage.go("/items/city-bike", "Contact seller")


@scene
async def item_of_mine(stage: Stage) -> None:
    await stage.visitor.log_in(stage.story.me, then="/")
    await stage.go("/items/city-bike", "This is your own item")


@scene
async def item_sold(stage: Stage) -> None:
    await stage.visitor.log_in(stage.story.me, then="/")
    await stage.go("/items/plant", "Sold")


@scene
async def item_contact_failed(stage: Stage) -> None:
    await stage.visitor.log_in(stage.story.me, then="/")
    await stage.go("/items/headphones", "Contact seller")
    await stage.fail("/api/conversations$")
    await stage.page.get_by_role("button", name="Contact seller").click()
    await expect(stage.page.get_by_text("could not be opened").first).to_be_visible(timeout=RETRIES_MS)


@scene
async def item_unknown(stage: Stage) -> None:
    await stage.go("/items/nothing-here", "There is no such item")


@scene
async def page_unknown(stage: Stage) -> None:
    await stage.go("/nowhere", "This page does not exist")


@scene
async def log_in(stage: Stage) -> None:
    await stage.go("/login", stage.story.me.name)


@scene
async def conversations(stage: Stage) -> None:
    await stage.visitor.log_in(stage.story.me)
    await expect(stage.visitor.row(stage.story.people["luca"]).first).to_be_visible()


@scene
async def conversations_none(stage: Stage) -> None:
    await stage.visitor.log_in(stage.story.people["nora"])
    await expect(stage.page.get_by_text("No conversations yet")).to_be_visible()


@scene
async def conversations_loading(stage: Stage) -> None:
    await stage.hold("/api/conversations")
    await stage.visitor.log_in(stage.story.me, then=f"/messages/{stage.story.conversations['bike']}")
    await expect(stage.page.get_by_label("Loading messages")).to_be_visible()


@scene
async def conversations_failed(stage: Stage) -> None:
    await stage.fail("/api/conversations")
    await stage.visitor.log_in(stage.story.me)
    await expect(stage.page.get_by_text("Could not load").first).to_be_visible(timeout=RETRIES_MS)


@scene
async def conversation_unknown(stage: Stage) -> None:
    await stage.visitor.log_in(stage.story.me)
    await stage.go(NOWHERE, "There is no such conversation")


@scene
async def account_menu(stage: Stage) -> None:
    await stage.visitor.log_in(stage.story.me)
    await stage.page.get_by_role("button", name=re.compile("^Account of ")).click()
    await expect(stage.page.get_by_role("button", name="Log out")).to_be_visible()


@scene
async def chat(stage: Stage) -> None:
    await stage.chat("bike")


@scene
async def chat_loading(stage: Stage) -> None:
    await stage.hold("/messages\\?")
    await stage.visitor.log_in(stage.story.me, then=f"/messages/{stage.story.conversations['bike']}")
    await expect(stage.page.get_by_label("Loading messages")).to_be_visible()


@scene
async def chat_failed(stage: Stage) -> None:
    await stage.fail("/messages\\?")
    await stage.visitor.log_in(stage.story.me, then=f"/messages/{stage.story.conversations['bike']}")
    await expect(stage.page.get_by_text("Could not load the messages")).to_be_visible(timeout=RETRIES_MS)


@scene
async def chat_new(stage: Stage) -> None:
    await stage.chat("new")


@scene
async def chat_unread(stage: Stage) -> None:
    await stage.chat("guitar")
    await expect(stage.visitor.log.get_by_text("New messages")).to_be_visible()


@scene
async def chat_much_unread(stage: Stage) -> None:
    await stage.story.read("history", mine=HISTORY - 40, theirs=HISTORY)
    await stage.chat("history")
    await expect(stage.visitor.log.get_by_text("New messages")).to_be_visible()


@scene
async def chat_right_to_left(stage: Stage) -> None:
    await stage.chat("arabic")


@scene
async def chat_long_texts(stage: Stage) -> None:
    await stage.chat("long")


@scene
async def chat_typing(stage: Stage) -> None:
    other = await stage.arrive()
    await other.log_in(stage.story.people["jonas"])
    await other.open(stage.story.conversations["bike"])
    await stage.chat("bike")
    await stage.visitor.expect_connected()
    await other.composer.press_sequentially("On my w", delay=120)
    await expect(stage.visitor.chat.get_by_text("typing…")).to_be_visible()


@scene
async def chat_new_messages_below(stage: Stage) -> None:
    await stage.chat("history")
    await stage.visitor.expect_connected()
    await stage.visitor.log.evaluate("log => { log.scrollTop -= 1200 }")
    for text in ("Are you there?", "I could come by at six."):
        await stage.story.say(stage.story.people["luca"], stage.story.conversations["history"], text)
    await expect(stage.page.get_by_text("2 new messages")).to_be_visible()


@scene
async def chat_older_loading(stage: Stage) -> None:
    await stage.chat("history")
    await stage.hold("before=")
    await stage.visitor.log.evaluate("log => { log.scrollTop = 0 }")
    await expect(stage.page.get_by_text("Loading older messages")).to_be_attached()


@scene
async def chat_near_the_limit(stage: Stage) -> None:
    await stage.chat("keyboard")
    await stage.visitor.composer.fill(("Some words. " * 400)[:3960])


@scene
async def chat_over_the_limit(stage: Stage) -> None:
    await stage.chat("keyboard")
    await stage.visitor.composer.fill("Some words. " * 340)


@scene
async def chat_refused(stage: Stage) -> None:
    await stage.chat("keyboard")
    await stage.visitor.expect_connected()
    async with stage.story.taken_away(stage.story.conversations["keyboard"]):
        await stage.visitor.write("This one was refused")
        await stage.visitor.expect_status("This one was refused", "failed")


@scene
async def chat_offline(stage: Stage) -> None:
    await stage.chat("bike")
    await stage.visitor.expect_connected()
    await stage.visitor.lose_network()
    await stage.visitor.write("I bring the lock and the manual.", "See you there 🚲")
    await stage.visitor.expect_status("See you there", "queued")
    await expect(stage.page.get_by_text("What you write is kept")).to_be_visible()


@scene
async def chat_reconnecting(stage: Stage) -> None:
    await _lose_server(stage)
    await expect(stage.page.get_by_text(re.compile("Reconnecting in [2-9]"))).to_be_visible(timeout=RETRIES_MS)


@scene
async def chat_retry_offered(stage: Stage) -> None:
    await stage.page.clock.install()
    await _lose_server(stage)
    button = stage.page.get_by_role("button", name="Retry now")
    while not await button.is_visible():
        await stage.page.clock.fast_forward(MOST_BACKOFF_MS)
        await asyncio.sleep(0.3)  # the attempt itself takes real time


@scene
async def chat_sockets_blocked(stage: Stage) -> None:
    assert stage.visitor.network is not None
    stage.visitor.network.block_sockets()
    await stage.chat("bike")
    await expect(stage.page.get_by_text("Live updates are blocked here")).to_be_visible(timeout=2 * RETRIES_MS)


async def _lose_server(stage: Stage) -> None:
    """The cable is out somewhere on the way: the browser does not know."""
    await stage.chat("bike")
    await stage.visitor.expect_connected()
    assert stage.visitor.network is not None
    stage.visitor.network.lose()
