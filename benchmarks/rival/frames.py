"""The plain server's frames: the product's, without the fields that need its log."""

import orjson

from benchmarks.rival.store import Message, Stored

PROTOCOL = "messaging.v1"


def welcome(user_id: str) -> bytes:
    return orjson.dumps({"type": "welcome", "protocol": PROTOCOL, "userId": user_id})


def message_sent(message: Message, stored: Stored) -> bytes:
    """To the sender: it is committed."""
    return orjson.dumps(
        {
            "type": "message_sent",
            "conversationId": message.conversation_id,
            "clientMessageId": message.client_message_id,
            "messageId": stored.id,
            "seq": stored.seq,
            "createdAt": stored.created_at,
            "duplicate": stored.duplicate,
        },
        option=orjson.OPT_UTC_Z,
    )


def new_message(message: Message, stored: Stored) -> bytes:
    """To the recipient. Nothing can be resumed, so there is no token."""
    return orjson.dumps(
        {
            "type": "new_message",
            "conversationId": message.conversation_id,
            "message": {
                "id": stored.id,
                "seq": stored.seq,
                "content": message.content,
                "senderId": message.sender_id,
                "clientMessageId": message.client_message_id,
                "createdAt": stored.created_at,
            },
        },
        option=orjson.OPT_UTC_Z,
    )


def refused(error: Exception) -> bytes:
    """To the sender: nothing was stored."""
    return orjson.dumps({"type": "error", "code": "validation_failed", "message": repr(error), "retryable": False})
