"""The decisions of notifications, read from its log."""

import asyncio
import time
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import orjson

from proof.faults.checker import decision_violations
from proof.faults.history import Decision, History
from proof.faults.tables import Tables

DECIDED_WITHIN_SECONDS = 60.0  # a busy machine is slow; afterwards the checker says what is missing
_EVENT = "notification.decided"


class DecisionLog:
    """What is decided from now on."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._read_to = log.stat().st_size if log.exists() else 0
        self._decisions: list[Decision] = []

    def read(self, conversations: Collection[str]) -> list[Decision]:
        with self._log.open("rb") as source:
            source.seek(self._read_to)
            new = source.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read_to += len(whole)
        self._decisions += [decision for line in whole.splitlines() if (decision := _decision(line)) is not None]
        return [decision for decision in self._decisions if decision.conversation in conversations]

    async def until_all_decided(self, history: History, tables: Tables, *, went_back: float | None = None) -> None:
        """Write the decisions into the history, once there is one for everything stored; past the time as they are.

        If the log went back at some moment, only decisions made afterwards count about what was sent afterwards; what
        was lost may have been decided about even then, for it was still on its way.
        """
        began = time.monotonic()
        while True:
            decisions = self.read({conversation.id for conversation in tables.conversations})
            history.decisions = decisions if went_back is None else _that_count(decisions, history, tables, went_back)
            if (
                not decision_violations(history, tables, once=False)
                or time.monotonic() - began > DECIDED_WITHIN_SECONDS
            ):
                return
            await asyncio.sleep(0.1)


def _that_count(decisions: list[Decision], history: History, tables: Tables, went_back: float) -> list[Decision]:
    sent_after = {send.client_message_id for send in history.sends if send.invoked_at > went_back}
    stored = {(message.conversation, message.seq): message for message in tables.messages}
    went_back_at = time.time() - time.monotonic() + went_back

    def counts(decision: Decision) -> bool:
        if decision.event_type != "message.sent.v1":
            return True
        message = stored.get((decision.conversation, decision.seq or 0))
        if message is None or (decision.action == "notify") != (decision.user != message.sender):
            return False
        return decision.at > went_back_at or message.client_message_id not in sent_after

    return [decision for decision in decisions if counts(decision)]


def _decision(line: bytes) -> Decision | None:
    if _EVENT.encode() not in line:
        return None
    try:
        entry = orjson.loads(line)
    except orjson.JSONDecodeError:  # cut off by the end of a process
        return None
    if entry.get("event") != _EVENT:
        return None
    return Decision(
        entry["event_id"],
        entry["event_type"],
        entry["conversation_id"],
        entry["user_id"],
        entry["action"],
        entry["seq"],
        datetime.fromisoformat(entry["timestamp"]).timestamp(),
    )
