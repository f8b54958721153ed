"""Verifies the marketplace's bearer tokens (JWT, RFC 7519 and RFC 8725).

The key decides the algorithm: a shared secret means HS256; a JWKS key means the one algorithm of its type.
The token's header must name the same algorithm. PyJWT checks the signature; `chassis.auth.claims` reads the claims, so
that the checked value is the one used.
"""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt
from cachetools import LRUCache
from pydantic import TypeAdapter, ValidationError

from chassis.auth.claims import Claims, check_claims, read_claims
from chassis.auth.jwks import JwksKeys, KeySource, SharedSecrets, VerificationKey
from chassis.auth.refusals import TokenInvalid
from chassis.refusal_reasons import Reason
from chassis.settings import TokenSettings
from contracts.generated.limits import MAX_ACCESS_TOKEN_LENGTH, SYSTEM_SENDER_ID
from contracts.generated.models import UserId

MAX_REMEMBERED = 20_000  # cached verified tokens, about 600 bytes each
_USER_ID: TypeAdapter[str] = TypeAdapter(UserId)
MAX_TOKEN_LENGTH = MAX_ACCESS_TOKEN_LENGTH  # characters; servers' header limits reject longer ones anyway
_DOTS_OF_SIGNED, _DOTS_OF_ENCRYPTED = 2, 4
_JWS = jwt.PyJWS()


@dataclass(frozen=True, slots=True)
class Principal:
    """The holder of a valid token, and its expiry."""

    user_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Verified:
    """A token's verified content, and the key that verified it."""

    principal: Principal
    key: VerificationKey
    key_id: str | None
    """The token's key id."""


class TokenVerifier:
    """Checks signature, issuer, audience and times of tokens. Make one with `token_verifier`.

    A valid token stays valid until it expires or its key is withdrawn, so it is verified in full only once: REST sends
    it with every request, and after a network failure every client reconnects with it. Only its digest is kept.
    """

    def __init__(self, *, keys: KeySource, issuer: str, audience: str, leeway_seconds: float) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._leeway = timedelta(seconds=leeway_seconds)
        self._verified: LRUCache[bytes, _Verified] = LRUCache(MAX_REMEMBERED)

    async def verify(self, token: str) -> Principal:
        """The holder of `token`. Raises TokenExpired, TokenInvalid or KeysUnavailable.

        Waits only if the token names an unknown key.
        """
        digest = hashlib.sha256(token.encode(errors="surrogatepass")).digest()
        known = self._verified.get(digest)
        if known is not None and await self._still_holds(known):
            return known.principal
        verified = self._verified[digest] = await self._verify(token)
        return verified.principal

    async def _still_holds(self, known: _Verified) -> bool:
        keys = await self._keys.find(key_id=known.key_id, algorithm=known.key.algorithm)
        # The leeway is subtracted from the current time: the expiry may be the last second of the calendar.
        return known.key in keys and datetime.now(UTC) - self._leeway < known.principal.expires_at

    async def _verify(self, token: str) -> _Verified:
        header = _header(token)
        algorithm, key_id = header.get("alg"), header.get("kid")
        if not isinstance(algorithm, str) or not isinstance(key_id, str | None):
            raise TokenInvalid(Reason.HEADER)
        if algorithm not in self._keys.algorithms:
            raise TokenInvalid(Reason.ALGORITHM)
        key, payload = await self._proven(token, key_id=key_id, algorithm=algorithm)
        return _Verified(self._principal_of(payload), key, key_id)

    async def _proven(self, token: str, *, key_id: str | None, algorithm: str) -> tuple[VerificationKey, bytes]:
        """The key that signed the token, and the payload. Fetches keys once if one was replaced under the same id."""
        tried: Sequence[VerificationKey] = ()
        while keys := await self._keys.find(key_id=key_id, algorithm=algorithm):
            for key in keys:
                if key not in tried and (payload := _signed_payload(token, key)) is not None:
                    return key, payload
            if tried or not await self._keys.renewed():
                raise TokenInvalid(Reason.SIGNATURE)
            tried = keys
        raise TokenInvalid(Reason.UNKNOWN_KEY)

    def _principal_of(self, payload: bytes) -> Principal:
        claims = read_claims(payload)
        expires_at = check_claims(
            claims,
            issuer=self._issuer,
            audience=self._audience,
            leeway_seconds=self._leeway.total_seconds(),
        )
        return _principal(claims, expires_at)


@asynccontextmanager
async def token_verifier(settings: TokenSettings) -> AsyncIterator[TokenVerifier]:
    """A verifier for the configured kind of key; fetches keys for the duration of the block."""
    async with AsyncExitStack() as stack:
        keys: KeySource
        if settings.jwt_jwks_url is not None:
            keys = await stack.enter_async_context(JwksKeys(url=str(settings.jwt_jwks_url)))
        elif settings.jwt_hs256_secret is not None:
            secrets = (settings.jwt_hs256_secret, settings.jwt_hs256_secret_previous)
            keys = SharedSecrets(*(secret.get_secret_value() for secret in secrets if secret is not None))
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
        raise TokenInvalid(Reason.TOO_LONG)
    dots = token.count(".")
    if dots != _DOTS_OF_SIGNED:
        raise TokenInvalid(Reason.ENCRYPTED if dots == _DOTS_OF_ENCRYPTED else Reason.NOT_A_JWT)
    try:
        return dict(jwt.get_unverified_header(token))
    except (jwt.DecodeError, ValueError, RecursionError):
        raise TokenInvalid(Reason.MALFORMED) from None
    except jwt.PyJWTError:
        raise TokenInvalid(Reason.HEADER) from None


def _signed_payload(token: str, key: VerificationKey) -> bytes | None:
    """The payload if this key signed it, else None."""
    try:
        decoded = _JWS.decode_complete(token, key.material, algorithms=[key.algorithm])
    except jwt.InvalidSignatureError:
        return None
    except jwt.PyJWTError:
        raise TokenInvalid(Reason.MALFORMED) from None
    payload: bytes = decoded["payload"]
    return payload


def _principal(claims: Claims, expires_at: datetime) -> Principal:
    return Principal(_subject(claims["sub"]), expires_at)


def _subject(sub: object) -> str:
    """The user id. RFC 7519 requires a string; an integer of an issuer that sends numbers becomes its digits."""
    if type(sub) is int and sub >= 0:  # bool is a subclass of int
        sub = str(sub)
    try:
        user_id = _USER_ID.validate_python(sub, strict=True)
    except ValidationError:
        raise TokenInvalid(Reason.SUBJECT) from None
    if user_id == SYSTEM_SENDER_ID:  # what it wrote would look like the marketplace's own messages
        raise TokenInvalid(Reason.SUBJECT)
    return user_id
