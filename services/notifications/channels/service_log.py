"""Logs each decision instead of sending it."""

import structlog

from services.notifications.policy import Decision

log = structlog.get_logger(__name__)


class LogChannel:
    """Writes one log line per decision."""

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
