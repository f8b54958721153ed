"""The client of one socket, against a server that does not keep to the protocol."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import aiohttp
import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from contracts.generated.models import Message, Ping, SendMessage
from contracts.keywords import VALID_EXAMPLES
from contracts.schemas import ROOT, load
from marketplace_messaging.client import ConnectionLost, LiveSocket, RequestRefused

Behaviour = Callable[[web.WebSocketResponse, dict[str, Any]], Awaitable[Any]]
CONVERSATION = "018f2a4e-7d3b-7c11-9a55-0c6f1d2e3f40"
WELCOME = {**load(ROOT / "frames" / "server" / "welcome.json")[VALID_EXAMPLES][0], "answerWithinMs": 50}
PONG = {"type": "pong", "serverTime": WELCOME["serverTime"], "token": "e1.0-1-1"}


@contextlib.asynccontextmanager
async def talk(behaviour: Behaviour) -> AsyncIterator[LiveSocket]:
    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json(WELCOME)
        async for message in socket:
            await behaviour(socket, orjson.loads(message.data))
        return socket

    app = web.Application()
    app.router.add_get("/ws", serve)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession() as http,
        http.ws_connect(server.make_url("/ws")) as ws,
    ):
        live = LiveSocket(ws)
        await live.start()
        yield live
        await live.stop()


async def test_an_unknown_frame_of_a_newer_server_is_skipped() -> None:
    async def answer(socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        await socket.send_json({"type": "weather", "sunny": True})
        await socket.send_str("{")
        await socket.send_json({**PONG, "ref": frame["ref"]})

    async with talk(answer) as live:
        assert (await live.ask(Ping())).type == "pong"


async def test_a_reply_names_the_message_that_it_answers() -> None:
    sent = load(ROOT / "frames" / "server" / "message_sent.json")[VALID_EXAMPLES][0]

    async def answer(socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        await socket.send_json({**sent, "seq": frame.get("replyTo", 100) + 1, "ref": frame["ref"]})

    async with talk(answer) as live:
        assert (await live.send(UUID(CONVERSATION), "Yes.", reply_to=13)).seq == 14
        assert (await live.send(UUID(CONVERSATION), "Hello!")).seq == 101


async def test_an_edit_names_the_version_it_is_about_and_returns_the_message_as_it_is_then() -> None:
    changed = load(ROOT / "frames" / "server" / "message_changed.json")[VALID_EXAMPLES][0]

    async def answer(socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        assert (frame["seq"], frame["expectedVersion"], frame["message"]) == (13, 1, "better")
        await socket.send_json({**changed, "ref": frame["ref"]})

    async with talk(answer) as live:
        message = Message.from_wire(orjson.dumps(changed["message"]))
        assert await live.edit(UUID(CONVERSATION), message, "better") == message


@pytest.mark.parametrize("emoji", ["👍", None])
async def test_a_reaction_returns_the_message_as_it_is_then(emoji: str | None) -> None:
    """`null` removes it, and is sent."""
    changed = load(ROOT / "frames" / "server" / "message_changed.json")[VALID_EXAMPLES][0]

    async def answer(socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        assert (frame["type"], frame["seq"], frame["emoji"]) == ("react", 13, emoji)
        await socket.send_json({**changed, "ref": frame["ref"]})

    async with talk(answer) as live:
        assert await live.react(UUID(CONVERSATION), 13, emoji) == Message.from_wire(orjson.dumps(changed["message"]))


async def test_a_deletion_returns_what_is_left_of_the_message() -> None:
    changed = load(ROOT / "frames" / "server" / "message_changed.json")[VALID_EXAMPLES][-1]

    async def answer(socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        assert (frame["type"], frame["seq"]) == ("delete_message", 13)
        await socket.send_json({**changed, "ref": frame["ref"]})

    async with talk(answer) as live:
        deleted = await live.delete(UUID(CONVERSATION), 13)
        assert (deleted.deleted, deleted.version) == (True, 2)


async def test_a_request_ends_with_its_refusal() -> None:
    async def refuse(socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        error = {"type": "error", "code": "invalid_request", "message": "no", "retryable": False}
        await socket.send_json({**error, "ref": frame["ref"]})

    async with talk(refuse) as live:
        with pytest.raises(RequestRefused):
            await live.send(UUID(CONVERSATION), "Hello!")


async def test_a_request_on_a_socket_that_closes_says_so() -> None:
    """And is not mistaken for a cancelled task."""

    async def close(socket: web.WebSocketResponse, _frame: dict[str, Any]) -> None:
        await socket.close(code=4000)

    async with talk(close) as live:
        with pytest.raises(ConnectionLost, match="4000"):
            await live.ask(Ping())


async def test_a_request_is_not_waited_for_longer_than_the_server_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """`welcome` tells how long that is."""
    monkeypatch.setattr("marketplace_messaging.client.TRAVEL_SECONDS", 0.05)

    async def say_nothing(_socket: web.WebSocketResponse, _frame: dict[str, Any]) -> None:
        return

    async with talk(say_nothing) as live:
        async with asyncio.timeout(10):
            with pytest.raises(TimeoutError):
                await live.ask(Ping())


async def test_half_a_surrogate_pair_never_leaves() -> None:
    """It is no text, and is refused where it was made."""
    with pytest.raises(ValueError, match="unicode"):
        SendMessage.model_validate({"conversationId": CONVERSATION, "message": "\ud83d"}, strict=False)
