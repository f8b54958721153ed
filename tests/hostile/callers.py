"""Who may knock: people, services, and everybody who is neither, each with the token they would show."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import jwt

from chassis.auth.tokens import mint_hs256
from tests.kit.running.system import System

LIFETIME = timedelta(hours=1)
WRONG_SECRET = "another-secret-another-secret-another"


class Mint:
    """Makes tokens, and remembers them: none may be in a log."""

    def __init__(self, system: System) -> None:
        self._system = system
        self.made: set[str] = {system.service_token, system.jwt_secret}

    def __call__(
        self,
        user: str,
        *,
        lifetime: timedelta = LIFETIME,
        secret: str | None = None,
        issuer: str | None = None,
        audience: str | None = None,
    ) -> str:
        """A good token, but for what is given."""
        token = mint_hs256(
            secret=secret or self._system.jwt_secret,
            user_id=user,
            issuer=issuer or self._system.issuer,
            audience=audience or self._system.audience,
            lifetime=lifetime,
        )
        return self._kept(token)

    def unsigned(self, user: str) -> str:
        """`alg: none`, with the claims of a good token."""
        claims = jwt.decode(self(user), options={"verify_signature": False})
        return self._kept(jwt.encode(claims, "", algorithm="none"))

    def _kept(self, token: str) -> str:
        self.made.add(token)
        return token


# Tokens that look like this user's and are not good.
FORGED: Mapping[str, Callable[[Mint, str], str]] = {
    "wrong audience": lambda mint, user: mint(user, audience="another-service"),
    "wrong issuer": lambda mint, user: mint(user, issuer="https://evil.example"),
    "bad signature": lambda mint, user: mint(user, secret=WRONG_SECRET),
    "alg none": lambda mint, user: mint.unsigned(user),
    "no token at all": lambda *_: "garbage.claims-that-are-none.no-signature",
}


def expired(mint: Mint, user: str) -> str:
    return mint(user, lifetime=timedelta(minutes=-5))
