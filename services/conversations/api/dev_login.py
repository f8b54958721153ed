"""/api/dev: log in as one of the people with one click. In development only, and only if it is switched on."""

from datetime import UTC, datetime, timedelta

from aiohttp import web

from chassis.http import json_response
from chassis.problems import NotFound
from chassis.tokens import mint_hs256
from contracts.generated.models import DevLogin
from services.conversations.api import views
from services.conversations.api.requests import read_small_model
from services.conversations.domain import rfc3339
from services.conversations.keys import POOL, SETTINGS
from services.conversations.store import projections


def routes() -> list[web.RouteDef]:
    """The addresses of this module; registered only when DEV_LOGIN is on."""
    return [web.get("/api/dev/people", list_people), web.post("/api/dev/login", log_in)]


async def list_people(request: web.Request) -> web.Response:
    """Whom one may log in as."""
    rows = await projections.list_people(request.app[POOL])
    return json_response({"people": [views.person(row["id"], row["name"], row["avatar_url"]) for row in rows]})


async def log_in(request: web.Request) -> web.Response:
    """A token, as the marketplace would make one."""
    settings = request.app[SETTINGS]
    body = await read_small_model(request, DevLogin)
    row = await projections.get_user(request.app[POOL], body.user_id)
    if row is None:
        raise NotFound("There is no such person.")
    assert settings.jwt_hs256_secret is not None  # noqa: S101 - the settings allow DEV_LOGIN with it only
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
