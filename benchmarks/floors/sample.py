"""Sample messages for each leg, so that floors carry the same load as the product."""

import orjson

from benchmarks.load.talker import TEXT

CONVERSATION_ID = "0192f1c8-7a10-7c44-9f0e-3b1d5a7e9c01"


def client_message_id(number: int) -> str:
    """As long as those of the load generator."""
    return f"pairs-50-{number:06}"


def frame() -> bytes:
    """The frame that a client sends."""
    return orjson.dumps(
        {
            "type": "send_message",
            "conversationId": CONVERSATION_ID,
            "message": TEXT,
            "clientMessageId": client_message_id(1),
        }
    )


def command_batch() -> bytes:
    """One message on its way from delivery to `conversations`."""
    command = {
        "kind": "send_message",
        "userId": "pairs-50-buyer-1",
        "conversationId": CONVERSATION_ID,
        "clientMessageId": client_message_id(1),
        "content": TEXT,
    }
    return orjson.dumps({"ttlMs": 30_000, "commands": [command]})


def command_answer() -> bytes:
    """The answer to a command, which contains the logged batch."""
    result = {
        "status": "stored",
        "messageId": "0192f1c9-01b2-7d10-8a4e-5c6d7e8f0001",
        "seq": 1,
        "createdAt": "2026-03-14T09:26:53.000001Z",
        "duplicate": False,
    }
    logged = {"epoch": "k3f9x", "shard": 0, "pos": 4711, "events": orjson.Fragment(log_payload(1))}
    return orjson.dumps({"results": [result], "logged": [logged]})


def log_payload(messages: int) -> bytes:
    """One batch as it is written to the log and published: an array of `message.sent` events."""
    return orjson.dumps([_event(number) for number in range(messages)])


def _event(idx: int) -> dict[str, object]:
    created_at = f"2026-03-14T09:26:53.{idx:06}Z"
    return {
        "specversion": "1.0",
        "id": f"0-4711-{idx}",
        "source": "/conversations/k3f9x",
        "type": "message.sent.v1",
        "time": created_at,
        "shard": 0,
        "pos": 4711,
        "idx": idx,
        "data": {
            "conversationId": CONVERSATION_ID,
            "itemId": f"pairs-50-item-{idx}",
            "message": {
                "id": f"0192f1c9-01b2-7d10-8a4e-5c6d7e8f{idx:04}",
                "seq": idx,
                "content": TEXT,
                "senderId": f"pairs-50-buyer-{idx}",
                "clientMessageId": client_message_id(idx),
                "createdAt": created_at,
            },
            "recipients": [f"pairs-50-buyer-{idx}", f"pairs-50-seller-{idx}"],
        },
    }
