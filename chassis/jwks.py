"""Keys that verify tokens: one shared secret, or the public keys an issuer publishes (JWKS, RFC 7517)."""

import asyncio
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self

import aiohttp
import jwt
import orjson
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from chassis.problems import ServiceUnavailable

FETCH_SECONDS = 5.0
FRESH_SECONDS = 300.0  # a key that was withdrawn is refused after at most this time
MIN_REFRESH_SECONDS = 10.0  # tokens with made-up key ids must not make us fetch more often than this
RETRY_SECONDS = 1.0  # … except that a failed fetch may be tried again sooner
MAX_DOCUMENT_BYTES = 256 * 1024
MIN_RSA_BITS = 2048  # RFC 7518, 3.3
HS256 = "HS256"
# The only algorithm accepted for a key of each type; symmetric keys have no place in a public document.
_ALGORITHM_BY_TYPE = {("RSA", None): "RS256", ("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA"}

log = structlog.get_logger(__name__)


class KeysUnavailable(ServiceUnavailable):
    """The issuer's keys were never fetched, so no token can be judged."""

    def __init__(self) -> None:
        super().__init__("Tokens cannot be verified at the moment.", retry_after_seconds=1)


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A key and the only algorithm it may be used with."""

    algorithm: str
    material: jwt.PyJWK | str = field(repr=False)
    key_id: str | None = None


class KeySource(Protocol):
    async def find(self, *, key_id: str | None, algorithm: str) -> VerificationKey | None:
        """The key for a token whose header says so, or None."""


class SharedSecret:
    """One HS256 key; a key id is not looked at."""

    def __init__(self, secret: str) -> None:
        self._key = VerificationKey(algorithm=HS256, material=secret)

    async def find(self, *, key_id: str | None, algorithm: str) -> VerificationKey | None:  # noqa: ARG002 - protocol
        return self._key if algorithm == HS256 else None


class JwksKeys:
    """Keys from a JWKS URL, cached. The last good set stays in use while the URL does not answer."""

    def __init__(
        self,
        *,
        url: str,
        fresh_seconds: float = FRESH_SECONDS,
        min_refresh_seconds: float = MIN_REFRESH_SECONDS,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._url = url
        self._fresh_seconds = fresh_seconds
        self._min_refresh_seconds = min_refresh_seconds
        self._retry_seconds = retry_seconds
        self._keys: tuple[VerificationKey, ...] = ()
        self._fetched_at = float("-inf")
        self._next_fetch_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=FETCH_SECONDS))
        self._refresh()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait({self._fetching})
        if self._session is not None:
            await self._session.close()

    async def find(self, *, key_id: str | None, algorithm: str) -> VerificationKey | None:
        """At once when the key is known, else after at most one shared fetch. Raises KeysUnavailable."""
        key = self._known(key_id, algorithm)
        if key is not None:
            if self._is_stale():
                self._refresh()
            return key
        fetching = self._refresh()
        if fetching is not None:
            # Shielded: one impatient caller must not cancel the fetch for the others.
            await asyncio.shield(fetching)
        if not self._keys:
            raise KeysUnavailable
        return self._known(key_id, algorithm)

    def _known(self, key_id: str | None, algorithm: str) -> VerificationKey | None:
        """A token without a key id matches only if one single key can be meant."""
        fitting = [key for key in self._keys if key.algorithm == algorithm and key_id in (None, key.key_id)]
        return fitting[0] if len(fitting) == 1 else None

    def _is_stale(self) -> bool:
        return asyncio.get_running_loop().time() > self._fetched_at + self._fresh_seconds

    def _refresh(self) -> asyncio.Task[None] | None:
        """The fetch under way, or a new one, or None when the last was too short a time ago."""
        if self._fetching is not None and not self._fetching.done():
            return self._fetching
        if asyncio.get_running_loop().time() < self._next_fetch_at:
            return None
        self._fetching = asyncio.create_task(self._fetch(), name="jwks.fetch")
        return self._fetching

    async def _fetch(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            self._keys = _parse(await self._download())
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            self._next_fetch_at = loop.time() + self._retry_seconds
            log.warning("jwks.fetch_failed", error=type(error).__name__, keys_kept=len(self._keys))
        else:
            self._fetched_at = loop.time()
            self._next_fetch_at = loop.time() + self._min_refresh_seconds
            log.info("jwks.fetched", keys=len(self._keys))

    async def _download(self) -> bytes:
        if self._session is None:
            raise RuntimeError("JwksKeys is used outside its `async with` block")
        async with self._session.get(self._url, allow_redirects=False) as response:
            if response.status != 200:
                raise ValueError(f"status {response.status}")
            document = await response.content.read(MAX_DOCUMENT_BYTES + 1)
            while not response.content.at_eof() and len(document) <= MAX_DOCUMENT_BYTES:
                document += await response.content.read(MAX_DOCUMENT_BYTES + 1 - len(document))
        if len(document) > MAX_DOCUMENT_BYTES:
            raise ValueError("the document is too large")
        return document


def _parse(document: bytes) -> tuple[VerificationKey, ...]:
    """The usable signing keys of a JWKS; others are passed over. Raises ValueError when there is none."""
    content: Any = orjson.loads(document)
    entries = content.get("keys") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise ValueError("not a JWKS document")  # noqa: TRY004 - one error for every wrong document
    keys = tuple(key for entry in entries if isinstance(entry, dict) and (key := _parse_key(entry)) is not None)
    if not keys:
        raise ValueError("no usable key in the document")
    return keys


def _parse_key(entry: dict[str, Any]) -> VerificationKey | None:
    key_type = entry.get("kty")
    algorithm = _ALGORITHM_BY_TYPE.get((str(key_type), None if key_type == "RSA" else entry.get("crv")))
    if algorithm is None or entry.get("alg", algorithm) != algorithm or entry.get("use", "sig") != "sig":
        return None
    try:
        material = jwt.PyJWK(entry, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
    if isinstance(material.key, RSAPublicKey) and material.key.key_size < MIN_RSA_BITS:
        return None
    key_id = entry.get("kid")
    return VerificationKey(algorithm=algorithm, material=material, key_id=key_id if isinstance(key_id, str) else None)
