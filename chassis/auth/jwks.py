"""Keys that verify tokens: one shared secret, or the public keys an issuer publishes (JWKS, RFC 7517)."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self

import aiohttp
import jwt
import orjson
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from chassis.problems import ServiceUnavailable
from chassis.refusal_reasons import Reason

FETCH_SECONDS = 5.0
FRESH_SECONDS = 300.0  # a withdrawn key is refused after at most this time
MIN_REFRESH_SECONDS = 10.0  # minimum interval of fetches, against tokens with made-up key ids
RETRY_SECONDS = 1.0  # … except that a failed fetch may be retried sooner
MAX_DOCUMENT_BYTES = 256 * 1024
MAX_FITTING_KEYS = 10  # keys tried per token, so that a made-up token costs little; issuers publish two or three
MIN_RSA_BITS = 2048  # RFC 7518, 3.3
HS256 = "HS256"
# The only algorithm accepted for a key of each type; symmetric keys must not be in a public document.
_ALGORITHM_BY_TYPE = {("RSA", None): "RS256", ("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA"}
_PUBLIC_MEMBERS = ("n", "e", "x", "y")  # the members that identify a key (RFC 7638)

log = structlog.get_logger(__name__)


class KeysUnavailable(ServiceUnavailable):
    """The issuer's keys were never fetched, so no token can be verified."""

    def __init__(self) -> None:
        super().__init__(
            "Tokens cannot be verified at the moment.", retry_after_seconds=1, reason=Reason.KEYS_UNAVAILABLE
        )


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A key and the only algorithm it may be used with."""

    algorithm: str
    material: jwt.PyJWK | str = field(repr=False)
    key_id: str | None = None
    fingerprint: str = field(default="", repr=False)


class KeySource(Protocol):
    @property
    def algorithms(self) -> Collection[str]:
        """The algorithms of this source's keys."""

    async def find(self, *, key_id: str | None, algorithm: str) -> Sequence[VerificationKey]:
        """The keys that a token with this header may be signed with, at most MAX_FITTING_KEYS."""

    async def renewed(self) -> bool:
        """Fetch newer keys, if the interval allows it. True if the keys changed."""


class SharedSecrets:
    """HS256 keys; key ids are ignored. There are two during a rotation."""

    algorithms = (HS256,)

    def __init__(self, *secrets: str) -> None:
        self._keys = tuple(VerificationKey(algorithm=HS256, material=secret) for secret in secrets)

    async def find(self, *, key_id: str | None, algorithm: str) -> Sequence[VerificationKey]:  # noqa: ARG002 - protocol
        return self._keys if algorithm == HS256 else ()

    async def renewed(self) -> bool:
        return False


class JwksKeys:
    """Cached keys from a JWKS URL. The last valid set stays in use while the URL does not answer."""

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

    @property
    def algorithms(self) -> Collection[str]:
        return _ALGORITHM_BY_TYPE.values()

    async def find(self, *, key_id: str | None, algorithm: str) -> Sequence[VerificationKey]:
        """Find keys: at once if one is cached, else after at most one shared fetch. Raises KeysUnavailable."""
        keys = self._known(key_id, algorithm)
        if keys:
            if self._is_stale():
                self._refresh()
            return keys
        await self.renewed()
        if not self._keys:
            raise KeysUnavailable
        return self._known(key_id, algorithm)

    async def renewed(self) -> bool:
        before = self._keys
        fetching = self._refresh()
        if fetching is not None:
            # Shielded: one impatient caller must not cancel the fetch for the others.
            await asyncio.shield(fetching)
        return self._keys != before

    def _known(self, key_id: str | None, algorithm: str) -> Sequence[VerificationKey]:
        """The cached keys with this id, else those without an id; for a token without a key id, every matching key."""
        fitting = [key for key in self._keys if key.algorithm == algorithm]
        if key_id is not None:
            named = [key for key in fitting if key.key_id == key_id]
            fitting = named or [key for key in fitting if key.key_id is None]
        return fitting[:MAX_FITTING_KEYS]

    def _is_stale(self) -> bool:
        return asyncio.get_running_loop().time() > self._fetched_at + self._fresh_seconds

    def _refresh(self) -> asyncio.Task[None] | None:
        """The fetch in progress, or a new one; None if the last one was too recent."""
        if self._fetching is not None and not self._fetching.done():
            return self._fetching
        if asyncio.get_running_loop().time() < self._next_fetch_at:
            return None
        self._fetching = asyncio.create_task(self._fetch(), name="jwks.fetch")
        return self._fetching

    async def _fetch(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            self._keys = _parse(await self._download(), known=self._keys)
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


def _parse(document: bytes, *, known: Collection[VerificationKey]) -> tuple[VerificationKey, ...]:
    """The usable signing keys of a JWKS, without duplicates; others are skipped. Raises ValueError if none is usable.

    A `known` key stays the same object, so that tokens it verified need not be verified again.
    """
    content: Any = orjson.loads(document)
    entries = content.get("keys") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise ValueError("not a JWKS document")  # noqa: TRY004 - one error for every wrong document
    kept = {key.fingerprint: key for key in known}
    keys: dict[str, VerificationKey] = {}
    for entry in entries:
        key = _parse_key(entry) if isinstance(entry, dict) else None
        if key is not None:
            keys.setdefault(key.fingerprint, kept.get(key.fingerprint, key))
    if not keys:
        raise ValueError("no usable key in the document")
    return tuple(keys.values())


def _parse_key(entry: dict[str, Any]) -> VerificationKey | None:
    key_type = entry.get("kty")
    algorithm = _ALGORITHM_BY_TYPE.get((str(key_type), None if key_type == "RSA" else entry.get("crv")))
    if algorithm is None or entry.get("alg", algorithm) != algorithm or not _is_for_signatures(entry):
        return None
    try:
        material = jwt.PyJWK(entry, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
    if isinstance(material.key, RSAPublicKey) and material.key.key_size < MIN_RSA_BITS:
        return None
    key_id = entry.get("kid") if isinstance(entry.get("kid"), str) else None
    fingerprint = repr([algorithm, key_id, *(entry.get(name) for name in _PUBLIC_MEMBERS)])
    return VerificationKey(algorithm=algorithm, material=material, key_id=key_id, fingerprint=fingerprint)


def _is_for_signatures(entry: dict[str, Any]) -> bool:
    """RFC 7517, sections 4.2 and 4.3; both members are optional."""
    operations = entry.get("key_ops")
    return entry.get("use", "sig") == "sig" and (
        operations is None or (isinstance(operations, list) and "verify" in operations)
    )
