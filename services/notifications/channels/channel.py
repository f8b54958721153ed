"""A way to reach people: the log now; e-mail, push or a webhook are classes of the same form."""

from typing import Protocol

from services.notifications.policy import Decision


class Channel(Protocol):
    """Takes decisions of every kind, in the order of the log.

    A decision may come twice after a crash; `event_id` and `user_id` together name it. When `deliver` returns, the
    decision counts as handed over and is not offered again, so a channel that must reach somebody stores it first and
    retries by itself. An exception ends the process; the decision is offered again after the restart.
    """

    async def deliver(self, decision: Decision) -> None: ...
