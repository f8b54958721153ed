"""/api/dev: one-click log-in as any user. Development only, and only if enabled."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from chassis.auth.tokens import mint_hs256
from chassis.http.app import json_response
from chassis.loopback import is_loopback_host
from chassis.problems import Forbidden, NotFound
from contracts.generated.models import DevLogin
from services.conversations.api import views
from services.conversations.api.requests import read_small_model
from services.conversations.domain import rfc3339
from services.conversations.keys import POOL, SETTINGS
from services.conversations.store import projections


def routes() -> list[web.RouteDef]:
    """Registered only when DEV_LOGIN is on."""
    return [web.get("/api/dev/people", list_people), web.post("/api/dev/login", log_in)]


async def list_people(request: web.Request) -> web.Response:
    """The users to log in as."""
    refuse_strangers(request)
    rows = await projections.list_people(request.app[POOL])
    return json_response({"people": [views.person(row["id"], row["name"], row["avatar_url"]) for row in rows]})


async def log_in(request: web.Request) -> web.Response:
    """A token like those that the marketplace mints."""
    refuse_strangers(request)
    settings = request.app[SETTINGS]
    body = await read_small_model(request, DevLogin)
    row = await projections.get_user(request.app[POOL], body.user_id)
    if row is None or row["deleted"]:
        raise NotFound("There is no such person.")
    assert settings.jwt_hs256_secret is not None  # noqa: S101 - the settings require it for DEV_LOGIN
    lifetime = timedelta(hours=settings.dev_login_hours)
    now = datetime.now(UTC)
    token = mint_hs256(
        secret=settings.jwt_hs256_secret.get_secret_value(),
        user_id=body.user_id,
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        lifetime=lifetime,
        now=now,
    )
    return json_response(
        {
            "accessToken": token,
            "expiresAt": rfc3339(now + lifetime),
            "user": views.person(row["id"], row["name"], row["avatar_url"]),
        }
    )


def refuse_strangers(request: web.Request) -> None:
    """Raises Forbidden unless both the Host and the page's Origin are loopback names or configured ones.

    Any page on the web can resolve its own name to 127.0.0.1 (DNS rebinding) and send requests to a developer's system;
    Host and Origin reveal it.
    """
    allowed = request.app[SETTINGS].allowed_origins
    names = {urlsplit(origin).netloc for origin in allowed}
    host = request.headers.get(hdrs.HOST, "")
    if not is_loopback_host(host) and host not in names:
        raise _stranger("The development log-in is only available under localhost")
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None and origin not in allowed and not is_loopback_host(_host_of(origin)):
        raise _stranger("The development log-in is only available to pages of localhost")


def _host_of(origin: str) -> str:
    scheme, _, host = origin.partition("://")
    return host if scheme in ("http", "https") else ""


def _stranger(sentence: str) -> Forbidden:
    return Forbidden(f"{sentence}; others are named in ALLOWED_ORIGINS.", code="forbidden_origin")
