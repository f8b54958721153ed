"""Clients of one replica each, which follow their frames, and fetch again what a frame tells them to fetch."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.integration.sync.rest_client import RestClient, fetched
from tests.kit.client import Socket, connect
from tests.kit.client_state import LOG_FRAMES
from tests.kit.conversations import Conversations, Talk
from tests.kit.running.system import Service

WITHIN_SECONDS = 60.0
PAUSE_SECONDS = 0.2


@dataclass
class Client:
    replica: Service
    socket: Socket
    live: RestClient
    """Follows the socket."""
    resuming: RestClient
    """Heard nothing since the socket was opened."""
    token: str
    stale: set[str] = field(default_factory=set)

    @classmethod
    @asynccontextmanager
    async def connected(cls, service: Conversations, replica: Service, user: str) -> AsyncIterator["Client"]:
        async with connect(replica.url, user) as socket:
            live, resuming = await fetched(service, user), await fetched(service, user)
            yield cls(replica, socket, live, resuming, socket.welcome["token"])

    async def hear(self) -> None:
        """Take in the frames of so far."""
        self.stale |= await _apply_frames(self.socket, self.live)

    async def differences_live(self) -> list[str]:
        """What is not as REST shows it after a while, although what had to be fetched again was."""
        return await self._differences("live", self.socket, self.live, self.stale)

    async def differences_after_resume(self) -> list[str]:
        """Come back with the first token, and fetch nothing but what the answer, and frames behind it, tell."""
        async with connect(self.replica.url, self.live.user) as socket:
            await socket.send("resume", token=self.token)
            await self.resuming.take_in(await socket.expect("resumed"))
            return await self._differences("resumed", socket, self.resuming, set())

    async def _differences(self, what: str, socket: Socket, client: RestClient, stale: set[str]) -> list[str]:
        expected = (await fetched(client.service, client.user)).shown
        try:
            async with asyncio.timeout(WITHIN_SECONDS):
                while client.shown != expected:
                    stale |= await _apply_frames(socket, client)
                    for name in stale:
                        await client.fetch_conversation(name)
                    stale.clear()
                    await asyncio.sleep(PAUSE_SECONDS)
        except TimeoutError:
            return [f"{client.user} of {self.replica.name}, {what}, shows something else than REST"]
        return []


async def _apply_frames(socket: Socket, client: RestClient) -> set[str]:
    """Returns the conversations that are to be fetched again."""
    stale = set()
    for frame in await socket.settle():
        if frame["type"] == "conversation_stale":
            stale.add(frame["conversationId"])
        elif frame["type"] in LOG_FRAMES:
            client.state.apply(frame)
    return stale


async def introduced(service: Conversations, number: int) -> Talk:
    """Two people who talk about an item."""
    talk = await service.new_conversation(buyer=f"buyer-{number}", seller=f"seller-{number}")
    for user in (talk.buyer, talk.seller):
        await service.put_user(user)
    assert (await talk.send("hello")).status == 201, "the first message"
    return talk
