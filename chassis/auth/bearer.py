"""Caller credentials: bearer tokens of end users, and the shared secret between services."""

import hmac

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from pydantic import SecretStr

from chassis.observability.metrics import route_template
from chassis.problems import Unauthenticated
from chassis.refusal_reasons import Reason

INTERNAL_PREFIX = "/internal/"
_QUERY_NAMES = frozenset({"token", "access_token"})  # where some clients put the token


def bearer_token(request: web.Request) -> str:
    """The token of `Authorization: Bearer …`; repeated headers must be equal. Raises Unauthenticated."""
    values = set(request.headers.getall(hdrs.AUTHORIZATION, []))
    scheme, _, token = "".join(values).strip().partition(" ")
    if len(values) > 1:
        reason = Reason.DUPLICATE_HEADER
    elif scheme.lower() not in ("", "bearer"):
        reason = Reason.SCHEME
    elif not token.strip():
        reason = reason_without_token(request)
    else:
        return token.strip()
    raise Unauthenticated("A bearer token is required.", reason=reason)


def reason_without_token(request: web.Request) -> Reason:
    """The reason for refusing a request without credentials."""
    return Reason.IN_URL if _QUERY_NAMES.intersection(request.query) else Reason.MISSING


def is_internal(request: web.Request) -> bool:
    """Whether the matched route is internal; the path does not decide, because it has many spellings."""
    return route_template(request).startswith(INTERNAL_PREFIX)


def service_token_guard(*service_tokens: SecretStr | None) -> Middleware:
    """Require a service token for routes under /internal/; if none is configured, refuse all requests."""
    accepted = [token.get_secret_value().encode() for token in service_tokens if token is not None]

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if is_internal(request):
            given = bearer_token(request).encode(errors="surrogateescape")
            if not any(hmac.compare_digest(given, expected) for expected in accepted):
                raise Unauthenticated("The service token is wrong.", reason=Reason.SERVICE_TOKEN)
        return await handler(request)

    return guard
