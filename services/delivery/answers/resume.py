"""Collects the events between a client's token and the moment its socket joined the live stream."""

import asyncio
from collections.abc import Iterable
from typing import Any

import orjson

from contracts.generated.limits import MAX_RESUMED_MESSAGES
from services.delivery.log.events import LoggedEvent
from services.delivery.log.missed_changes import Changes
from services.delivery.log.recent_events import Recent
from services.delivery.log.sync_token import PARTIAL, EventPosition, Positions
from services.delivery.upstream.conversations_client import ConversationsClient, ResyncRequired

MAX_CONCURRENT = 16  # concurrent queries; a storm of reconnects queues behind them

Conversations = list[dict[str, Any]]


class Resumer:
    """Uses memory first, and the database for absences longer than memory covers."""

    def __init__(self, *, recent: Recent, client: ConversationsClient, max_bytes: int) -> None:
        self._recent = recent
        self._client = client
        self._max_bytes = max_bytes
        self._turns = asyncio.Semaphore(MAX_CONCURRENT)

    def from_memory(self, user_id: str, token: str, up_to: Positions) -> Conversations | None:
        """None when memory does not reach back to the token. Raises MalformedToken or ResyncRequired."""
        after = positions_after(token, up_to)
        if after == up_to.places:
            return []
        if not self._recent.reaches_back_to(after):
            return None
        found = summarize(self._recent.between(user_id, after, up_to.places), user_id)
        return fit(found, self._max_bytes)

    async def from_database(self, user_id: str, token: str, up_to: Positions) -> Conversations:
        """Raises MalformedToken, ResyncRequired or ConversationsUnavailable."""
        after = positions_after(token, up_to)
        async with self._turns:
            found = await self._client.changes(user_id, up_to.epoch, after=after, up_to=up_to.places)
        return fit(found, self._max_bytes)


def summarize(events: Iterable[LoggedEvent], user_id: str) -> Conversations:
    """One ResumedConversation per conversation that the events touch."""
    conversations: dict[str, Changes] = {}
    for event in events:
        event.add_to(conversations.setdefault(event.conversation_id, Changes(user_id)))
    return [changes.document(conversation_id) for conversation_id, changes in conversations.items()]


def positions_after(token: str, up_to: Positions) -> dict[int, EventPosition]:
    """The token's positions, none beyond `up_to`: later events are on the live stream already.

    A shard missing from the token was added since, so all its events are new. A partial token names one shard only,
    so it does not tell what its holder lacks.
    """
    if token.startswith(PARTIAL):
        raise ResyncRequired
    known = Positions.from_token(token)
    if known.epoch != up_to.epoch or not known.places.keys() <= up_to.places.keys():
        raise ResyncRequired
    return {shard: min(known.places.get(shard, EventPosition(0, 0)), end) for shard, end in up_to.places.items()}


def fit(conversations: Conversations, max_bytes: int) -> Conversations:
    """Drop messages, oldest first and evenly across conversations, until the answer is small enough.

    Shortened conversations are marked `limited`: the client pages the rest by REST. Raises ResyncRequired if
    even that is too large.
    """
    for most in (MAX_RESUMED_MESSAGES, 20, 5, 1, 0):
        fitting = [_limit(conversation, most) for conversation in conversations]
        if len(orjson.dumps(fitting)) <= max_bytes:
            return fitting
    raise ResyncRequired


def _limit(conversation: dict[str, Any], most: int) -> dict[str, Any]:
    messages, changed = conversation["messages"], conversation.get("changedMessages", ())
    if len(messages) > most:
        conversation = {**conversation, "messages": messages[len(messages) - most :], "limited": True}
    if len(changed) > most:
        conversation = {**conversation, "changedMessages": changed[len(changed) - most :], "changedLimited": True}
    return conversation
