"""Decides who is notified of an event, and why. Does no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from contracts.generated.models import (
    ConversationPersonalEvent,
    ConversationReadEvent,
    ConversationStartedEvent,
    ConversationUpdatedEvent,
    LogEvent,
    MessageChangedEvent,
    MessageSentEvent,
)


class Action(StrEnum):
    """The action for one user."""

    NOTIFY = "notify"
    WITHDRAW = "withdraw"  # pending notifications about this conversation, up to `seq`
    RETRACT = "retract"  # the pending notification about the message `seq`, and no other
    NOTHING = "nothing"


class Reason(StrEnum):
    """The reason for an action."""

    NEW_MESSAGE = "new_message"
    ALREADY_READ = "already_read"
    DELETED = "message_deleted"
    OWN_MESSAGE = "own_message"
    MUTED = "conversation_muted"
    NOT_WORTH_IT = "change_is_shown_in_the_list"


POSSIBLE = (
    (Action.NOTIFY, Reason.NEW_MESSAGE),
    (Action.WITHDRAW, Reason.ALREADY_READ),
    (Action.RETRACT, Reason.DELETED),
    *((Action.NOTHING, reason) for reason in (Reason.OWN_MESSAGE, Reason.DELETED, Reason.MUTED, Reason.NOT_WORTH_IT)),
)
"""Actions and their reasons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The decision on an event for one user. Ids only: no text, no names."""

    action: Action
    reason: Reason
    event_id: str
    event_type: str
    conversation_id: UUID
    user_id: str
    seq: int | None = None


def decide(event: LogEvent) -> Sequence[Decision]:
    """One decision for each recipient of the event."""
    match event:
        case MessageSentEvent():
            return [_about_message(event, user_id) for user_id in event.data.recipients]
        case MessageChangedEvent():
            return [_about_change(event, user_id) for user_id in event.data.recipients]
        case ConversationReadEvent():
            return [_about_read(event)]
        case ConversationStartedEvent() | ConversationUpdatedEvent():
            return [_nothing(event, event.data.conversation.id, user_id) for user_id in event.data.recipients]
        case ConversationPersonalEvent():
            return [_nothing(event, event.data.conversation_id, user_id) for user_id in event.data.recipients]


def _about_message(event: MessageSentEvent, user_id: str) -> Decision:
    if user_id == event.data.message.sender_id:
        action, reason = Action.NOTHING, Reason.OWN_MESSAGE
    elif event.data.message.deleted:  # read from the log, after the deletion
        action, reason = Action.NOTHING, Reason.DELETED
    elif user_id in (event.data.muted_by or ()):
        action, reason = Action.NOTHING, Reason.MUTED
    else:
        action, reason = Action.NOTIFY, Reason.NEW_MESSAGE
    return Decision(
        action=action,
        reason=reason,
        event_id=event.id,
        event_type=event.type,
        conversation_id=event.data.conversation_id,
        user_id=user_id,
        seq=event.data.message.seq,
    )


def _about_change(event: MessageChangedEvent, user_id: str) -> Decision:
    message = event.data.message
    if not message.deleted or user_id == message.sender_id:
        return _nothing(event, event.data.conversation_id, user_id)
    return Decision(
        action=Action.RETRACT,
        reason=Reason.DELETED,
        event_id=event.id,
        event_type=event.type,
        conversation_id=event.data.conversation_id,
        user_id=user_id,
        seq=message.seq,
    )


def _about_read(event: ConversationReadEvent) -> Decision:
    return Decision(
        action=Action.WITHDRAW,
        reason=Reason.ALREADY_READ,
        event_id=event.id,
        event_type=event.type,
        conversation_id=event.data.conversation_id,
        user_id=event.data.reader_id,
        seq=event.data.last_read_seq,
    )


def _nothing(event: LogEvent, conversation_id: UUID, user_id: str) -> Decision:
    """No notification: for an empty conversation, a message that changed, or what the person did themselves."""
    return Decision(
        action=Action.NOTHING,
        reason=Reason.NOT_WORTH_IT,
        event_id=event.id,
        event_type=event.type,
        conversation_id=conversation_id,
        user_id=user_id,
    )
