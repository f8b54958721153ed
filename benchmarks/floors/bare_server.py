"""A bare aiohttp server, for sockets and for requests: `python -m benchmarks.floors.bare_server`.

A socket gets back what it sends, a POST the answer that `conversations` gives to one command.
"""

import os

import uvloop
from aiohttp import WSMsgType, web

from benchmarks.floors.sample import command_answer

ANSWER = command_answer()
WELCOME = '{"type":"welcome","token":"bare"}'


async def ready(_: web.Request) -> web.Response:
    return web.Response()


async def echo(request: web.Request) -> web.WebSocketResponse:
    """Welcome, then every text as it came."""
    socket = web.WebSocketResponse(compress=False, protocols=("messaging.v1",))
    await socket.prepare(request)
    await socket.send_str(WELCOME)
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            await socket.send_str(message.data)
    return socket


async def answer(request: web.Request) -> web.Response:
    """The same to every body, once it is here."""
    await request.read()
    return web.Response(body=ANSWER, content_type="application/json")


def main() -> None:
    app = web.Application()
    app.add_routes([web.get("/readyz", ready), web.get("/ws", echo), web.post("/commands", answer)])
    uvloop.install()
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), print=None, access_log=None)


if __name__ == "__main__":
    main()
