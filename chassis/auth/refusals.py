"""Refused credentials: their errors, and counting and explaining them."""

from prometheus_client import CollectorRegistry, Counter

from chassis.problems import Unauthenticated
from chassis.refusal_reasons import EXPLANATIONS, Reason


class TokenExpired(Unauthenticated):
    """The token was valid but has expired; the client should fetch a fresh one."""

    default_code = "token_expired"
    challenge = 'Bearer error="invalid_token", error_description="expired"'

    def __init__(self) -> None:
        super().__init__("The token has expired.", reason=Reason.EXPIRED)


class TokenInvalid(Unauthenticated):
    """The token is invalid. The error contains nothing of it."""

    challenge = 'Bearer error="invalid_token"'

    def __init__(self, reason: Reason) -> None:
        super().__init__("The token is not valid.", reason=reason)


class Refusals:
    """Counts refused credentials by reason; with `explain`, for development only, responses include the reason."""

    def __init__(self, registry: CollectorRegistry, *, explain: bool) -> None:
        self._explain = explain
        self._counter = Counter(
            "credentials_refused",
            "Requests and frames whose token was refused, by reason.",
            ["reason"],
            registry=registry,
        )
        for reason in Reason:
            self._counter.labels(reason.value)

    def note(self, reason: Reason) -> str | None:
        """Count a refusal; returns what the response may say about it."""
        self._counter.labels(reason.value).inc()
        return f"{EXPLANATIONS[reason]} (reason: {reason})" if self._explain else None
