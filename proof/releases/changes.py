"""What people do while two releases run: they write, and change what they wrote."""

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.kit.conversations import Answer, Conversations, Talk

HTTP_OK, HTTP_CREATED = 200, 201
PRICE = {"amount": "49.90", "currency": "EUR"}
EMOJI = ("👍", "❤️", "🎉")
WRITES = {
    "message.changed.v1": ("edited", "deleted", "reacted"),
    "conversation.personal.v1": ("muted", "unmuted"),
}
"""For each type of event, the kinds of change that write it."""
NOT_ENABLED = "not_enabled"
ATTEMPTS = 100  # of a send, while a service is being replaced


class Changes:
    """Chooses at random, and insists that each succeeds."""

    def __init__(self, service: Conversations, talks: Sequence[Talk], chance: random.Random) -> None:
        self._service = service
        self._talks = talks
        self._chance = chance
        self._own: list[tuple[Talk, str, int]] = []
        self._counted: Counter[str] = Counter()
        self._kinds = (self.send, self._reply, self._edit, self._delete, self._react, self._mute)

    def __str__(self) -> str:
        return ", ".join(f"{count} {kind}" for kind, count in sorted(self._counted.items()))

    def written(self, event_type: str) -> int:
        """How many events of this type there are."""
        return sum(self._counted[what] for what in WRITES[event_type])

    async def one(self) -> None:
        await self._chance.choice(self._kinds)()

    async def send(self) -> None:
        """What every release knows."""
        await self._send(self._chance.choice(self._talks))

    async def _reply(self) -> None:
        talk, _, seq = self._chance.choice(self._own)
        await self._send(talk, reply_to=seq)

    async def _send(self, talk: Talk, reply_to: int | None = None) -> None:
        user = self._chance.choice((talk.buyer, talk.seller))
        number = self._counted["sent"]
        for _ in range(ATTEMPTS):
            answer = await talk.send(f"message {number}", user=user, key=f"send-{number}", reply_to=reply_to)
            if answer.status == HTTP_CREATED:
                break
        assert answer.status in (HTTP_OK, HTTP_CREATED), answer
        self._own.append((talk, user, answer.body["seq"]))
        self._counted["sent"] += 1

    async def _edit(self) -> None:
        talk, user, seq = self._chance.choice(self._own)
        message = await self._shown(talk, seq)
        text = f"edited {self._counted['edited']}"
        self._count("edited", await talk.edit(seq, text, expected=message.get("version", 0), user=user))

    async def _delete(self) -> None:
        talk, user, seq = self._own.pop(self._chance.randrange(len(self._own)))
        self._count("deleted", await talk.delete(seq, user=user))

    async def _react(self) -> None:
        talk, _, seq = self._chance.choice(self._own)
        user, emoji = self._chance.choice((talk.buyer, talk.seller)), self._chance.choice(EMOJI)
        shown = await self._shown(talk, seq)
        if {"userId": user, "emoji": emoji} not in shown.get("reactions", ()):  # else it would change nothing
            self._count("reacted", await talk.react(seq, emoji, user=user))

    async def _mute(self) -> None:
        talk = self._chance.choice(self._talks)
        user = self._chance.choice((talk.buyer, talk.seller))
        muted = (await talk.view(user)).get("muted", False)
        self._count("unmuted" if muted else "muted", await talk.mute(not muted, user=user))

    async def post(self) -> None:
        """A system message: the marketplace posts none before every replica runs a release that knows them."""
        talk, number = self._chance.choice(self._talks), self._counted["posted"]
        answer = await talk.post({"key": f"order-{number}", "kind": "order.paid", "params": {"price": PRICE}})
        assert answer.status == HTTP_CREATED, answer
        self._counted["posted"] += 1

    async def _shown(self, talk: Talk, seq: int) -> dict[str, Any]:
        page = await talk.history(before=seq + 1, limit=1)
        message: dict[str, Any] = page.body["messages"][0]
        return message

    def _count(self, what: str, answer: Answer) -> None:
        if answer.status == HTTP_OK:
            self._counted[what] += 1
        else:
            assert answer.code == NOT_ENABLED, answer
            self._counted[f"not {what}, for that is withheld"] += 1
