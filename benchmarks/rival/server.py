"""The plainest sensible chat server, to compare with: `python -m benchmarks.rival.server`, set up by the environment.

One process: aiohttp's WebSockets on uvloop; each message is one transaction in PostgreSQL, then an ack to its sender
and a push to the recipient's sockets. No broker, no log, no resume, no read state, no notifications, no limits: it
does less than the product. It implements the part of the product's API that the load generator needs.
"""

import os
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from uuid import UUID

import jwt
import orjson
import uvloop
from aiohttp import WSMsgType, web
from uuid_utils.compat import uuid7

from benchmarks.rival.frames import PROTOCOL, message_sent, new_message, refused, welcome
from benchmarks.rival.store import Message, NotAMember, Store, open_store

BEARER = "bearer."

STORE = web.AppKey("store", Store)


class PlainServer:
    """The settings are named as those of the product's services."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._settings = settings
        self._sockets: defaultdict[str, set[web.WebSocketResponse]] = defaultdict(set)
        """By person."""
        self._sellers: dict[str, str] = {}
        """By item. Asked for only when a conversation starts."""

    def app(self) -> web.Application:
        """Ready to be served."""
        app = web.Application()
        app.cleanup_ctx.append(self._opened_store)
        app.add_routes(
            [
                web.get("/readyz", self._done),
                web.put("/internal/users/{id}", self._done),  # it knows people from their tokens only
                web.put("/internal/items/{id}", self._put_item),
                web.post("/api/conversations", self._start_conversation),
                web.get("/ws", self._talk),
            ]
        )
        return app

    async def _opened_store(self, app: web.Application) -> AsyncIterator[None]:
        async with open_store(self._settings["DATABASE_URL"]) as app[STORE]:
            yield

    async def _done(self, _: web.Request) -> web.Response:
        return web.Response()

    async def _put_item(self, request: web.Request) -> web.Response:
        self._sellers[request.match_info["id"]] = (await request.json())["sellerId"]
        return web.Response()

    async def _start_conversation(self, request: web.Request) -> web.Response:
        buyer_id = self._holder(request.headers["Authorization"].removeprefix("Bearer "))
        item_id = (await request.json())["itemId"]
        id_ = await request.app[STORE].start_conversation(
            item_id=item_id, buyer_id=buyer_id, seller_id=self._sellers[item_id]
        )
        return web.json_response({"id": str(id_)}, status=201)

    async def _talk(self, request: web.Request) -> web.WebSocketResponse:
        """One socket, from its handshake to its end. Its frames are taken one after the other."""
        offered = (one.strip() for one in request.headers["Sec-WebSocket-Protocol"].split(","))
        user_id = self._holder(next(one.removeprefix(BEARER) for one in offered if one.startswith(BEARER)))
        socket = web.WebSocketResponse(protocols=[PROTOCOL], compress=False, decode_text=False)
        await socket.prepare(request)
        self._sockets[user_id].add(socket)
        try:
            await _send(socket, welcome(user_id))
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    await self._take(request.app[STORE], socket, user_id, frame.data)
        finally:
            self._sockets[user_id].discard(socket)
        return socket

    async def _take(self, store: Store, socket: web.WebSocketResponse, user_id: str, body: bytes) -> None:
        """Store one `send_message`, answer its sender, then notify the recipient. A duplicate is only answered."""
        try:
            frame = orjson.loads(body)
            message = Message(
                id=uuid7(),
                conversation_id=UUID(frame["conversationId"]),
                sender_id=user_id,
                client_message_id=frame["clientMessageId"],
                content=frame["message"],
            )
            stored = await store.add(message)
        except (ValueError, KeyError, NotAMember) as error:
            await _send(socket, refused(error))
            return
        await _send(socket, message_sent(message, stored))
        if stored.duplicate:
            return
        told = new_message(message, stored)
        for other in tuple(self._sockets[stored.recipient_id]):
            await _send(other, told)

    def _holder(self, token: str) -> str:
        """The user who holds the token. Raises PyJWT's errors."""
        claims = jwt.decode(
            token,
            self._settings["JWT_HS256_SECRET"],
            algorithms=["HS256"],
            audience=self._settings["JWT_AUDIENCE"],
            issuer=self._settings["JWT_ISSUER"],
        )
        return str(claims["sub"])


async def _send(socket: web.WebSocketResponse, frame: bytes) -> None:
    """Nothing is kept for clients that have disconnected."""
    if not socket.closed:
        await socket.send_frame(frame, WSMsgType.TEXT)


def main() -> None:
    uvloop.install()
    app = PlainServer(os.environ).app()
    # Sockets that are still open when it stops are of nobody who waits for an answer.
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), print=None, access_log=None, shutdown_timeout=0.1)


if __name__ == "__main__":
    main()
