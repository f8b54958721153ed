"""What a user missed of one conversation: the newest messages, and older ones that changed, each in its last form."""

import orjson

from contracts.generated.limits import MAX_CHANGED_MESSAGES, MAX_RESUMED_MESSAGES
from contracts.generated.models import Message, ResumedConversation
from services.delivery.log.missed_changes import Changes

CONVERSATION = "0192f1c8-7a10-7c44-9f0e-3b1d5a7e9c01"


def form(seq: int, version: int = 0, text: str = "text") -> bytes:
    message = {
        "id": f"0192f1c9-01b2-7d10-8a4e-{seq:012}",
        "seq": seq,
        "content": text,
        "senderId": "ben",
        "clientMessageId": f"c-{seq}",
        "createdAt": "2026-03-14T09:26:53.589793Z",
    }
    return orjson.dumps(message | ({"version": version} if version else {}))


def resumed(changes: Changes) -> ResumedConversation:
    return ResumedConversation.from_wire(orjson.dumps(changes.document(CONVERSATION)))


def seqs_and_versions(messages: list[Message] | None) -> list[tuple[int, int | None]]:
    return [(message.seq, message.version) for message in messages or []]


def test_an_earlier_form_of_a_message_is_in_no_byte() -> None:
    """Neither of one that was missed, nor of one that the client has."""
    changes = Changes("anna")
    changes.change_message(3, form(3, 1, "SECRET"))
    changes.add_message(7, form(7, 0, "SECRET"))
    changes.change_message(7, form(7, 1, "gone"))
    changes.change_message(3, form(3, 2, "gone"))
    raw = orjson.dumps(changes.document(CONVERSATION))
    assert b"SECRET" not in raw
    document = resumed(changes)
    assert seqs_and_versions(document.messages) == [(7, 1)]
    assert seqs_and_versions(document.changed_messages) == [(3, 2)]
    assert (document.last_seq, document.limited, document.changed_limited) == (7, False, None)


def test_without_changed_messages_the_field_is_absent() -> None:
    changes = Changes("anna")
    changes.add_message(1, form(1))
    assert changes.document(CONVERSATION).keys().isdisjoint({"changedMessages", "changedLimited"})


def test_of_many_changed_messages_those_that_changed_last_are_listed_by_seq() -> None:
    changes = Changes("anna")
    for seq in range(1, MAX_CHANGED_MESSAGES + 2):
        changes.change_message(seq, form(seq, 1))
    changes.change_message(2, form(2, 2))
    for seq in (80, 70):
        changes.change_message(seq, form(seq, 1))
    document = resumed(changes)
    assert document.changed_limited is True
    listed = seqs_and_versions(document.changed_messages)
    assert listed == [(2, 2), *((seq, 1) for seq in range(5, MAX_CHANGED_MESSAGES + 2)), (70, 1), (80, 1)]


def test_a_change_of_a_missed_message_that_is_left_out_is_left_out_too() -> None:
    """The client fetches it, because of `limited`."""
    changes = Changes("anna")
    for seq in range(1, MAX_RESUMED_MESSAGES + 2):
        changes.add_message(seq, form(seq))
    changes.change_message(1, form(1, 1))
    document = resumed(changes)
    assert document.limited
    assert document.changed_messages is None
    assert document.messages[0].seq == 2
