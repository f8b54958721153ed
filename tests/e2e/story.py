"""Maya's week on the marketplace: the demo people and items, with conversations worth a picture."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal, Self

from deploy.demo import data as demo_data
from tests.e2e.marketplace import Item, Marketplace, Person

DAY = 24 * 60  # minutes
Line = tuple[Literal["me", "them"], str, float]  # who, what, how many minutes ago

_AGE_MESSAGES = """
WITH forgotten AS (DELETE FROM message_versions WHERE conversation_id = $1)
UPDATE messages
SET created_at = now() - ($2::float8[])[seq] * interval '1 minute', content = ($3::text[])[seq],
    extras = NULL, version = NULL, changed_event_pos = NULL
WHERE conversation_id = $1 AND sender_role <> 'system'
"""
_AGE_CONVERSATION = """
UPDATE conversations
SET last_message_at = now() - $2 * interval '1 minute', last_activity_at = now() - $2 * interval '1 minute',
    activity_bucket = activity_bucket_of(now() - $2 * interval '1 minute'),
    buyer_muted = NULL, seller_muted = NULL,
    last_message_version = NULL, last_deleted_seq = NULL, last_message_preview = (
        SELECT left(content, 160) FROM messages WHERE conversation_id = $1 ORDER BY seq DESC LIMIT 1
    )
WHERE id = $1
"""
_SET_READ = """
UPDATE conversations
SET buyer_last_read_seq = CASE WHEN buyer_id = $2 THEN $3::bigint ELSE $4::bigint END,
    seller_last_read_seq = CASE WHEN buyer_id = $2 THEN $4::bigint ELSE $3::bigint END
WHERE id = $1
"""

BIKE: tuple[Line, ...] = (
    ("them", "Hi Maya! Is the city bike still available?", DAY + 190),
    ("me", "Hi Jonas, yes it is 🙂", DAY + 186),
    ("me", "I replaced the brakes in October, so it is ready to ride.", DAY + 185),
    ("them", "Great. How tall are you, roughly? I am 1.84 m and want to be sure that it fits.", DAY + 60),
    (
        "me",
        "I am 1.75 m and the saddle is halfway up, so you will be fine. The frame is 58 cm. "
        "Here is the maker’s page with all sizes: https://www.example.org/bikes/city-58?ref=mybazaar",
        DAY + 52,
    ),
    ("them", "Perfect, thank you!", 64),
    ("them", "Would you take 120 for it?\n\nI could pick it up today, anywhere near the campus.", 63),
    ("me", "130 and I add the good lock?", 41),
    ("them", "Deal 🤝", 22),
    ("them", "🎉", 21),
    ("me", "Lovely! 17:30 at the main library, by the fountain?", 4),
)
GUITAR: tuple[Line, ...] = (
    ("me", "Hello, does the guitar come with the case?", 300),
    ("them", "It does. Hard case, barely used.", 12),
    ("them", "I can send you a recording of it, if you like.", 11),
    ("them", "Are you around tomorrow?", 10),
)
KEYBOARD: tuple[Line, ...] = (
    ("me", "Would you hold it until Friday?", DAY + 400),
    ("them", "Sure, no problem!", DAY + 380),
)
DESK: tuple[Line, ...] = (
    ("me", "Hello! Does it come apart? I have a small car.", 90),
    ("them", "The legs come off. I can help you carry it.", 85),
)
SHIPPED = {"carrier": "DHL", "trackingNumber": "JD01 4600 0006"}
PRICE = {"amount": "75.00", "currency": "EUR"}
NOTICE = "Your parcel waits at the counter of the student union. Bring your order number and a card with your picture."
PLANT: tuple[Line, ...] = (
    ("me", "Boa tarde! Is the monstera still there?", 3 * DAY),
    ("them", "Sold yesterday, sorry. It had grown another leaf 🌿", 3 * DAY - 30),
)
ARABIC: tuple[Line, ...] = (
    ("them", "مرحبا، هل المصباح ما زال متاحًا؟", 5 * DAY),
    ("me", "Yes, it is!", 5 * DAY - 10),
    ("them", "ممتاز! كم السعر مع اللمبة؟ يمكنني الدفع اليوم https://example.org/lamp", 5 * DAY - 20),
)
LONG: tuple[Line, ...] = (
    ("them", "Rechtsschutzversicherungsgesellschaften" * 4, 40 * DAY),
    ("me", ("Lorem ipsum dolor sit amet, consectetur adipiscing elit. " * 71)[:4000], 40 * DAY - 5),
    ("them", "<img src=x onerror=alert(1)> javascript:alert(1) — just text, I hope 😄", 40 * DAY - 9),
)
LONG_NAME = "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff Senior 👨‍👩‍👧‍👦"
HISTORY = 400  # messages of the conversation one scrolls in


@dataclass
class Story(Marketplace):
    conversations: dict[str, str] = field(default_factory=dict)
    lines: dict[str, tuple[Line, ...]] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def me(self) -> Person:
        """Whose browser the pictures are of."""
        return self.people["maya"]

    async def begin(self) -> Self:
        """Tell about the demo people and items, and let them talk as people do."""
        await asyncio.to_thread(demo_data.load, self.system.conversations.url, self.system.service_token)
        self.people = {user_id: Person(user_id, name) for user_id, name in demo_data.PEOPLE.items()}
        await self._offer("plant", "ines", "Monstera in a clay pot", "22.00", status="sold")
        await self._offer("desk", "aisha", "Solid wood desk, two drawers", "75.00", status="reserved")
        await self._meet("omar", "عمر الخطيب")
        await self._talk("arabic", "desk-lamp", buyer="omar", lines=ARABIC)
        await self._talk("plant", "plant", buyer="maya", lines=PLANT)
        await self._talk("keyboard", "keyboard", buyer="maya", lines=KEYBOARD)
        await self._talk("guitar", "guitar", buyer="maya", lines=GUITAR)
        await self._talk("bike", "city-bike", buyer="jonas", lines=BIKE)
        await self.rewind()
        return self

    async def go_to_extremes(self) -> Self:
        """Add the longest names, texts and histories, and what has only begun."""
        await self._meet("hubert", LONG_NAME)
        await self._meet("nora", "Nora Lind")  # nothing has happened to her yet
        await self._talk("long", "calculus-book", buyer="hubert", lines=LONG)
        await self._talk("desk", "desk", buyer="maya", lines=DESK)
        order = {"link": "https://mybazaar.example/orders/4711"}
        await self.post(self.conversations["desk"], "order.paid", params={"price": PRICE}, **order)
        await self.post(self.conversations["desk"], "order.shipped", params=SHIPPED, **order)
        await self.post(self.conversations["desk"], "notice", text={"en": NOTICE})
        await self.post(self.conversations["desk"], "order.cancelled", params={"refund": PRICE})
        await self._talk("new", "camera", buyer="maya", lines=())
        await self._talk("history", "skateboard", buyer="maya", lines=())
        await self.fill(self.conversations["history"], HISTORY)
        await self.rewind()
        return self

    async def rewind(self) -> None:
        """Make everything as old, as unread and as little edited as the story has it: looking at it changed that."""
        for name, conversation in self.conversations.items():
            texts = [text for _, text, _ in self.lines[name]]
            ages = [age for _, _, age in self.lines[name]]
            if ages:
                await self.fetch_value(_AGE_MESSAGES, conversation, ages, texts)
            await self.fetch_value(_AGE_CONVERSATION, conversation, float(ages[-1] if ages else 60 * DAY))
            seq = HISTORY if name == "history" else len(ages)
            await self.read(name, mine=1 if name == "guitar" else seq, theirs=1 if name == "keyboard" else seq)

    async def read(self, name: str, *, mine: int, theirs: int) -> None:
        await self.fetch_value(_SET_READ, self.conversations[name], self.me.id, mine, theirs)

    async def _talk(self, name: str, item_id: str, *, buyer: str, lines: tuple[Line, ...]) -> None:
        started = await self._post(self.people[buyer], "/api/conversations", {"itemId": item_id})
        self.conversations[name], self.lines[name] = started["id"], lines
        seller = next(item.seller for item in demo_data.ITEMS if item.id == item_id)
        them = self.people[seller if buyer == self.me.id else buyer]
        for who, text, _ in lines:
            await self.say(self.me if who == "me" else them, started["id"], text)

    async def _meet(self, user_id: str, name: str) -> None:
        self.people[user_id] = Person(user_id, name)
        await self._put(f"/internal/users/{user_id}", {"name": name})

    async def _offer(self, item_id: str, seller: str, title: str, amount: str, *, status: str) -> None:
        await self.put_item(
            Item(item_id, title, self.people[seller]),
            price={"amount": amount, "currency": "EUR"},
            imageUrl=f"/demo/items/{item_id}.svg",
            status=status,
        )
