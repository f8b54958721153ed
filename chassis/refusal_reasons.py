"""The reasons for refusing credentials: a closed set, for log fields, metric labels and, in development, responses.

No reason contains any part of the token.
"""

from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """Why credentials were refused."""

    MISSING = "missing"
    IN_URL = "in_url"
    SCHEME = "scheme"
    DUPLICATE_HEADER = "duplicate_header"
    SUBPROTOCOL = "subprotocol"
    SERVICE_TOKEN = "service_token"  # noqa: S105 - the name of a reason
    TOO_LONG = "too_long"
    NOT_A_JWT = "not_a_jwt"
    ENCRYPTED = "encrypted"
    MALFORMED = "malformed"
    HEADER = "header"
    ALGORITHM = "algorithm"
    UNKNOWN_KEY = "unknown_key"
    KEYS_UNAVAILABLE = "keys_unavailable"
    SIGNATURE = "signature"
    MISSING_SUBJECT = "missing_sub"
    MISSING_EXPIRY = "missing_exp"
    MISSING_ISSUER = "missing_iss"
    MISSING_AUDIENCE = "missing_aud"
    INVALID_TIME = "invalid_time"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    ISSUED_IN_FUTURE = "issued_in_future"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    SUBJECT = "subject"
    ANOTHER_USER = "another_user"


EXPLANATIONS: Mapping[Reason, str] = {
    Reason.MISSING: "There is no token: send `Authorization: Bearer <token>`, or the subprotocols of a WebSocket.",
    Reason.IN_URL: "A token in the URL does not count, since URLs are logged: send `Authorization: Bearer <token>`.",
    Reason.SCHEME: "The scheme of `Authorization` is not `Bearer`.",
    Reason.DUPLICATE_HEADER: "There are several `Authorization` headers, and they differ.",
    Reason.SUBPROTOCOL: "The subprotocols are neither `messaging.v1, bearer.<token>` nor `bearer, <token>`.",
    Reason.SERVICE_TOKEN: "The token is neither SERVICE_TOKEN nor SERVICE_TOKEN_PREVIOUS.",
    Reason.TOO_LONG: "The token is too long.",
    Reason.NOT_A_JWT: "This is not a JWT of three parts: an opaque token, perhaps, or a truncated one.",
    Reason.ENCRYPTED: "The token is encrypted (JWE); only signed tokens are accepted.",
    Reason.MALFORMED: "A part of the token is not base64url, or holds no JSON object.",
    Reason.HEADER: "The token's header is wrong: `alg` or `kid` is not a string, or `crit` is not supported.",
    Reason.ALGORITHM: "The token's `alg` does not fit: HS256 with JWT_HS256_SECRET, RS256, ES256 or EdDSA with "
    "JWT_JWKS_URL.",
    Reason.UNKNOWN_KEY: "JWT_JWKS_URL has no usable key for the token's `kid` and `alg`.",
    Reason.KEYS_UNAVAILABLE: "JWT_JWKS_URL has never answered with usable keys.",
    Reason.SIGNATURE: "The signature was not made with a configured key.",
    Reason.MISSING_SUBJECT: "The token has no `sub`.",
    Reason.MISSING_EXPIRY: "The token has no `exp`.",
    Reason.MISSING_ISSUER: "The token has no `iss`.",
    Reason.MISSING_AUDIENCE: "The token has no `aud`.",
    Reason.INVALID_TIME: "`exp`, `nbf` or `iat` is not a number of seconds since 1970, or is beyond the year 9999.",
    Reason.EXPIRED: "`exp` has passed.",
    Reason.NOT_YET_VALID: "`nbf` is in the future: compare the clocks.",
    Reason.ISSUED_IN_FUTURE: "`iat` is in the future: compare the clocks.",
    Reason.ISSUER: "`iss` is not JWT_ISSUER.",
    Reason.AUDIENCE: "`aud` does not name JWT_AUDIENCE.",
    Reason.SUBJECT: "`sub` is not an accepted user id.",
    Reason.ANOTHER_USER: "The token belongs to another user than the socket.",
}
