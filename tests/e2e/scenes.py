"""Every page and every state of the web client, each brought about on the running system as it would come about."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from playwright.async_api import Page, Route, expect

from tests.e2e.marketplace import Item
from tests.e2e.story import HISTORY, PRICE, Story
from tests.e2e.visitor import Visitor

RETRIES_MS = 20_000  # a request that fails is tried again a few times before the page says so
MOST_BACKOFF_MS = 31_000
EDITED = "Lovely! 18:00 at the main library, by the fountain?"
_MAKE_OLD = "UPDATE messages SET created_at = created_at - interval '1 hour' WHERE conversation_id = $1"
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
        await self.page.route(re.compile(pattern), lambda route: route.abort())

    async def disturb(self, *, hold: str, fail: str) -> None:
        """Hold or fail requests to such addresses, where one is given."""
        if hold:
            await self.hold(hold)
        if fail:
            await self.fail(fail)

    async def end(self) -> None:
        """Let go of the requests that were held."""
        self.is_over.set()
        await self.page.unroute_all(behavior="wait")


Scene = Callable[[Stage], Awaitable[None]]


def _page(path: str, landmark: str, *, of: str | None = None, hold: str = "", fail: str = "") -> Scene:
    """A page by its address, for a guest or one of the people; requests to some addresses hang or fail."""

    async def play(stage: Stage) -> None:
        if of is not None:
            await stage.visitor.log_in(stage.story.people[of], then="/")
        await stage.disturb(hold=hold, fail=fail)
        await stage.go(path, landmark)

    return play


def _chat(name: str, landmark: str | None = None) -> Scene:
    """One of Maya's conversations."""

    async def play(stage: Stage) -> None:
        await stage.chat(name)
        if landmark is not None:
            await expect(stage.visitor.log.get_by_text(landmark)).to_be_visible()

    return play


def _opening(landmark: str, *, hold: str = "", fail: str = "") -> Scene:
    """Maya comes straight to a conversation, while requests to some addresses hang or fail."""

    async def play(stage: Stage) -> None:
        await stage.disturb(hold=hold, fail=fail)
        await stage.visitor.log_in(stage.story.me, then=f"/messages/{stage.story.conversations['bike']}")
        shown = stage.page.get_by_text(landmark).or_(stage.page.get_by_label(landmark))
        await expect(shown.first).to_be_visible(timeout=RETRIES_MS)

    return play


def _draft(text: str) -> Scene:
    async def play(stage: Stage) -> None:
        await stage.chat("keyboard")
        await stage.visitor.composer.fill(text)

    return play


async def _item_contact_failed(stage: Stage) -> None:
    await stage.visitor.log_in(stage.story.me, then="/")
    await stage.go("/items/headphones", "Contact seller")
    await stage.fail("/api/conversations$")
    await stage.page.get_by_role("button", name="Contact seller").click()
    await expect(stage.page.get_by_text("could not be opened").first).to_be_visible(timeout=RETRIES_MS)


async def _account_menu(stage: Stage) -> None:
    await stage.visitor.log_in(stage.story.me)
    await stage.page.get_by_role("button", name=re.compile("^Account of ")).click()
    await expect(stage.page.get_by_role("button", name="Log out")).to_be_visible()


async def _chat_much_unread(stage: Stage) -> None:
    await stage.story.read("history", mine=HISTORY - 40, theirs=HISTORY)
    await stage.chat("history")
    await expect(stage.visitor.log.get_by_text("New messages")).to_be_visible()


async def _chat_typing(stage: Stage) -> None:
    other = await stage.arrive()
    await other.log_in(stage.story.people["jonas"])
    await other.open(stage.story.conversations["bike"])
    await stage.chat("bike")
    await stage.visitor.expect_connected()
    await other.composer.press_sequentially("On my w", delay=120)
    await expect(stage.visitor.chat.get_by_text("typing…")).to_be_visible()


async def _chat_new_messages_below(stage: Stage) -> None:
    await stage.chat("history")
    await stage.visitor.expect_connected()
    await stage.visitor.log.evaluate("log => { log.scrollTop -= 1200 }")
    for text in ("Are you there?", "I could come by at six."):
        await stage.story.say(stage.story.people["luca"], stage.story.conversations["history"], text)
    await expect(stage.page.get_by_text("2 new messages")).to_be_visible()


async def _chat_older_loading(stage: Stage) -> None:
    await stage.chat("history")
    await stage.hold("before=")
    await stage.visitor.log.evaluate("log => { log.scrollTop = 0 }")
    await expect(stage.page.get_by_text("Loading older messages")).to_be_attached()


async def _chat_refused(stage: Stage) -> None:
    await stage.chat("keyboard")
    await stage.visitor.expect_connected()
    async with stage.story.taken_away(stage.story.conversations["keyboard"]):
        await stage.visitor.write("This one was refused")
        await stage.visitor.expect_status("This one was refused", "failed")


async def _chat_menu(stage: Stage) -> None:
    await stage.chat("bike")
    await stage.visitor.expect_connected()
    last = stage.visitor.log.get_by_role("article").last
    await last.hover()
    await last.get_by_role("button", name="Message actions").dispatch_event("click")
    await expect(stage.page.get_by_role("menuitem", name="Edit")).to_be_visible()


async def _chat_more_reactions(stage: Stage) -> None:
    await _chat_menu(stage)
    await stage.page.get_by_role("button", name="More reactions").click()
    await expect(stage.page.get_by_role("button", name="React with 🎉")).to_be_visible()


async def _chat_reactions(stage: Stage) -> None:
    """Of each person, of both, on a bubble without text, and on one of each side."""
    bike, jonas = stage.story.conversations["bike"], stage.story.people["jonas"]
    for person, seq, emoji in (
        (jonas, 8, "👍"),
        (stage.story.me, 9, "🎉"),
        (jonas, 9, "🎉"),
        (stage.story.me, 10, "😂"),
        (jonas, 11, "❤️"),
        (stage.story.me, 11, "🙏"),
    ):
        await stage.story.react(person, bike, seq, emoji)
    await stage.chat("bike")
    await expect(stage.visitor.log.get_by_role("button", name="reacted with")).to_have_count(5)


async def _chat_editing(stage: Stage) -> None:
    await _chat_menu(stage)
    await stage.page.get_by_role("menuitem", name="Edit").click()
    await expect(stage.page.get_by_text("Editing message")).to_be_visible()


async def _chat_edited(stage: Stage) -> None:
    await _chat_editing(stage)
    await stage.page.get_by_role("textbox", name="Edit message").fill(EDITED)
    await stage.page.get_by_role("button", name="Save").click()
    await expect(stage.visitor.bubble(EDITED).get_by_role("button", name="edited")).to_be_visible()


async def _chat_replying(stage: Stage) -> None:
    await _chat_menu(stage)
    await stage.page.get_by_role("menuitem", name="Reply").click()
    await expect(stage.page.get_by_text("Replying to")).to_be_visible()


async def _chat_quote(stage: Stage) -> None:
    """One in a bubble of each side."""
    await _chat_replying(stage)
    await stage.visitor.write("And I bring the lock.")
    people, bike = stage.story.people, stage.story.conversations["bike"]
    await stage.story.say(people["jonas"], bike, "Great, thank you!", replyTo=1)
    await expect(stage.visitor.bubble("Great, thank you!").get_by_role("button", name="In reply to")).to_be_visible()


async def _chat_versions(stage: Stage) -> None:
    await _chat_edited(stage)
    await stage.page.get_by_role("button", name="edited").click()
    await expect(stage.page.get_by_role("dialog").get_by_text("Now")).to_be_visible()


async def _chat_delete_asked(stage: Stage) -> None:
    await _chat_menu(stage)
    await stage.page.get_by_role("menuitem", name="Delete for everyone").click()
    await expect(stage.page.get_by_role("dialog").get_by_role("button", name="Cancel")).to_be_focused()


async def _chat_deleted(stage: Stage) -> None:
    """One of mine, and one of the other person's before it."""
    jonas, bike = stage.story.people["jonas"], stage.story.conversations["bike"]
    await stage.story.delete(jonas, bike, 7)
    await _chat_delete_asked(stage)
    await stage.page.get_by_role("button", name="Delete for everyone").click()
    await expect(stage.visitor.bubble("You deleted this message")).to_be_visible()
    await expect(stage.page.get_by_text("Message deleted", exact=True)).to_be_attached()


async def _chat_edit_refused(stage: Stage) -> None:
    await _chat_editing(stage)
    await stage.story.fetch_value(_MAKE_OLD, stage.story.conversations["bike"])
    await stage.page.get_by_role("textbox", name="Edit message").fill(EDITED)
    await stage.page.get_by_role("button", name="Save").click()
    await expect(stage.page.get_by_text("Your edit was not saved")).to_be_visible()


def _desk(landmark: str, **change: object) -> Scene:
    """Maya's chat about a reserved desk, and what then changes about it."""

    async def play(stage: Stage) -> None:
        story = stage.story
        desk = Item("desk", "Solid wood desk, two drawers", story.people["aisha"])
        known: dict[str, object] = {"price": PRICE, "imageUrl": "/demo/items/desk.svg", "status": "reserved"}
        await story.put_item(desk, **known)
        await stage.chat("desk")
        await stage.visitor.expect_connected()
        if change:
            await story.put_item(desk, **{**known, **change})
        await expect(stage.visitor.chat.get_by_text(landmark)).to_be_visible()

    return play


async def _chat_offline(stage: Stage) -> None:
    await stage.chat("bike")
    await stage.visitor.expect_connected()
    await stage.visitor.lose_network()
    await stage.visitor.write("I bring the lock and the manual.", "See you there 🚲")
    await stage.visitor.expect_status("See you there", "queued")
    await expect(stage.page.get_by_text("What you write is kept")).to_be_visible()


async def _chat_reconnecting(stage: Stage) -> None:
    await _lose_server(stage)
    await expect(stage.page.get_by_text(re.compile("Reconnecting in [2-9]"))).to_be_visible(timeout=RETRIES_MS)


async def _chat_retry_offered(stage: Stage) -> None:
    await stage.page.clock.install()
    await _lose_server(stage)
    button = stage.page.get_by_role("button", name="Retry now")
    while not await button.is_visible():
        await stage.page.clock.fast_forward(MOST_BACKOFF_MS)
        await asyncio.sleep(0.3)  # the attempt itself takes real time


async def _chat_sockets_blocked(stage: Stage) -> None:
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


async def _conversations_muted(stage: Stage) -> None:
    """One with messages that are not read, and one without."""
    for name in ("guitar", "bike"):
        await stage.story.mute(stage.story.me, stage.story.conversations[name])
    await stage.visitor.log_in(stage.story.me, then="/messages")
    await expect(stage.visitor.list.get_by_role("img", name="Muted")).to_have_count(2)


async def _chat_muted(stage: Stage) -> None:
    await _conversations_muted(stage)
    await stage.visitor.open(stage.story.conversations["bike"])
    await expect(stage.visitor.chat.get_by_role("img", name="Muted")).to_be_visible()


async def _chat_actions(stage: Stage) -> None:
    await stage.chat("bike")
    await stage.visitor.chat.get_by_role("button", name="Conversation actions").click()
    await expect(stage.page.get_by_role("menuitem", name="Mute notifications")).to_be_visible()


SCENES: dict[str, Scene] = {
    "items": _page("/", "City bike"),
    "items-loading": _page("/", "Fresh finds", hold="/api/items"),
    "items-failed": _page("/", "Could not load", fail="/api/items"),
    "item": _page("/items/city-bike", "Contact seller"),
    "item-of-mine": _page("/items/city-bike", "This is your own item", of="maya"),
    "item-sold": _page("/items/plant", "Sold", of="maya"),
    "item-contact-failed": _item_contact_failed,
    "item-unknown": _page("/items/nothing-here", "There is no such item"),
    "page-unknown": _page("/nowhere", "This page does not exist"),
    "log-in": _page("/login", "Maya"),
    "conversations": _page("/messages", "Luca", of="maya"),
    "conversations-muted": _conversations_muted,
    "conversations-none": _page("/messages", "No conversations yet", of="nora"),
    "conversations-loading": _opening("Loading messages", hold="/api/conversations"),
    "conversations-failed": _page("/messages", "Could not load", of="maya", fail="/api/conversations"),
    "conversation-unknown": _page(NOWHERE, "There is no such conversation", of="maya"),
    "account-menu": _account_menu,
    "chat": _chat("bike"),
    "chat-loading": _opening("Loading messages", hold="/messages\\?"),
    "chat-failed": _opening("Could not load the messages", fail="/messages\\?"),
    "chat-new": _chat("new"),
    "chat-unread": _chat("guitar", "New messages"),
    "chat-much-unread": _chat_much_unread,
    "chat-right-to-left": _chat("arabic"),
    "chat-long-texts": _chat("long"),
    "chat-typing": _chat_typing,
    "chat-new-messages-below": _chat_new_messages_below,
    "chat-older-loading": _chat_older_loading,
    "chat-near-the-limit": _draft(("Some words. " * 400)[:3960]),
    "chat-over-the-limit": _draft("Some words. " * 340),
    "chat-refused": _chat_refused,
    "chat-muted": _chat_muted,
    "chat-actions": _chat_actions,
    "chat-menu": _chat_menu,
    "chat-more-reactions": _chat_more_reactions,
    "chat-reactions": _chat_reactions,
    "chat-editing": _chat_editing,
    "chat-edited": _chat_edited,
    "chat-replying": _chat_replying,
    "chat-quote": _chat_quote,
    "chat-versions": _chat_versions,
    "chat-edit-refused": _chat_edit_refused,
    "chat-system-messages": _desk("is reserved"),
    "chat-item-repriced": _desk("The price is now", price={"amount": "60.00", "currency": "EUR"}),
    "chat-item-removed": _desk("item is no longer offered", status="removed"),
    "chat-item-sold": _chat("plant"),
    "chat-delete-asked": _chat_delete_asked,
    "chat-deleted": _chat_deleted,
    "chat-offline": _chat_offline,
    "chat-reconnecting": _chat_reconnecting,
    "chat-retry-offered": _chat_retry_offered,
    "chat-sockets-blocked": _chat_sockets_blocked,
}
"""By name, in the order of the gallery."""
