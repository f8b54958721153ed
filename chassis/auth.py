"""Who calls: bearer tokens of end users, and the shared secret between services."""

import hmac

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from pydantic import SecretStr

from chassis.metrics import route_template
from chassis.problems import Unauthenticated

INTERNAL_PREFIX = "/internal/"


def bearer_token(request: web.Request) -> str:
    """The token of `Authorization: Bearer …`. Raises Unauthenticated."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("A bearer token is required.")
    return token.strip()


def service_token_guard(service_token: SecretStr | None) -> Middleware:
    """Routes under /internal/ need the service token; with none configured nobody gets in."""
    expected = None if service_token is None else service_token.get_secret_value().encode()

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        # The matched route decides, not the path: paths can be spelled in many ways.
        if route_template(request).startswith(INTERNAL_PREFIX):
            given = bearer_token(request).encode(errors="surrogateescape")
            if expected is None or not hmac.compare_digest(given, expected):
                raise Unauthenticated("The service token is wrong.")
        return await handler(request)

    return guard
