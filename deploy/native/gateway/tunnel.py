"""Forwards WebSockets: the upstream answers the handshake, then bytes pass unparsed in both directions.

Nothing is decoded, so subprotocols, pings, close codes and their reasons arrive as they were sent; a refused
upgrade is answered with the upstream's own status and body.
"""

import asyncio

from aiohttp import hdrs, web
from multidict import CIMultiDict
from yarl import URL

from chassis.http.takeover import AnsweredElsewhere, take_over
from chassis.problems import BadGateway, GatewayTimeout, MethodNotAllowed
from deploy.native.gateway.headers import passed_back, passed_on, with_origin_of
from deploy.native.gateway.pipe import Pipe
from deploy.native.gateway.target import target_of
from deploy.native.gateway.upstream import Exchange, UpstreamAnswer

_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 15.0


class Tunnel:
    """Passes WebSocket connections to one upstream server."""

    def __init__(self, upstream: URL) -> None:
        self._host, self._port = str(upstream.host), int(upstream.port or 80)
        self._pipes: set[Pipe] = set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.method != hdrs.METH_GET:
            raise MethodNotAllowed(headers={hdrs.ALLOW: hdrs.METH_GET})
        exchange = await self._connected()
        try:
            return await self._answer(request, exchange)
        except TimeoutError:
            exchange.transport.close()
            raise GatewayTimeout("The service behind this address does not answer.") from None
        except (OSError, EOFError, ValueError):
            exchange.transport.close()
            raise BadGateway("The service behind this address gave no valid response.") from None
        except BaseException:
            exchange.transport.close()
            raise

    async def end_all(self, _: web.Application) -> None:
        """`on_shutdown`: close all tunnels, because aiohttp does not track them."""
        for pipe in list(self._pipes):
            pipe.end()

    async def _connected(self) -> Exchange:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                _, exchange = await loop.create_connection(Exchange, self._host, self._port)
        except (OSError, TimeoutError):
            raise BadGateway("The service behind this address does not answer.") from None
        return exchange

    async def _answer(self, request: web.Request, exchange: Exchange) -> web.StreamResponse:
        async with asyncio.timeout(_ANSWER_SECONDS):
            answer = await exchange.ask(request.method, target_of(request), _upgrade_headers(request))
            if answer.status == 101:
                return await self._join(request, exchange, answer)
            body = await exchange.refusal(answer)
        exchange.transport.close()
        return web.Response(status=answer.status, body=body, headers=_refusal_headers(answer))

    async def _join(self, request: web.Request, exchange: Exchange, answer: UpstreamAnswer) -> web.StreamResponse:
        """Answer the upgrade and join the two connections."""
        client, upstream = request.transport, exchange.transport
        if client is None or client.is_closing():  # it disconnected before the response
            upstream.close()
            return AnsweredElsewhere()
        pipe = Pipe(client, upstream, self._pipes.discard)
        self._pipes.add(pipe)
        client.write(_switch_head(answer) + await exchange.hand_over(pipe.upstream_end))
        take_over(request, client, pipe.client_end)
        return AnsweredElsewhere(status=101)


def _upgrade_headers(request: web.Request) -> CIMultiDict[str]:
    headers = with_origin_of(request, passed_on(request.headers))
    # Without compression, which costs 100 KB a connection. An upgrade has no body.
    for name in ("Sec-WebSocket-Extensions", "Content-Length"):
        headers.popall(name, None)
    if "Upgrade" in request.headers:
        headers["Connection"] = "Upgrade"
        headers["Upgrade"] = request.headers["Upgrade"]
    else:
        headers["Connection"] = "close"
    return headers


def _switch_head(answer: UpstreamAnswer) -> bytes:
    headers = passed_back(answer.headers)
    headers["Connection"] = "Upgrade"
    headers["Upgrade"] = answer.headers.get("Upgrade", "websocket")
    lines = ["HTTP/1.1 101 Switching Protocols", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join((*lines, "", "")).encode("latin-1")


def _refusal_headers(answer: UpstreamAnswer) -> CIMultiDict[str]:
    headers = passed_back(answer.headers)
    headers.popall("Content-Length", None)  # computed anew from the body
    return headers
