"""REST, as one person uses it while things break."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import orjson

from benchmarks.load.target import Target
from proof.faults import answers
from proof.faults.history import Answered, Outcome, Send

POST_SECONDS = 15.0
GET_SECONDS = 5.0
HISTORY_PAGE = 200  # messages


class Rest:
    """Reads raise aiohttp.ClientError or TimeoutError."""

    def __init__(self, http: aiohttp.ClientSession, target: Target, access_token: Callable[[], str]) -> None:
        self._http, self._target, self._access_token = http, target, access_token

    async def list_conversations(self) -> AsyncIterator[dict[str, Any]]:
        cursor: dict[str, str] = {}
        while True:
            page = await self._get("/api/conversations", cursor)
            for conversation in page["conversations"]:
                yield conversation
            if page["nextCursor"] is None:
                return
            cursor = {"cursor": page["nextCursor"]}

    async def history(self, conversation: str, *, after: int) -> dict[str, Any]:
        path = f"/api/conversations/{conversation}/messages"
        return await self._get(path, {"after": str(after), "limit": str(HISTORY_PAGE)})

    async def post(self, send: Send) -> Answered:
        try:
            async with self._http.post(
                f"{self._target.conversations_url}/api/conversations/{send.conversation}/messages",
                json={"content": send.content, "clientMessageId": send.client_message_id},
                headers=self._headers(),
                timeout=aiohttp.ClientTimeout(total=POST_SECONDS),
            ) as response:
                status, body = response.status, orjson.loads(await response.read())
        except (aiohttp.ClientError, OSError, TimeoutError, orjson.JSONDecodeError):
            return Answered(send.content, Outcome.UNKNOWN)
        return answers.by_rest(send.content, status, body)

    async def _get(self, path: str, params: dict[str, str]) -> dict[str, Any]:
        async with self._http.get(
            self._target.conversations_url + path,
            params=params,
            headers=self._headers(),
            raise_for_status=True,
            timeout=aiohttp.ClientTimeout(total=GET_SECONDS),
        ) as response:
            body: dict[str, Any] = orjson.loads(await response.read())
            return body

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._access_token()}"}
