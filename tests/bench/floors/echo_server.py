"""A bare aiohttp WebSocket server that sends back what it gets: `python -m tests.bench.floors.echo_server`."""

import os

import uvloop
from aiohttp import WSMsgType, web

from tests.load.sockets import WELCOME


async def ready(_: web.Request) -> web.Response:
    """It answers: it is there."""
    return web.Response()


async def echo(request: web.Request) -> web.WebSocketResponse:
    """Welcome, then every text as it came."""
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    await socket.send_str(WELCOME.decode() + "}")
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            await socket.send_str(message.data)
    return socket


def main() -> None:
    app = web.Application()
    app.add_routes([web.get("/readyz", ready), web.get("/ws", echo)])
    uvloop.install()
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), print=None, access_log=None)


if __name__ == "__main__":
    main()
