"""What memory can answer, and when it must say that it cannot."""

import orjson
from pydantic import TypeAdapter

from contracts.generated.limits import MAX_RESUMED_MESSAGES
from contracts.generated.models import ResumedConversation
from services.delivery.answers.resume import summarize
from services.delivery.log.events import ConversationChanged, ConversationRead, MessageSent
from services.delivery.log.recent_events import Recent
from services.delivery.log.sync_token import WHOLE_BATCH, EventPosition, Positions

ONE = "018f2a4e-7d3b-7c11-9a55-0c6f1d2e3f41"
TWO = "018f2a4e-7d3b-7c11-9a55-0c6f1d2e3f42"
START = Positions("e1", {0: EventPosition(10, WHOLE_BATCH)})
PEOPLE = ["alice", "bob"]


def recent(*, seconds: float = 60, max_bytes: int = 1_000_000) -> Recent:
    kept = Recent(seconds=seconds, max_bytes=max_bytes)
    kept.restart(START)
    return kept


def message(seq: int, *, sender: str = "alice", conversation: str = ONE, idx: int = 0, size: int = 0) -> MessageSent:
    content = {
        "id": TWO,
        "seq": seq,
        "content": "Hello" + "!" * size,
        "senderId": sender,
        "clientMessageId": f"c-{seq}",
        "createdAt": "2026-01-02T03:04:05.000006Z",
    }
    return MessageSent(
        idx=idx,
        conversation_id=conversation,
        recipients=PEOPLE,
        sender_id=sender,
        seq=seq,
        message=orjson.dumps(content),
    )


def read(reader: str, seq: int) -> ConversationRead:
    return ConversationRead(idx=0, conversation_id=ONE, recipients=PEOPLE, reader_id=reader, last_read_seq=seq)


def up_to(pos: int, idx: int = WHOLE_BATCH) -> dict[int, EventPosition]:
    return {0: EventPosition(pos, idx)}


def test_exactly_the_events_between_two_positions_are_returned() -> None:
    """After the one, up to and including the other, down to the event."""
    kept = recent()
    for pos in (11, 12, 13):
        for idx in (0, 1):
            kept.add(0, pos, message(pos * 2 + idx, idx=idx), now=0.0)
    found = kept.between("alice", {0: EventPosition(11, 0)}, up_to(13, 0))
    assert [event.seq for event in found if isinstance(event, MessageSent)] == [23, 24, 25, 26]


def test_a_stranger_gets_nothing() -> None:
    """Events are kept by recipient."""
    kept = recent()
    kept.add(0, 11, message(1), now=0.0)
    assert kept.between("mallory", up_to(10), up_to(11)) == []


def test_memory_reports_how_far_back_it_reaches() -> None:
    """From its start, and after forgetting from what it forgot."""
    kept = recent(seconds=10)
    assert kept.reaches_back_to(up_to(10))
    assert not kept.reaches_back_to(up_to(9))
    kept.add(0, 11, message(1), now=0.0)
    kept.add(0, 12, message(2), now=5.0)
    kept.add(0, 13, message(3), now=12.0)
    assert not kept.reaches_back_to(up_to(10))
    assert kept.reaches_back_to({0: EventPosition(11, 0)})
    assert len(kept) == 2


def test_memory_is_bounded_by_weight() -> None:
    """The oldest goes first, for every user alike."""
    kept = recent(max_bytes=20_000)
    for pos in range(11, 31):
        kept.add(0, pos, message(pos, size=1000), now=0.0)
    assert 5 < len(kept) < 15
    assert not kept.reaches_back_to(up_to(10))
    assert len(kept.between("bob", up_to(10), up_to(30))) == len(kept)


def test_a_shard_missing_from_the_token_is_not_covered() -> None:
    """It may have brought things since its beginning."""
    kept = Recent(seconds=60, max_bytes=1000)
    kept.restart(Positions("e1", {0: EventPosition(10, WHOLE_BATCH), 1: EventPosition(5, WHOLE_BATCH)}))
    assert kept.reaches_back_to({0: EventPosition(10, WHOLE_BATCH), 1: EventPosition(5, WHOLE_BATCH)})
    assert not kept.reaches_back_to(up_to(10))


def test_a_restart_forgets_everything() -> None:
    """Positions of another life mean nothing."""
    kept = recent()
    kept.add(0, 11, message(1), now=0.0)
    kept.restart(Positions("e2", {0: EventPosition(3, WHOLE_BATCH)}))
    assert len(kept) == 0
    assert kept.between("alice", up_to(0), up_to(99)) == []


def test_changes_are_grouped_by_conversation() -> None:
    """Messages, both watermarks from each one's own side; who writes has read what is above."""
    events = [message(4, sender="alice"), message(5, sender="bob"), read("bob", 7), message(1, conversation=TWO)]
    mine = {change["conversationId"]: change for change in summarize(events, "alice")}
    assert (mine[ONE]["lastSeq"], mine[ONE]["lastReadSeq"], mine[ONE]["counterpartLastReadSeq"]) == (5, 4, 7)
    theirs = {change["conversationId"]: change for change in summarize(events, "bob")}
    assert (theirs[ONE]["lastReadSeq"], theirs[ONE]["counterpartLastReadSeq"]) == (7, 4)
    assert len(mine[TWO]["messages"]) == 1


def test_unchanged_fields_are_absent() -> None:
    """Memory cannot know it, and the client knows it already."""
    (change,) = summarize([read("bob", 3)], "alice")
    assert change == {
        "conversationId": ONE,
        "counterpartLastReadSeq": 3,
        "changed": False,
        "messages": [],
        "limited": False,
    }


def test_a_change_of_the_facts_asks_the_client_to_fetch() -> None:
    """Started or updated."""
    event = ConversationChanged(idx=0, conversation_id=ONE, recipients=PEOPLE, conversation=b"{}")
    (change,) = summarize([event], "alice")
    assert change["changed"] is True


def test_only_the_newest_messages_are_included() -> None:
    """The rest is marked, and paged by REST."""
    (change,) = summarize([message(seq) for seq in range(1, MAX_RESUMED_MESSAGES + 11)], "bob")
    assert change["limited"] is True
    parsed = TypeAdapter(ResumedConversation).validate_json(orjson.dumps(change))
    assert [message.seq for message in parsed.messages] == list(range(11, MAX_RESUMED_MESSAGES + 11))
