"""Requests to `conversations` other than commands and the log."""

from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson
from pydantic import ValidationError

from contracts.generated.models import Participants, SyncChanges
from services.delivery.log.sync_token import EventPosition

_JSON = {"Content-Type": "application/json"}


class ConversationsUnavailable(Exception):
    """No valid answer."""


class ConversationNotFound(Exception):
    """It does not exist, or the user is not a participant."""


class ResyncRequired(Exception):
    """The changes between the two sets of positions are no longer available."""


class ConversationsClient:
    def __init__(self, *, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def participants(self, conversation_id: str, user_id: str) -> Participants:
        """Participants, last seq and read marks. Raises ConversationNotFound or ConversationsUnavailable."""
        path = f"/internal/conversations/{conversation_id}/participants"
        status, body = await self._ask("GET", path, params={"userId": user_id})
        if status == 404:
            raise ConversationNotFound
        try:
            return Participants.from_wire(_ok(status, body))
        except ValidationError as error:
            raise ConversationsUnavailable("the answer is not a valid Participants") from error

    async def changes(
        self, user_id: str, epoch: str, *, after: Mapping[int, EventPosition], up_to: Mapping[int, EventPosition]
    ) -> list[dict[str, Any]]:
        """Changes as ResumedConversation documents. Raises ResyncRequired or ConversationsUnavailable."""
        request = {"userId": user_id, "epoch": epoch, "after": _positions(after), "upTo": _positions(up_to)}
        status, body = await self._ask("POST", "/internal/sync", data=orjson.dumps(request), headers=_JSON)
        if 400 <= status < 500 and status not in (401, 403, 429):
            raise ResyncRequired
        try:
            SyncChanges.from_wire(_ok(status, body))
            conversations: list[dict[str, Any]] = orjson.loads(body)["conversations"]
        except ValidationError as error:
            raise ConversationsUnavailable("the answer is not a valid SyncChanges") from error
        return conversations

    async def _ask(self, method: str, path: str, **options: Any) -> tuple[int, bytes]:
        try:
            async with self._session.request(method, path, **options) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ConversationsUnavailable(type(error).__name__) from error


def _ok(status: int, body: bytes) -> bytes:
    if status != 200:
        raise ConversationsUnavailable(f"status {status}")
    return body


def _positions(places: Mapping[int, EventPosition]) -> list[dict[str, int]]:
    return [{"shard": shard, "pos": place.pos, "idx": place.idx} for shard, place in sorted(places.items())]
