"""People, items and conversations for one test, told to the system as a marketplace and its people would."""

import contextlib
import itertools
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
import asyncpg

from benchmarks.load.target import target_of
from tests.kit.running.system import System

_PICTURE = "/demo/items/desk-lamp.svg"
_numbers = itertools.count(1)  # what one test adds never meets what another did

# A message each of a person's turns, at most a minute apart and over several days, of one to eight lines.
_FILL = """
WITH filled AS (
    INSERT INTO messages
        (conversation_id, seq, id, sender_role, client_message_id, content, created_at, event_pos, shard)
    SELECT c.id, n, gen_random_uuid(), (CASE WHEN n % 3 = 0 THEN 'seller' ELSE 'buyer' END)::participant_role,
           'filled-' || n, 'Message number ' || n || repeat(' and some more words', n * 7 % 11),
           now() - ($2 - n) * interval '30 seconds', c.updated_event_pos, c.shard
    FROM conversations c, generate_series(1, $2) n
    WHERE c.id = $1
)
UPDATE conversations
SET last_seq = $2, buyer_last_read_seq = $2, seller_last_read_seq = $2, last_message_id = gen_random_uuid(),
    last_message_preview = 'Message number ' || $2, last_message_role = 'buyer', last_message_at = now(),
    last_activity_at = now(), activity_bucket = activity_bucket_of(now())
WHERE id = $1
"""

# Conversations about items that are sold, newest first, each with a message that both have read.
_FILL_LIST = """
WITH filled AS (
    SELECT n, now() - n * interval '1 second' AS at, gen_random_uuid() AS id FROM generate_series(1, $3) n
), sold AS (
    INSERT INTO items (id, seller_id, title, status, updated_at)
    SELECT 'filled-' || $1 || '-' || n, $2, 'Filled ' || n, 'sold', now() FROM filled
), said AS (
    INSERT INTO messages
        (conversation_id, seq, id, sender_role, client_message_id, content, created_at, event_pos, shard)
    SELECT id, 1, id, 'seller', 'filled', 'Filled', at, 0, 0 FROM filled
)
INSERT INTO conversations
    (id, shard, item_id, buyer_id, seller_id, last_seq, buyer_last_read_seq, seller_last_read_seq, updated_event_pos,
     facts_event_pos, last_message_id, last_message_preview, last_message_role, last_message_at, last_activity_at,
     activity_bucket, created_at)
SELECT id, 0, 'filled-' || $1 || '-' || n, $1, $2, 1, 1, 1, 0, 0, id, 'Filled', 'seller', at, at,
       activity_bucket_of(at), at
FROM filled
"""


@dataclass(frozen=True)
class Person:
    id: str
    name: str


@dataclass(frozen=True)
class Item:
    id: str
    title: str
    seller: Person


@dataclass
class Marketplace:
    """Adds what a test needs, and acts for people who have no browser in it."""

    system: System
    http: aiohttp.ClientSession
    _people: list[Person] = field(default_factory=list)
    _items: list[Item] = field(default_factory=list)

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, system: System) -> AsyncIterator[Self]:
        """For the length of a test; then its people and items go, for the log-in page shows only so many."""
        async with aiohttp.ClientSession(system.conversations.url, raise_for_status=True) as http:
            market = cls(system, http)
            yield market
            for path in (*(f"items/{item.id}" for item in market._items), *(f"users/{p.id}" for p in market._people)):
                async with http.delete(f"/internal/{path}", headers=market._as_marketplace()):
                    pass

    async def person(self, name: str) -> Person:
        """Somebody new; a number makes the name unlike all others."""
        number = next(_numbers)
        person = Person(f"person-{number}", f"{name} {number}")
        await self._put(f"/internal/users/{person.id}", {"name": person.name})
        self._people.append(person)
        return person

    async def item(self, seller: Person, title: str = "Desk lamp", **changes: Any) -> Item:
        number = next(_numbers)
        item = Item(f"item-{number}", f"{title} {number}", seller)
        await self.put_item(item, **changes)
        self._items.append(item)
        return item

    async def put_item(self, item: Item, **changes: Any) -> None:
        """Tell about an item, or what changed about it."""
        body = {
            "sellerId": item.seller.id,
            "title": item.title,
            "price": {"amount": "18.50", "currency": "EUR"},
            "imageUrl": _PICTURE,
            **changes,
        }
        await self._put(f"/internal/items/{item.id}", body)

    async def conversation(self, buyer: Person, seller: Person, *texts: str) -> str:
        """A conversation about a new item, in which the seller has said these texts; its id."""
        conversation_id = await self.contact_seller(buyer, await self.item(seller))
        for text in texts:
            await self.say(seller, conversation_id, text)
        return conversation_id

    async def talk(self, *texts: str) -> tuple[Person, Person, str]:
        """A buyer, a seller and their conversation, in which the seller has said these texts."""
        buyer, seller = await self.person("Ada"), await self.person("Ben")
        return buyer, seller, await self.conversation(buyer, seller, *texts)

    async def contact_seller(self, buyer: Person, item: Item) -> str:
        """The conversation about an item; its id."""
        answer = await self._post(buyer, "/api/conversations", {"itemId": item.id})
        return str(answer["id"])

    async def say(self, person: Person, conversation_id: str, text: str, **more: object) -> None:
        """Send a message as somebody, by REST."""
        await self._post(person, f"/api/conversations/{conversation_id}/messages", {"content": text, **more})

    async def post(self, conversation_id: str, kind: str, **fields: Any) -> None:
        """Post a system message, under a key of its own."""
        path = f"/internal/conversations/{conversation_id}/system-messages"
        body = {"kind": kind, "key": f"key-{next(_numbers)}", **fields}
        async with self.http.post(path, json=body, headers=self._as_marketplace()):
            pass

    async def react(self, person: Person, conversation_id: str, seq: int, emoji: str) -> None:
        """React to a message on a device that has no browser in the test."""
        path = f"/api/conversations/{conversation_id}/messages/{seq}/reaction"
        await self._put(path, {"emoji": emoji}, self._as(person))

    async def delete(self, person: Person, conversation_id: str, seq: int) -> None:
        """Delete a message as its sender, by REST."""
        path = f"/api/conversations/{conversation_id}/messages/{seq}"
        async with self.http.delete(path, headers=self._as(person)):
            pass

    async def messages(self, person: Person, conversation_id: str) -> list[str]:
        """What is stored, in order; at most the newest 200."""
        path = f"/api/conversations/{conversation_id}/messages?limit=200"
        async with self.http.get(path, headers=self._as(person)) as response:
            return [message["content"] for message in (await response.json())["messages"]]

    async def fill(self, conversation_id: str, count: int) -> None:
        """Put a long history into a new conversation, past the services: both have read it."""
        await self.fetch_value(_FILL, conversation_id, count)

    async def fill_list(self, buyer: Person, seller: Person, count: int) -> None:
        """Give somebody many conversations, past the services: nothing in them is unread."""
        await self.fetch_value(_FILL_LIST, buyer.id, seller.id, count)

    async def mark_read(self, person: Person, conversation_id: str) -> None:
        """Read a conversation on a device that has no browser in the test."""
        await self._put(f"/api/conversations/{conversation_id}/read", {}, self._as(person))

    async def fetch_value(self, statement: str, *arguments: object) -> Any:
        """Ask or change the database behind the services' back."""
        connection = await asyncpg.connect(self.system.database_url)
        try:
            return await connection.fetchval(statement, *arguments)
        finally:
            await connection.close()

    @contextlib.asynccontextmanager
    async def taken_away(self, conversation_id: str) -> AsyncIterator[None]:
        """For the length of the block the conversation belongs to another buyer: its own gets refusals."""
        stranger = await self.person("Stranger")
        owner = await self.fetch_value("SELECT buyer_id FROM conversations WHERE id = $1", conversation_id)
        change = "UPDATE conversations SET buyer_id = $2 WHERE id = $1"
        await self.fetch_value(change, conversation_id, stranger.id)
        try:
            yield
        finally:
            await self.fetch_value(change, conversation_id, owner)

    async def mute(self, person: Person, conversation_id: str, *, muted: bool = True) -> None:
        """Mute a conversation on a device that has no browser in the test."""
        await self._put(f"/api/conversations/{conversation_id}/mute", {"muted": muted}, self._as(person))

    async def open_sockets(self) -> int:
        return sum([await self._sockets_at(replica.url) for replica in self.system.delivery])

    async def _sockets_at(self, url: str) -> int:
        async with self.http.get(f"{url}/metrics") as response:
            found = re.search(r"^delivery_sockets (\d+)", await response.text(), re.MULTILINE)
        assert found is not None
        return int(found[1])

    async def _put(self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        async with self.http.put(path, json=body, headers=headers or self._as_marketplace()):
            pass

    async def _post(self, person: Person, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self.http.post(path, json=body, headers=self._as(person)) as response:
            answer: dict[str, Any] = await response.json()
            return answer

    def _as_marketplace(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.system.service_token}"}

    def _as(self, person: Person) -> dict[str, str]:
        return {"Authorization": f"Bearer {target_of(self.system).token(person.id)}"}
