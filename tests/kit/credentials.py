"""Secrets that services of a test agree on, and the tokens made with them."""

from datetime import timedelta
from typing import Any

from chassis.auth.tokens import mint_hs256

SERVICE_TOKEN = "service-token-service-token-service-token"
JWT_SECRET = "0123456789abcdef0123456789abcdef"
ISSUER, AUDIENCE = "https://marketplace.test", "messaging"
SETTINGS: dict[str, Any] = {
    "service_token": SERVICE_TOKEN,
    "jwt_hs256_secret": JWT_SECRET,
    "jwt_issuer": ISSUER,
    "jwt_audience": AUDIENCE,
}


def token_of(user_id: str, *, lifetime: timedelta = timedelta(minutes=5), **changes: str) -> str:
    """A user's access token, as the marketplace would make it; `changes` make it a bad one."""
    values: dict[str, Any] = {"secret": JWT_SECRET, "issuer": ISSUER, "audience": AUDIENCE, **changes}
    return mint_hs256(user_id=user_id, lifetime=lifetime, **values)
