"""Tokens under a shared secret: only what the marketplace signed for us, now, for a well-named user."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Self

import jwt
import pytest

from chassis.auth.jwks import SharedSecrets, VerificationKey
from chassis.auth.refusals import TokenExpired, TokenInvalid
from chassis.auth.tokens import Principal, TokenVerifier, mint_hs256
from chassis.problems import Unauthenticated
from contracts.generated.limits import SYSTEM_SENDER_ID

SECRET = "k" * 32
NOW = datetime.now(UTC).replace(microsecond=0)
END = NOW + timedelta(days=1)  # these tokens are made at import; a long test run must not outlive them
NO_SUBJECTS: list[Any] = ["x" * 256, "jané", "tab\t", ".", "..", -1, 42.0, 1e3, True, ["anna"], {}]
CLAIMS = {"sub": "anna", "iss": "shop", "aud": "messaging", "exp": END}


@pytest.fixture
def verifier() -> TokenVerifier:
    return TokenVerifier(keys=SharedSecrets(SECRET), issuer="shop", audience="messaging", leeway_seconds=10)


def sign(*, key: str = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    return jwt.encode(claims, key, algorithm=algorithm)


def unsigned() -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part({**CLAIMS, 'exp': CLAIMS['exp'].timestamp()})}."  # type: ignore[attr-defined]  # a datetime


def signed(payload: str | bytes) -> str:
    """A token whose payload is exactly this."""
    return jwt.PyJWS().encode(payload if isinstance(payload, bytes) else payload.encode(), SECRET, algorithm="HS256")


def with_expiry(text: str) -> str:
    return signed(f'{{"sub": "anna", "iss": "shop", "aud": "messaging", "exp": {text}}}')


async def test_a_good_token_names_its_holder_and_end(verifier: TokenVerifier) -> None:
    principal = await verifier.verify(sign())
    assert principal == Principal(user_id="anna", expires_at=END)


async def test_a_minted_token_is_accepted(verifier: TokenVerifier) -> None:
    token = mint_hs256(secret=SECRET, user_id="anna", issuer="shop", audience="messaging", lifetime=timedelta(hours=1))
    assert (await verifier.verify(token)).user_id == "anna"


async def test_an_expired_token_has_its_own_error(verifier: TokenVerifier) -> None:
    with pytest.raises(TokenExpired) as raised:
        await verifier.verify(sign(exp=NOW - timedelta(seconds=15)))
    assert raised.value.code == "token_expired"


async def test_the_leeway_covers_small_clock_differences(verifier: TokenVerifier) -> None:
    now = datetime.now(UTC)
    assert await verifier.verify(sign(exp=now - timedelta(seconds=5), iat=now + timedelta(seconds=5)))


@pytest.mark.parametrize(
    ("sub", "user_id"),
    [
        *((sub, sub) for sub in ("auth0|507f1f77bcf86cd799439011", "jane+shop@example.com", 'SHOP\\"jane"', "...")),
        *((sub, sub) for sub in ("f:6b2cdf6c-4f3f-4f39-8a0f-1f6f0f2a5f6e:jane.doe@example.com", "x" * 255)),
        *((42, "42"), (0, "0"), (2**63, "9223372036854775808")),
    ],
)
async def test_a_subject_of_any_login_is_the_user_id(verifier: TokenVerifier, sub: object, user_id: str) -> None:
    assert (await verifier.verify(sign(sub=sub))).user_id == user_id


SOON = NOW + timedelta(hours=1)
REFUSED: dict[str, list[str]] = {
    "audience": [sign(aud=aud) for aud in ("another", [], ["messaging", 5], {"messaging": 1})],
    "issuer": [sign(iss="another"), sign(iss="shop ")],
    "signature": [sign(key="x" * 32), sign()[:-4] + "AAAA"],
    "algorithm": [sign(algorithm="HS512", key=SECRET * 2), unsigned()],
    "missing_sub": [sign(sub=None)],
    "missing_exp": [sign(exp=None), with_expiry("null")],
    "missing_iss": [sign(iss=None)],
    "missing_aud": [sign(aud=None)],
    "not_yet_valid": [sign(nbf=SOON), sign(nbf=SOON.timestamp() + 0.5)],
    "issued_in_future": [sign(iat=SOON)],
    "invalid_time": [
        *(sign(exp=exp) for exp in (True, "1.79e9", ["1"], int(NOW.timestamp()) * 1_000_000)),
        *(sign(iat=True), sign(nbf="soon"), with_expiry("1e400"), with_expiry("1" * 400)),
    ],
    "subject": [sign(sub=sub) for sub in ("a b", "", SYSTEM_SENDER_ID, *NO_SUBJECTS)],
    "header": [jwt.encode(CLAIMS, SECRET, headers={"crit": ["x"]})],
    "not_a_jwt": ["", "opaque-token"],
    "encrypted": ["a.b.c.d.e"],
    "malformed": [
        *("a.b.c", "\ud83d.b.c", "é.é.é", with_expiry("NaN"), with_expiry("-Infinity")),
        *(signed(payload) for payload in ('["sub"]', "no JSON", b"\xff", "[" * 5_000)),
    ],
    "too_long": ["x" * 9000],
}


@pytest.mark.parametrize(("token", "reason"), [(token, reason) for reason in REFUSED for token in REFUSED[reason]])
async def test_anything_else_is_refused(verifier: TokenVerifier, token: str, reason: str) -> None:
    with pytest.raises(TokenInvalid) as raised:
        await verifier.verify(token)
    assert raised.value.reason == reason


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("4102444800", 4102444800),
        ("4102444800.5", 4102444800.5),
        ("4102444800.000001", 4102444800.000001),
        ("4.1024448e9", 4102444800),
        ("4.1024448E+9", 4102444800),
        ('"4102444800"', 4102444800),
        ("253402300799", 253402300799),
    ],
)
async def test_every_form_of_a_numeric_date_is_read_the_same_way_each_time(
    verifier: TokenVerifier, written: str, seconds: float
) -> None:
    """RFC 7519 allows a fraction, JSON an exponent; the last one is the last second of the calendar."""
    token = with_expiry(written)
    first = await verifier.verify(token)
    assert first == Principal(user_id="anna", expires_at=datetime.fromtimestamp(seconds, UTC))
    assert await verifier.verify(token) == first


@pytest.mark.parametrize(
    "changes",
    [{"aud": ["other", "messaging"]}, {"nbf": NOW.timestamp() - 0.5}, {"iat": NOW.timestamp() + 1.5}, {"jti": 42}],
)
async def test_claims_in_other_forms_of_the_standard_are_accepted(
    verifier: TokenVerifier, changes: dict[str, Any]
) -> None:
    assert (await verifier.verify(sign(**changes))).user_id == "anna"


async def test_a_claim_that_is_null_counts_as_absent(verifier: TokenVerifier) -> None:
    token = signed('{"sub": "anna", "iss": "shop", "aud": "messaging", "exp": 4102444800, "nbf": null, "iat": null}')
    assert (await verifier.verify(token)).user_id == "anna"


async def test_a_fraction_of_a_second_counts_for_the_expiry(monkeypatch: pytest.MonkeyPatch) -> None:
    class Then(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(4102444800.4, tz)

    monkeypatch.setattr("chassis.auth.claims.datetime", Then)
    strict = TokenVerifier(keys=SharedSecrets(SECRET), issuer="shop", audience="messaging", leeway_seconds=0)
    assert await strict.verify(with_expiry("4102444800.5"))
    with pytest.raises(TokenExpired):
        await strict.verify(with_expiry("4102444800.3"))


async def test_while_a_secret_is_rotated_both_verify() -> None:
    old, new = "o" * 32, "n" * 32
    both = TokenVerifier(keys=SharedSecrets(new, old), issuer="shop", audience="messaging", leeway_seconds=0)
    for secret in (old, new):
        assert (await both.verify(sign(key=secret))).user_id == "anna"
    with pytest.raises(TokenInvalid) as raised:
        await both.verify(sign(key="x" * 32))
    assert raised.value.reason == "signature"


class OneKey:
    """A key source that can replace its key, as an issuer does."""

    algorithms = ("HS256",)

    def __init__(self) -> None:
        self.secret = SharedSecrets(SECRET)

    async def find(self, *, key_id: str | None, algorithm: str) -> Sequence[VerificationKey]:
        return await self.secret.find(key_id=key_id, algorithm=algorithm)

    async def renewed(self) -> bool:
        return False


async def test_a_verified_token_is_not_verified_again(verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time its signature is not even looked at."""
    token = sign()
    first = await verifier.verify(token)
    monkeypatch.setattr("chassis.auth.tokens._JWS", None)
    assert await verifier.verify(token) == first


async def test_a_cached_token_expires(verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is judged by the time of each use."""
    token = sign()
    await verifier.verify(token)

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + timedelta(days=2)

    monkeypatch.setattr("chassis.auth.tokens.datetime", Later)
    monkeypatch.setattr("chassis.auth.claims.datetime", Later)
    with pytest.raises(TokenExpired):
        await verifier.verify(token)


async def test_a_cached_token_is_refused_once_its_key_is_withdrawn() -> None:
    """An issuer that withdraws a key withdraws what was signed with it."""
    keys = OneKey()
    verifier = TokenVerifier(keys=keys, issuer="shop", audience="messaging", leeway_seconds=10)
    token = sign()
    await verifier.verify(token)
    keys.secret = SharedSecrets("n" * 32)
    with pytest.raises(TokenInvalid) as raised:
        await verifier.verify(token)
    assert raised.value.reason == "signature"


@pytest.fixture
def memory_for_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.auth.tokens.MAX_REMEMBERED", 2)


@pytest.mark.usefixtures("memory_for_two")
async def test_the_number_of_cached_tokens_is_limited(verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond that the least recently used is forgotten, and checked again when it comes."""
    tokens = [sign(sub=name) for name in ("anna", "ben", "clara")]
    for token in tokens:
        await verifier.verify(token)
    monkeypatch.setattr("chassis.auth.tokens._JWS", None)
    assert [(await verifier.verify(token)).user_id for token in tokens[1:]] == ["ben", "clara"]
    with pytest.raises(AttributeError):
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
    assert error.__context__ is None
    assert error.headers["WWW-Authenticate"].startswith("Bearer error=")
