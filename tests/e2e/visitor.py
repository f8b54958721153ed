"""Somebody at a browser of their own, who does what people do and sees what people see."""

import asyncio
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, WebError, expect

from tests.e2e.marketplace import Item, Person
from tests.e2e.network import Network

# A violation is also an error on the console, but its own words say better what was tried.
_REPORT_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', ({violatedDirective, blockedURI, sourceFile}) =>
    console.error(`Content security policy: ${violatedDirective} ${blockedURI} ${sourceFile}`))
"""
NOT_FOUND = re.compile("status of 404")  # what Chromium writes about any answer of that kind
# What it writes when the network, not the client, fails.
NETWORK_FAILS = re.compile(r"net::ERR_|WebSocket connection to .* failed|status of 50[23]")
# The machine got or lost a network interface: Chromium then cuts what is under way. It says nothing about us.
MACHINE_CHANGED = re.compile("net::ERR_NETWORK_CHANGED")
# The machine stood still for longer than somebody waits for an answer, or one left while the socket was being opened.
GIVEN_UP = re.compile(r"WebSocket connection to .* failed|status of 50[234]")

CONNECTED_MS = 90_000  # the longest pause between two attempts, an attempt, and patience with the machine
TYPING_SECONDS = 60.0
STILL_FRAMES = 10

# Whether the outbox that survives a reload has these messages.
_ARE_STORED = """async texts => {
    const contents = [];
    for (const {name} of await indexedDB.databases()) {
        const database = await new Promise((resolve, reject) => {
            const opening = indexedDB.open(name);
            opening.onsuccess = () => resolve(opening.result);
            opening.onerror = () => reject(opening.error);
        });
        const entries = await new Promise((resolve, reject) => {
            const reading = database.transaction('outbox').objectStore('outbox').getAll();
            reading.onsuccess = () => resolve(reading.result);
            reading.onerror = () => reject(reading.error);
        });
        database.close();
        contents.push(...entries.map(({content}) => content));
    }
    return texts.every(text => contents.includes(text));
}"""

# Returns once the messages have stood where they stand for so many frames: a wheel's scrolling takes a while, and so
# does the measuring of rows that come into sight.
_COME_TO_REST = """async frames => {
    const log = document.querySelector('[role=log]');
    const place = () => `${log.scrollTop} ${log.scrollHeight}`;
    await document.fonts.ready;
    for (let still = 0, before = place(); still < frames; before = place()) {
        await new Promise(requestAnimationFrame);
        still = place() === before ? still + 1 : 0;
    }
}"""


class Tab:
    """One tab, in the words of its user."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.list = page.get_by_role("region", name="Conversations", exact=True)
        self.chat = page.get_by_role("region", name="Conversation", exact=True)
        self.log = self.chat.get_by_role("log")
        self.composer = self.chat.get_by_role("textbox", name=re.compile("^Message to "))

    async def open(self, conversation_id: str) -> None:
        """Go to a conversation by its address, and wait until one can write."""
        await self.page.goto(f"/messages/{conversation_id}")
        await expect(self.composer).to_be_visible()

    async def come_to_rest(self) -> None:
        """Wait until the messages stand still: only then is a place in them a place to scroll from."""
        await self.page.evaluate(_COME_TO_REST, STILL_FRAMES)

    async def select(self, counterpart: Person) -> None:
        await self.row(counterpart).click()
        await expect(self.chat.get_by_role("heading", name=counterpart.name)).to_be_visible()

    async def write(self, *texts: str) -> None:
        """Send messages, each with Enter, or with the button where Enter breaks the line."""
        for text in texts:
            await self.composer.fill(text)
            if await self.composer.get_attribute("enterkeyhint") == "send":
                await self.composer.press("Enter")
            else:
                await self.chat.get_by_role("button", name="Send", exact=True).click()

    async def type_until(self, notice: Locator) -> None:
        """Go on typing until somebody sees it: what is shown of it lasts only some seconds."""
        async with asyncio.timeout(TYPING_SECONDS):
            while not await notice.is_visible():
                await self.composer.press_sequentially("…")

    def row(self, counterpart: Person) -> Locator:
        return self.list.get_by_role("link").filter(has_text=counterpart.name)

    def bubble(self, text: str) -> Locator:
        return self.log.get_by_role("article").filter(has_text=text)

    async def expect_status(self, text: str, status: str | re.Pattern[str]) -> None:
        """Wait until one's own message has come this far."""
        await expect(self.bubble(text).locator("[data-status]")).to_have_attribute("data-status", status)

    async def expect_stored(self, *texts: str) -> None:
        """Wait until these messages would survive a reload: they show a moment before."""
        await self.page.wait_for_function(_ARE_STORED, arg=texts)

    async def expect_texts(self, *texts: str) -> None:
        """Wait until the newest bubbles are exactly these, in this order."""
        pattern = [re.compile(re.escape(text)) for text in texts]
        await expect(self.log.get_by_role("article")).to_have_text(pattern)

    async def expect_connected(self) -> None:
        """Wait until the connection is there."""
        await expect(self.page.get_by_title("Connected", exact=True)).to_be_attached(timeout=CONNECTED_MS)


@dataclass
class Visitor(Tab):
    """A browser of one person: tabs share storage, and nothing is shared with other visitors."""

    context: BrowserContext
    first_page: Page
    network: Network | None = None
    tolerated: list[re.Pattern[str]] = field(default_factory=lambda: [MACHINE_CHANGED, GIVEN_UP])
    all_complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.first_page)

    @classmethod
    async def arrive(cls, context: BrowserContext, network: Network | None = None) -> "Visitor":
        """With one empty tab."""
        await context.add_init_script(_REPORT_VIOLATIONS)
        visitor = cls(context, await context.new_page(), network)
        context.on("console", visitor._note_console)
        context.on("weberror", visitor._note_error)
        return visitor

    async def log_in(self, person: Person, *, then: str = "/messages") -> None:
        """Log in on the page for it, and be led on to a page."""
        await self.page.goto(f"/login?next={then}")
        await self.page.get_by_role("button", name=person.name).click()
        await self.page.wait_for_url(lambda url: urlsplit(url).path == then)

    async def log_out(self, *, deleting: bool = False) -> None:
        """By the account menu; with `deleting`, although something is not sent yet."""
        await self.page.get_by_role("button", name=re.compile("^Account of ")).click()
        await self.page.get_by_role("button", name="Log out").click()
        if deleting:
            await self.page.get_by_role("button", name="Delete and log out").click()

    async def contact_seller(self, item: Item) -> None:
        """From the page of an item into the conversation about it."""
        await self.page.goto(f"/items/{item.id}")
        await self.page.get_by_role("button", name="Contact seller").click()
        await expect(self.composer).to_be_visible()

    async def new_tab(self, path: str) -> Tab:
        page = await self.context.new_page()
        await page.goto(path)
        return Tab(page)

    async def lose_network(self) -> None:
        """The cable is out, and the browser knows it."""
        assert self.network is not None
        self.tolerate(NETWORK_FAILS)
        self.network.lose()
        await self.context.set_offline(True)

    async def regain_network(self) -> None:
        """The cable is in again."""
        assert self.network is not None
        self.network.restore()
        await self.context.set_offline(False)

    def tolerate(self, errors: re.Pattern[str]) -> None:
        """Errors on the console that belong to what the test does."""
        self.tolerated.append(errors)

    def complaints(self) -> list[str]:
        """Errors on the console, violated policies and uncaught exceptions that nobody expected."""
        return [text for text in self.all_complaints if not any(known.search(text) for known in self.tolerated)]

    async def leave(self, picture: Path | None) -> None:
        """Close the browser; with `picture`, first keep what each tab shows."""
        if picture is not None:
            for number, page in enumerate(self.context.pages):
                await page.screenshot(path=picture.with_stem(f"{picture.stem}-{number}"))
        await self.context.close()

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.location.get("url", "") if message.location else ""
            self.all_complaints.append(f"{message.text} ({where})")

    def _note_error(self, error: WebError) -> None:
        self.all_complaints.append(f"uncaught: {error.error}")
