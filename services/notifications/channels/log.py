"""Writes down what would be sent, and to whom."""

import structlog

from services.notifications.policy import Decision

log = structlog.get_logger(__name__)


class LogChannel:
    """One line for each decision."""

    async def deliver(self, decision: Decision) -> None:
        log.info(
            "notification.decided",
            action=decision.action.value,
            reason=decision.reason.value,
            user_id=decision.user_id,
            conversation_id=str(decision.conversation_id),
            seq=decision.seq,
            event_id=decision.event_id,
            event_type=decision.event_type,
        )
