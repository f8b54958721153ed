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
        for frame in await self.socket.settle():
            if frame["type"] == "conversation_stale":
                self.stale.add(frame["conversationId"])
            elif frame["type"] in LOG_FRAMES:
                self.live.state.apply(frame)

    async def differences_live(self) -> list[str]:
        """What is not as REST shows it after a while, although what had to be fetched again was."""
        expected = (await fetched(self.live.service, self.live.user)).shown
        try:
            async with asyncio.timeout(WITHIN_SECONDS):
                while self.live.shown != expected:
                    await self.hear()
                    for name in self.stale:
                        await self.live.fetch_conversation(name)
                    self.stale.clear()
                    await asyncio.sleep(PAUSE_SECONDS)
        except TimeoutError:
            return [f"{self.live.user} of {self.replica.name}, live, shows something else than REST"]
        return []

    async def differences_after_resume(self) -> list[str]:
        """Come back with the first token, and fetch nothing but what the answer tells."""
        async with connect(self.replica.url, self.live.user) as socket:
            await socket.send("resume", token=self.token)
            resumed = await socket.expect("resumed")
        await self.resuming.take_in(resumed)
        if self.resuming.shown != (await fetched(self.live.service, self.live.user)).shown:
            return [f"{self.live.user} of {self.replica.name}, resumed, shows something else than REST"]
        return []


async def introduced(service: Conversations, number: int) -> Talk:
    """Two people who talk about an item."""
    talk = await service.new_conversation(buyer=f"buyer-{number}", seller=f"seller-{number}")
    for user in (talk.buyer, talk.seller):
        await service.put_user(user)
    assert (await talk.send("hello")).status == 201, "the first message"
    return talk
