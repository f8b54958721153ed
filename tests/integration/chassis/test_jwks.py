"""Tokens under an issuer's published keys, fetched from a real server on the loopback interface."""

import asyncio
import base64
import hmac
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from pydantic import AnyHttpUrl

from chassis.auth.jwks import MAX_FITTING_KEYS, JwksKeys, KeysUnavailable
from chassis.auth.refusals import TokenInvalid
from chassis.auth.tokens import TokenVerifier, token_verifier
from chassis.settings import TokenSettings
from tests.kit.waiting import eventually

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

_ALGORITHMS: dict[str, Any] = {"RS256": RSAAlgorithm, "ES256": ECAlgorithm, "EdDSA": OKPAlgorithm}
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)  # in no document
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()


def jwk(key: PrivateKey, kid: str, algorithm: str, **more: str) -> dict[str, Any]:
    return {**_ALGORITHMS[algorithm].to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", **more}


def sign(key: Any, kid: str | None, algorithm: str) -> str:
    claims = {"sub": "anna", "iss": "shop", "aud": "messaging", "exp": datetime.now(UTC) + timedelta(minutes=5)}
    return jwt.encode(claims, key, algorithm=algorithm, headers={} if kid is None else {"kid": kid})


class Issuer:
    """A marketplace's JWKS endpoint that counts its visitors and can be out of order."""

    def __init__(self) -> None:
        self.document: Any = {
            "keys": [jwk(RSA_KEY, "r1", "RS256"), jwk(EC_KEY, "e1", "ES256"), jwk(ED_KEY, "d1", "EdDSA")]
        }
        self.fetches = 0
        self.status = 200
        app = web.Application()
        app.router.add_get("/jwks.json", self._answer)
        self.server = TestServer(app)

    @property
    def url(self) -> str:
        return str(self.server.make_url("/jwks.json"))

    async def _answer(self, _request: web.Request) -> web.Response:
        self.fetches += 1
        await asyncio.sleep(0)  # lets a crowd of callers arrive while one fetch is under way
        return web.json_response(self.document, status=self.status)


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    issuer = Issuer()
    async with issuer.server:
        yield issuer


def verifier(keys: JwksKeys) -> TokenVerifier:
    return TokenVerifier(keys=keys, issuer="shop", audience="messaging", leeway_seconds=0)


async def refused(verifier: TokenVerifier, token: str) -> str:
    with pytest.raises(TokenInvalid) as raised:
        await verifier.verify(token)
    return str(raised.value.reason)


@pytest.mark.parametrize(
    ("key", "kid", "algorithm"), [(RSA_KEY, "r1", "RS256"), (EC_KEY, "e1", "ES256"), (ED_KEY, "d1", "EdDSA")]
)
async def test_each_kind_of_key_verifies(issuer: Issuer, key: PrivateKey, kid: str, algorithm: str) -> None:
    settings = TokenSettings(jwt_jwks_url=AnyHttpUrl(issuer.url), jwt_issuer="shop", jwt_audience="messaging")
    async with token_verifier(settings) as verifier:
        assert (await verifier.verify(sign(key, kid, algorithm))).user_id == "anna"
        assert (await verifier.verify(sign(key, None, algorithm))).user_id == "anna"


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
async def test_a_public_key_is_not_accepted_as_an_hs256_secret(issuer: Issuer, encoding: Encoding) -> None:
    """The classic confusion: an attacker signs with the public key as if it were a shared secret."""
    public = RSA_KEY.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    header, claims, _ = sign("x" * 32, "r1", "HS256").split(".")
    signature = hmac.digest(public, f"{header}.{claims}".encode(), "sha256")
    forged = f"{header}.{claims}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
    async with JwksKeys(url=issuer.url) as keys:
        assert await refused(verifier(keys), forged) == "algorithm"


async def test_a_token_without_a_key_id_is_tried_with_each_key_that_fits(issuer: Issuer) -> None:
    issuer.document["keys"].insert(0, jwk(OTHER_RSA_KEY, "r0", "RS256"))
    async with JwksKeys(url=issuer.url) as keys:
        subject = verifier(keys)
        for key in (RSA_KEY, OTHER_RSA_KEY):
            assert (await subject.verify(sign(key, None, "RS256"))).user_id == "anna"
        assert await refused(subject, sign(STRANGER, None, "RS256")) == "signature"


async def test_the_same_key_twice_and_two_keys_of_one_id_verify(issuer: Issuer) -> None:
    once = jwk(RSA_KEY, "r1", "RS256")
    issuer.document = {"keys": [once, {**once, "alg": "RS256"}, jwk(OTHER_RSA_KEY, "r1", "RS256")]}
    async with JwksKeys(url=issuer.url) as keys:
        subject = verifier(keys)
        for key in (RSA_KEY, OTHER_RSA_KEY):
            for kid in ("r1", None):
                assert (await subject.verify(sign(key, kid, "RS256"))).user_id == "anna"
        assert len(await keys.find(key_id="r1", algorithm="RS256")) == 2


async def test_a_key_without_an_id_verifies_tokens_that_name_one(issuer: Issuer) -> None:
    """Unless another key has that id."""
    nameless = {name: value for name, value in jwk(OTHER_RSA_KEY, "", "RS256").items() if name != "kid"}
    issuer.document = {"keys": [nameless, {**jwk(RSA_KEY, "r1", "RS256"), "key_ops": ["verify"]}]}
    async with JwksKeys(url=issuer.url) as keys:
        subject = verifier(keys)
        assert await subject.verify(sign(OTHER_RSA_KEY, "whatever", "RS256"))
        assert await refused(subject, sign(OTHER_RSA_KEY, "r1", "RS256")) == "signature"


async def test_a_key_that_was_replaced_under_the_same_id_is_fetched_at_once(issuer: Issuer) -> None:
    """Nobody waits until the cache is stale; and a made-up signature causes no more fetches than allowed."""
    async with JwksKeys(url=issuer.url, min_refresh_seconds=0) as keys:
        subject = verifier(keys)
        await subject.verify(sign(RSA_KEY, "r1", "RS256"))
        issuer.document = {"keys": [jwk(OTHER_RSA_KEY, "r1", "RS256")]}
        assert await subject.verify(sign(OTHER_RSA_KEY, "r1", "RS256"))
        assert await refused(subject, sign(RSA_KEY, "r1", "RS256")) == "signature"


async def test_made_up_signatures_cause_no_fetch(issuer: Issuer) -> None:
    async with JwksKeys(url=issuer.url, min_refresh_seconds=600) as keys:
        subject = verifier(keys)
        await subject.verify(sign(RSA_KEY, "r1", "RS256"))
        reasons = await asyncio.gather(*(refused(subject, sign(STRANGER, kid, "RS256")) for kid in ("r1", None) * 5))
        assert set(reasons) == {"signature"}
        assert issuer.fetches == 1


async def test_the_number_of_keys_tried_per_token_is_limited(issuer: Issuer) -> None:
    issuer.document = {"keys": [jwk(RSA_KEY, f"r{number}", "RS256") for number in range(40)]}
    async with JwksKeys(url=issuer.url) as keys:
        assert len(await keys.find(key_id=None, algorithm="RS256")) == MAX_FITTING_KEYS


async def test_a_key_that_is_fetched_again_stays_the_same(issuer: Issuer) -> None:
    """So that verified tokens need no second check."""
    async with JwksKeys(url=issuer.url, min_refresh_seconds=0) as keys:
        (before,) = await keys.find(key_id="r1", algorithm="RS256")
        issuer.document["keys"].append(jwk(OTHER_RSA_KEY, "r2", "RS256"))
        assert await keys.renewed()
        assert (await keys.find(key_id="r1", algorithm="RS256"))[0] is before


async def test_a_key_verifies_only_its_own_algorithm(issuer: Issuer) -> None:
    async with JwksKeys(url=issuer.url) as keys:
        subject = verifier(keys)
        assert await refused(subject, sign(RSA_KEY, "r1", "PS256")) == "algorithm"
        assert await refused(subject, sign(RSA_KEY, "r1", "RS512")) == "algorithm"
        assert await refused(subject, sign(EC_KEY, "r1", "ES256")) == "unknown_key"


async def test_another_key_under_a_known_id_is_refused(issuer: Issuer) -> None:
    async with JwksKeys(url=issuer.url) as keys:
        assert await refused(verifier(keys), sign(STRANGER, "r1", "RS256")) == "signature"


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
async def test_keys_that_must_not_verify_are_skipped(issuer: Issuer) -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - the point of the test
    issuer.document["keys"] += [
        {"kty": "oct", "kid": "o1", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"},
        jwk(weak, "w1", "RS256"),
        jwk(RSA_KEY, "enc", "RS256", use="enc"),
        {**jwk(RSA_KEY, "ops", "RS256"), "key_ops": ["encrypt"]},
        jwk(RSA_KEY, "other", "RS256", alg="RS512"),
        {"kty": "EC", "crv": "P-521", "kid": "p1"},
        {"kty": "RSA", "kid": "broken", "n": "AQAB"},
        "no key at all",
    ]
    async with JwksKeys(url=issuer.url) as keys:
        subject = verifier(keys)
        assert await refused(subject, sign("secret-secret-secret-secret-secret", "o1", "HS256")) == "algorithm"
        assert await subject.verify(sign(RSA_KEY, "r1", "RS256"))
        for kid, key in (("w1", weak), ("enc", RSA_KEY), ("ops", RSA_KEY), ("other", RSA_KEY)):
            assert await refused(subject, sign(key, kid, "RS256")) == "unknown_key"


async def test_a_rotated_key_is_fetched_when_first_seen_and_the_withdrawn_one_is_refused(issuer: Issuer) -> None:
    async with JwksKeys(url=issuer.url, min_refresh_seconds=0) as keys:
        subject = verifier(keys)
        await subject.verify(sign(RSA_KEY, "r1", "RS256"))
        issuer.document = {"keys": [jwk(OTHER_RSA_KEY, "r2", "RS256")]}
        assert await subject.verify(sign(OTHER_RSA_KEY, "r2", "RS256"))
        assert await refused(subject, sign(RSA_KEY, "r1", "RS256")) == "unknown_key"


async def test_a_withdrawn_key_is_refused_once_the_cache_is_stale(issuer: Issuer) -> None:
    async with JwksKeys(url=issuer.url, fresh_seconds=0, min_refresh_seconds=0) as keys:
        subject = verifier(keys)
        token = sign(RSA_KEY, "r1", "RS256")
        await subject.verify(token)
        issuer.document = {"keys": [jwk(EC_KEY, "e2", "ES256")]}
        fetches = issuer.fetches
        await subject.verify(token)  # answers from the old set, and has the new one fetched
        await eventually(lambda: issuer.fetches > fetches, within=30)
        assert await keys.find(key_id="e2", algorithm="ES256")  # returns when the new set is there
        assert await refused(subject, token) == "unknown_key"


async def test_made_up_key_ids_cause_no_fetch(issuer: Issuer) -> None:
    async with JwksKeys(url=issuer.url, min_refresh_seconds=600) as keys:
        subject = verifier(keys)
        await subject.verify(sign(RSA_KEY, "r1", "RS256"))
        tokens = [sign(RSA_KEY, f"made-up-{n}", "RS256") for n in range(50)]
        reasons = await asyncio.gather(*(refused(subject, token) for token in tokens))
        assert set(reasons) == {"unknown_key"}
        assert issuer.fetches == 1


async def test_a_crowd_shares_one_fetch(issuer: Issuer) -> None:
    async with JwksKeys(url=issuer.url, min_refresh_seconds=0) as keys:
        subject = verifier(keys)
        token = sign(RSA_KEY, "r1", "RS256")
        await asyncio.gather(*(subject.verify(token) for _ in range(50)))
        assert issuer.fetches == 1


async def test_a_cancelled_caller_does_not_cancel_the_shared_fetch(issuer: Issuer) -> None:
    async with JwksKeys(url=issuer.url) as keys:
        subject = verifier(keys)
        token = sign(RSA_KEY, "r1", "RS256")
        impatient, patient = (asyncio.create_task(subject.verify(token)) for _ in range(2))
        await asyncio.sleep(0)
        impatient.cancel()
        assert (await patient).user_id == "anna"


async def test_cached_keys_stay_valid_while_the_issuer_is_down(issuer: Issuer) -> None:
    async with JwksKeys(url=issuer.url, fresh_seconds=0, min_refresh_seconds=0, retry_seconds=0) as keys:
        subject = verifier(keys)
        token = sign(RSA_KEY, "r1", "RS256")
        await subject.verify(token)
        too_long = {"keys": [jwk(EC_KEY, "e1", "ES256")], "padding": "x" * 300_000}
        for status, document in ((500, {}), (200, {"keys": []}), (200, ["odd"]), (200, too_long)):
            issuer.status, issuer.document = status, document
            fetches = issuer.fetches
            await subject.verify(token)
            await refused(subject, sign(RSA_KEY, "unknown", "RS256"))
            assert issuer.fetches > fetches
            assert await subject.verify(token)


async def test_without_any_key_the_response_is_503(issuer: Issuer) -> None:
    issuer.status = 503
    async with JwksKeys(url=issuer.url, retry_seconds=0) as keys:
        subject = verifier(keys)
        token = sign(RSA_KEY, "r1", "RS256")
        with pytest.raises(KeysUnavailable) as raised:
            await subject.verify(token)
        assert (raised.value.status, raised.value.code) == (503, "unavailable")
        issuer.status = 200
        assert await subject.verify(token)


async def test_an_unreachable_issuer_is_not_an_error_at_start() -> None:
    async with JwksKeys(url="http://127.0.0.1:9/jwks.json") as keys:
        with pytest.raises(KeysUnavailable):
            await keys.find(key_id="r1", algorithm="RS256")


async def test_a_redirect_is_not_followed(issuer: Issuer) -> None:
    async def redirect(_request: web.Request) -> web.Response:
        raise web.HTTPFound(issuer.url)

    app = web.Application()
    app.router.add_get("/jwks.json", redirect)
    async with TestServer(app) as server, JwksKeys(url=str(server.make_url("/jwks.json"))) as keys:
        with pytest.raises(KeysUnavailable):
            await keys.find(key_id="r1", algorithm="RS256")
    assert issuer.fetches == 0
