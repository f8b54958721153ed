"""The gateway's composition root: its routes."""

import functools
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import HttpVersion11, web
from aiohttp.typedefs import Handler
from yarl import URL

from chassis.health import Health, NotReady
from chassis.http.middleware import mark_response
from chassis.http.problem_responses import problem_from_http_exception, problem_response
from chassis.http.protocol import answer_with_problems
from chassis.problems import NotFound, Problem
from deploy.native.gateway.files import WebClient
from deploy.native.gateway.headers import is_continue
from deploy.native.gateway.proxy import Proxy
from deploy.native.gateway.settings import Settings
from deploy.native.gateway.target import target_of
from deploy.native.gateway.tunnel import Tunnel

_IDLE_SECONDS = 75.0  # for the head of a request, and between two requests
_SESSION = web.AppKey("session", aiohttp.ClientSession)
_SETTINGS = web.AppKey("settings", Settings)


def create_app(settings: Settings) -> web.Application:
    """`/api` goes to conversations, `/ws` to delivery, `/internal` nowhere; the rest is the web client."""
    answer_with_problems()
    app = web.Application(
        middlewares=[_answer_with_problems, _refuse_ambiguous_paths],
        # Bodies pass unchanged: a decompressed body would not match its Content-Length.
        handler_args={"auto_decompress": False, "keepalive_timeout": _IDLE_SECONDS},
    )
    app[_SETTINGS] = settings
    app.on_response_prepare.append(mark_response)
    app.cleanup_ctx.append(_client_session)
    health = _health(app)
    app.router.add_get("/healthz", health.handle_alive)
    app.router.add_get("/readyz", health.handle_ready)
    app.router.add_route("*", "/api/{tail:.*}", _proxy, expect_handler=_expect)
    tunnel = Tunnel(settings.delivery_url)
    app.on_shutdown.append(tunnel.end_all)
    app.router.add_route("*", "/ws", tunnel.handle)
    for private in ("/internal", "/internal/{tail:.*}", "/metrics", "/api", "/ws/{tail:.*}"):
        app.router.add_route("*", private, _not_found)
    app.router.add_get("/{tail:.*}", WebClient(settings.web_dist).handle)
    return app


async def _client_session(app: web.Application) -> AsyncIterator[None]:
    async with aiohttp.ClientSession(
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        connector=aiohttp.TCPConnector(limit=0),
    ) as session:
        app[_SESSION] = session
        yield


async def _expect(request: web.Request) -> None:
    """The gateway answers `100-continue` itself; the service refuses any other expectation, with CORS headers."""
    if is_continue(request.headers) and request.version >= HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # nothing of the response is sent yet


async def _proxy(request: web.Request) -> web.StreamResponse:
    proxy = Proxy(request.app[_SESSION], request.app[_SETTINGS].conversations_url)
    return await proxy.forward(request)


def _health(app: web.Application) -> Health:
    """Ready if both services behind it are; the response has the same form as theirs."""
    health, settings = Health(), app[_SETTINGS]
    for name, url in {"conversations": settings.conversations_url, "delivery": settings.delivery_url}.items():
        health.add(name, functools.partial(_require_ready, app, url / "readyz"))
    return health


async def _require_ready(app: web.Application, url: URL) -> None:
    try:
        async with app[_SESSION].get(url) as response:
            if response.status != 200:
                raise NotReady(f"answers {response.status}")
    except aiohttp.ClientError:
        raise NotReady("does not answer") from None


async def _not_found(_: web.Request) -> web.Response:
    raise NotFound("This address does not exist.")


@web.middleware
async def _refuse_ambiguous_paths(request: web.Request, handler: Handler) -> web.StreamResponse:
    target_of(request)
    return await handler(request)


@web.middleware
async def _answer_with_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a Problem as its document; the protocol logs and answers every other exception."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem_response(problem)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return problem_response(problem_from_http_exception(error))
