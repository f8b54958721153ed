"""Tokens under a shared secret: only what the marketplace signed for us, now, for a well-named user."""

import base64
import json
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Self

import jwt
import pytest

from chassis.jwks import SharedSecret, VerificationKey
from chassis.problems import Unauthenticated
from chassis.tokens import Principal, TokenExpired, TokenInvalid, TokenVerifier, mint_hs256

SECRET = "k" * 32
NOW = datetime.now(UTC).replace(microsecond=0)
END = NOW + timedelta(days=1)  # these tokens are made at import; a long test run must not outlive them
CLAIMS = {"sub": "anna", "iss": "shop", "aud": "messaging", "exp": END}


@pytest.fixture
def verifier() -> TokenVerifier:
    return TokenVerifier(keys=SharedSecret(SECRET), issuer="shop", audience="messaging", leeway_seconds=10)


def sign(*, key: str = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    return jwt.encode(claims, key, algorithm=algorithm)


def unsigned() -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part({**CLAIMS, 'exp': CLAIMS['exp'].timestamp()})}."  # type: ignore[attr-defined]  # a datetime


async def test_a_good_token_names_its_holder_and_end(verifier: TokenVerifier) -> None:
    principal = await verifier.verify(sign())
    assert principal == Principal(user_id="anna", expires_at=END)


async def test_a_minted_token_is_accepted(verifier: TokenVerifier) -> None:
    token = mint_hs256(secret=SECRET, user_id="anna", issuer="shop", audience="messaging", lifetime=timedelta(hours=1))
    assert (await verifier.verify(token)).user_id == "anna"


async def test_an_expired_token_is_told_apart(verifier: TokenVerifier) -> None:
    with pytest.raises(TokenExpired) as raised:
        await verifier.verify(sign(exp=NOW - timedelta(seconds=15)))
    assert raised.value.code == "token_expired"


async def test_the_leeway_covers_small_clock_differences(verifier: TokenVerifier) -> None:
    now = datetime.now(UTC)
    assert await verifier.verify(sign(exp=now - timedelta(seconds=5), iat=now + timedelta(seconds=5)))


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (sign(aud="another"), "audience"),
        (sign(iss="another"), "issuer"),
        (sign(key="x" * 32), "signature"),
        (sign(algorithm="HS512", key=SECRET * 2), "unknown_key"),
        (unsigned(), "unknown_key"),
        (sign(sub=None), "missing_claim"),
        (sign(exp=None), "missing_claim"),
        (sign(iss=None), "missing_claim"),
        (sign(aud=None), "missing_claim"),
        (sign(nbf=NOW + timedelta(hours=1)), "not_yet_valid"),
        (sign(sub="a b"), "subject"),
        (sign(sub="x" * 65), "subject"),
        (sign(sub=""), "subject"),
        (sign(exp=int(NOW.timestamp()) * 1_000_000), "expiry"),
        (sign(exp=float("inf")), "malformed"),
        (sign()[:-4] + "AAAA", "signature"),
        ("", "malformed"),
        ("a.b.c", "malformed"),
        ("é.é.é", "malformed"),
        ("x" * 9000, "too_long"),
    ],
)
async def test_anything_else_is_refused(verifier: TokenVerifier, token: str, reason: str) -> None:
    with pytest.raises(TokenInvalid) as raised:
        await verifier.verify(token)
    assert raised.value.reason == reason


class OneKey:
    """A key source that can replace its key, as an issuer does."""

    def __init__(self) -> None:
        self.secret = SharedSecret(SECRET)

    async def find(self, *, key_id: str | None, algorithm: str) -> VerificationKey | None:
        return await self.secret.find(key_id=key_id, algorithm=algorithm)


async def test_a_token_that_was_good_is_not_checked_again(
    verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second time its signature is not even looked at."""
    token = sign()
    first = await verifier.verify(token)
    monkeypatch.setattr(jwt, "decode", None)
    assert await verifier.verify(token) == first


async def test_a_token_that_was_good_ends(verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is judged by the time of each use."""
    token = sign()
    await verifier.verify(token)

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + timedelta(days=2)

    monkeypatch.setattr("chassis.tokens.datetime", Later)
    monkeypatch.setattr("jwt.api_jwt.datetime", Later)
    with pytest.raises(TokenExpired):
        await verifier.verify(token)


async def test_a_token_that_was_good_falls_with_its_key() -> None:
    """An issuer that withdraws a key withdraws what was signed with it."""
    keys = OneKey()
    verifier = TokenVerifier(keys=keys, issuer="shop", audience="messaging", leeway_seconds=10)
    token = sign()
    await verifier.verify(token)
    keys.secret = SharedSecret("n" * 32)
    with pytest.raises(TokenInvalid) as raised:
        await verifier.verify(token)
    assert raised.value.reason == "signature"


async def test_only_so_many_tokens_are_remembered(verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond that the oldest is forgotten, and checked again when it comes."""
    monkeypatch.setattr("chassis.tokens.MAX_REMEMBERED", 2)
    tokens = [sign(sub=name) for name in ("anna", "ben", "clara")]
    for token in tokens:
        await verifier.verify(token)
    monkeypatch.setattr(jwt, "decode", None)
    assert [(await verifier.verify(token)).user_id for token in tokens[1:]] == ["ben", "clara"]
    with pytest.raises(TypeError):
        await verifier.verify(tokens[0])


async def test_a_header_of_odd_types_is_refused(verifier: TokenVerifier) -> None:
    for header in ({"alg": 5}, {"alg": ["HS256"]}, {"alg": "HS256", "kid": 5}, {}):
        part = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
        with pytest.raises(TokenInvalid):
            await verifier.verify(f"{part}.e30.AAAA")


async def test_no_error_repeats_the_token(verifier: TokenVerifier) -> None:
    token = sign(aud="another")
    with pytest.raises(Unauthenticated) as raised:
        await verifier.verify(token)
    error = raised.value
    assert token not in repr(error) + str(error) + str(error.to_document()) + str(error.headers)
    assert error.__suppress_context__
    assert error.headers["WWW-Authenticate"].startswith("Bearer error=")
