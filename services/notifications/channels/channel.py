"""A notification channel: currently the log; e-mail, push or a webhook would implement the same protocol."""

from typing import Protocol

from services.notifications.policy import Decision


class Channel(Protocol):
    """Receives all decisions, in the order of the log.

    A decision may be repeated after a crash; `event_id` and `user_id` together identify it. Once `deliver` returns, the
    decision counts as delivered and is not offered again, so a channel with guaranteed delivery stores it first and
    retries by itself. A text can change, or be deleted, until its notification is sent: fetch it then, do not store it.
    An exception ends the process; the decision is offered again after the restart.
    """

    async def deliver(self, decision: Decision) -> None: ...
