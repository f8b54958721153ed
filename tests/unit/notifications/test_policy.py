"""Who would be notified of what, and why."""

import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from contracts.generated.models import LogEvent
from contracts.kinds import LOGGED_EVENTS
from services.notifications.policy import POSSIBLE, Action, Decision, Reason, decide
from tests.kit.log_events import (
    CONVERSATION_READ,
    CONVERSATION_STARTED,
    CONVERSATION_UPDATED,
    MESSAGE_SENT,
    log_event,
)

ADAPTER: TypeAdapter[LogEvent] = TypeAdapter(LogEvent)


def decisions(document: dict[str, Any]) -> dict[str, Decision]:
    return {decision.user_id: decision for decision in decide(ADAPTER.validate_json(json.dumps(document)))}


def test_a_message_notifies_everybody_but_its_sender() -> None:
    """Because it is new to them."""
    event = log_event(MESSAGE_SENT)
    event["data"]["recipients"] = ["anna", "ben"]
    event["data"]["message"]["senderId"] = "ben"
    told = decisions(event)
    assert (told["anna"].action, told["anna"].reason) == (Action.NOTIFY, Reason.NEW_MESSAGE)
    assert (told["ben"].action, told["ben"].reason) == (Action.NOTHING, Reason.OWN_MESSAGE)
    assert told["anna"].seq == event["data"]["message"]["seq"]


def test_a_deletion_retracts_the_notification_about_that_message() -> None:
    """Of everybody but its sender; other changes of a message notify nobody and retract nothing."""
    event = log_event("message.changed.v1")
    event["data"]["recipients"] = ["anna", "ben"]
    event["data"]["message"]["senderId"] = "ben"
    assert {decision.action for decision in decisions(event).values()} == {Action.NOTHING}
    event["data"]["message"] |= {"content": "(deleted)", "deleted": True}
    told = decisions(event)
    assert (told["anna"].action, told["anna"].reason) == (Action.RETRACT, Reason.DELETED)
    assert told["anna"].seq == event["data"]["message"]["seq"]
    assert told["ben"].action == Action.NOTHING


def test_a_message_that_was_deleted_before_it_is_decided_on_notifies_nobody() -> None:
    """As it is read from the log after the deletion."""
    event = log_event(MESSAGE_SENT)
    event["data"]["message"] |= {"content": "(deleted)", "deleted": True}
    assert {decision.action for decision in decisions(event).values()} == {Action.NOTHING}


def test_a_muted_conversation_notifies_of_no_message() -> None:
    """Those who muted it; the event says who had when it was sent, so no restart and no delay changes the decision."""
    event = log_event(MESSAGE_SENT)
    event["data"] |= {"recipients": ["anna", "ben"], "mutedBy": ["anna", "ben"]}
    event["data"]["message"]["senderId"] = "ben"
    told = decisions(event)
    assert (told["anna"].action, told["anna"].reason) == (Action.NOTHING, Reason.MUTED)
    assert (told["ben"].action, told["ben"].reason) == (Action.NOTHING, Reason.OWN_MESSAGE)
    event["data"]["mutedBy"] = ["ben"]
    assert decisions(event)["anna"].action is Action.NOTIFY


@pytest.mark.parametrize("kind", LOGGED_EVENTS)
def test_every_decision_is_among_those_that_the_metrics_know(kind: str) -> None:
    """So that each is counted from 0 on."""
    assert {(decision.action, decision.reason) for decision in decisions(log_event(kind)).values()} <= set(POSSIBLE)


def test_reading_withdraws_pending_notifications() -> None:
    """Up to the seq that was read."""
    event = log_event(CONVERSATION_READ)
    (decision,) = decisions(event).values()
    assert decision.user_id == event["data"]["readerId"]
    assert (decision.action, decision.seq) == (Action.WITHDRAW, event["data"]["lastReadSeq"])


@pytest.mark.parametrize("kind", [CONVERSATION_STARTED, CONVERSATION_UPDATED])
def test_a_new_conversation_and_a_changed_item_notify_nobody(kind: str) -> None:
    """It is decided all the same, for everybody it reaches; a seller is notified of the first message."""
    event = log_event(kind)
    told = decisions(event)
    assert told.keys() == set(event["data"]["recipients"])
    assert {decision.action for decision in told.values()} == {Action.NOTHING}


@pytest.mark.parametrize("kind", LOGGED_EVENTS)
def test_a_decision_names_its_event_and_holds_no_text(kind: str) -> None:
    """Ids only."""
    event = log_event(kind, shard=0, pos=7, idx=3)
    for decision in decisions(event).values():
        assert (decision.event_id, decision.event_type) == ("0-7-3", kind)
        assert "Hello" not in repr(decision)
