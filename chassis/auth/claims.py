"""Reads a token's claims (RFC 7519, section 4.1), each once and in a single way, whatever JSON allows.

- A claim that is `null` counts as absent. Unused claims are ignored.
- `exp`, `nbf` and `iat` are NumericDates: numbers, possibly with a fraction or an exponent. Digits in a string count
  as well, because some issuers send them. Booleans, NaN and infinity are invalid.
- `iss` is a string, `aud` a string or a list of strings.
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NoReturn

from chassis.auth.refusals import TokenExpired, TokenInvalid
from chassis.refusal_reasons import Reason

Claims = Mapping[str, object]

_REQUIRED = {
    "sub": Reason.MISSING_SUBJECT,
    "exp": Reason.MISSING_EXPIRY,
    "iss": Reason.MISSING_ISSUER,
    "aud": Reason.MISSING_AUDIENCE,
}
_DIGITS = re.compile(r"[0-9]{1,15}")


def read_claims(payload: bytes) -> Claims:
    """The claims of a payload with a valid signature. Raises TokenInvalid."""
    try:
        claims = json.loads(payload, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):  # broken UTF-8 is a ValueError as well
        raise TokenInvalid(Reason.MALFORMED) from None
    if not isinstance(claims, dict):
        raise TokenInvalid(Reason.MALFORMED)
    return claims


def check_claims(claims: Claims, *, issuer: str, audience: str, leeway_seconds: float) -> datetime:
    """The token's expiry. Raises TokenExpired or TokenInvalid if issuer, audience or time do not match."""
    for name, reason in _REQUIRED.items():
        if claims.get(name) is None:
            raise TokenInvalid(reason)
    expires_at = _check_times(claims, leeway_seconds)
    if claims["iss"] != issuer:
        raise TokenInvalid(Reason.ISSUER)
    if audience not in _audiences(claims["aud"]):
        raise TokenInvalid(Reason.AUDIENCE)
    return expires_at


def _check_times(claims: Claims, leeway_seconds: float) -> datetime:
    expiry, begin, issued = (_numeric_date(claims.get(name)) for name in ("exp", "nbf", "iat"))
    assert expiry is not None  # noqa: S101 - a required claim
    now = datetime.now(UTC).timestamp()
    if issued is not None and issued > now + leeway_seconds:
        raise TokenInvalid(Reason.ISSUED_IN_FUTURE)
    if begin is not None and begin > now + leeway_seconds:
        raise TokenInvalid(Reason.NOT_YET_VALID)
    if expiry <= now - leeway_seconds:
        raise TokenExpired
    try:
        return datetime.fromtimestamp(expiry, UTC)
    except (ValueError, OverflowError, OSError):  # for instance, a time in milliseconds
        raise TokenInvalid(Reason.INVALID_TIME) from None


def _numeric_date(value: object) -> int | float | None:
    if value is None:
        return None
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise TokenInvalid(Reason.INVALID_TIME)


def _audiences(value: object) -> list[str]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(entry, str) for entry in listed):
        raise TokenInvalid(Reason.AUDIENCE)
    return listed


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
