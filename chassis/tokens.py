"""Verifies the marketplace's bearer tokens (JWT, RFC 7519 and RFC 8725).

The key decides the algorithm: a shared secret means HS256; a JWKS key means the one algorithm of its type.
What a token's header claims only has to agree.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

from chassis.jwks import JwksKeys, KeySource, SharedSecret, VerificationKey
from chassis.problems import Unauthenticated
from chassis.settings import TokenSettings

MAX_REMEMBERED = 20_000  # verified tokens, about 600 bytes each
_SUBJECT = re.compile(r"[A-Za-z0-9_.:@-]{1,64}")
MAX_TOKEN_LENGTH = 8192  # characters; above it no server's header limit would let it pass anyway
_REQUIRED_CLAIMS = ["sub", "exp", "iss", "aud"]
_REASONS: Mapping[type[Exception], str] = {
    jwt.InvalidSignatureError: "signature",
    jwt.InvalidAlgorithmError: "algorithm",
    jwt.InvalidAudienceError: "audience",
    jwt.InvalidIssuerError: "issuer",
    jwt.ImmatureSignatureError: "not_yet_valid",
    jwt.MissingRequiredClaimError: "missing_claim",
}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who holds a valid token, and until when."""

    user_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Verified:
    """What a token said, and the key that proved it."""

    principal: Principal
    key: VerificationKey
    key_id: str | None
    """What the token calls the key."""


class TokenExpired(Unauthenticated):
    """The token was valid once; the client should fetch a fresh one."""

    default_code = "token_expired"
    challenge = 'Bearer error="invalid_token", error_description="expired"'

    def __init__(self) -> None:
        super().__init__("The token has expired.")


class TokenInvalid(Unauthenticated):
    """Not a token of ours. `reason` is for logs and figures; nothing of the token is kept."""

    challenge = 'Bearer error="invalid_token"'

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__("The token is not valid.")


class TokenVerifier:
    """Checks signature, issuer, audience and times of tokens. Make one with `token_verifier`.

    A token that was good stays good until it ends or its key is withdrawn, so it is checked in full only once: REST
    brings the same one with every request, and after a cut everybody comes back with theirs. Only its digest is kept.
    """

    def __init__(self, *, keys: KeySource, issuer: str, audience: str, leeway_seconds: float) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._leeway = timedelta(seconds=leeway_seconds)
        self._verified: dict[bytes, _Verified] = {}

    async def verify(self, token: str) -> Principal:
        """The holder of `token`. Raises TokenExpired, TokenInvalid or KeysUnavailable.

        Waits only when the token names a key that is not known yet.
        """
        digest = hashlib.sha256(token.encode(errors="surrogateescape")).digest()
        known = self._verified.get(digest)
        if known is not None and await self._still_holds(known):
            return known.principal
        verified = await self._verify(token)
        self._remember(digest, verified)
        return verified.principal

    async def _still_holds(self, known: _Verified) -> bool:
        key = await self._keys.find(key_id=known.key_id, algorithm=known.key.algorithm)
        return key is known.key and datetime.now(UTC) < known.principal.expires_at + self._leeway

    def _remember(self, digest: bytes, verified: _Verified) -> None:
        """The oldest is forgotten first."""
        if len(self._verified) >= MAX_REMEMBERED:
            del self._verified[next(iter(self._verified))]
        self._verified[digest] = verified

    async def _verify(self, token: str) -> _Verified:
        header = _header(token)
        algorithm, key_id = header.get("alg"), header.get("kid")
        if not isinstance(algorithm, str) or not isinstance(key_id, str | None):
            raise TokenInvalid("header")
        key = await self._keys.find(key_id=key_id, algorithm=algorithm)
        if key is None:
            raise TokenInvalid("unknown_key")
        return _Verified(_principal(self._claims(token, key)), key, key_id)

    def _claims(self, token: str, key: VerificationKey) -> dict[str, object]:
        try:
            claims: dict[str, object] = jwt.decode(
                token,
                key.material,
                algorithms=[key.algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=self._leeway,
                options={"require": _REQUIRED_CLAIMS},
            )
        except jwt.ExpiredSignatureError:
            raise TokenExpired from None
        except jwt.PyJWTError as error:
            raise TokenInvalid(_reason(error)) from None
        return claims


@asynccontextmanager
async def token_verifier(settings: TokenSettings) -> AsyncIterator[TokenVerifier]:
    """A verifier for the configured kind of key, and its key fetching, for the length of the block."""
    async with AsyncExitStack() as stack:
        keys: KeySource
        if settings.jwt_jwks_url is not None:
            keys = await stack.enter_async_context(JwksKeys(url=str(settings.jwt_jwks_url)))
        elif settings.jwt_hs256_secret is not None:
            keys = SharedSecret(settings.jwt_hs256_secret.get_secret_value())
        else:
            raise ValueError("settings without a key source")
        yield TokenVerifier(
            keys=keys,
            issuer=settings.jwt_issuer,
            audience=settings.jwt_audience,
            leeway_seconds=settings.jwt_leeway_seconds,
        )


def mint_hs256(
    *, secret: str, user_id: str, issuer: str, audience: str, lifetime: timedelta, now: datetime | None = None
) -> str:
    """A token for development and tests. In production the marketplace mints its own."""
    issued = now or datetime.now(UTC)
    claims = {"sub": user_id, "iss": issuer, "aud": audience, "iat": issued, "exp": issued + lifetime}
    return jwt.encode(claims, secret, algorithm="HS256")


def _header(token: str) -> dict[str, object]:
    if len(token) > MAX_TOKEN_LENGTH:
        raise TokenInvalid("too_long")
    try:
        return dict(jwt.get_unverified_header(token))
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TokenInvalid("malformed") from None


def _principal(claims: dict[str, object]) -> Principal:
    try:
        # int() as PyJWT does; a time in milliseconds would be a year beyond the calendar.
        expires_at = datetime.fromtimestamp(int(str(claims["exp"])), UTC)
    except (ValueError, OverflowError, OSError):
        raise TokenInvalid("expiry") from None
    user_id = str(claims["sub"])
    if _SUBJECT.fullmatch(user_id) is None:
        raise TokenInvalid("subject")
    return Principal(user_id, expires_at)


def _reason(error: Exception) -> str:
    return next((reason for kind, reason in _REASONS.items() if isinstance(error, kind)), "malformed")
