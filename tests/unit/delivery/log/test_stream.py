"""What the log says of itself, and what of it means that our place in it is lost."""

from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from contracts.generated.models import LogHeads, Participants, ShardHead
from services.delivery.answers.membership import Memberships
from services.delivery.log.feed import Feed
from services.delivery.log.recent_events import Recent
from services.delivery.log.stream import LogStream, PositionLost
from services.delivery.metrics import Counters
from tests.kit.log_events import log_batch

EPOCH = "e1"


def heads(head: int, *, epoch: str = EPOCH) -> LogHeads:
    return LogHeads(epoch=epoch, shards=[ShardHead(shard=0, head=head, floor=0)])


def push(stream: LogStream, pos: int) -> None:
    stream.push(epoch=EPOCH, shard=0, pos=pos, body=orjson.dumps(log_batch(pos=pos)))


def new_stream(feed: Feed, **options: Any) -> LogStream:
    recent = Recent(seconds=60, max_bytes=1_000_000)
    return LogStream(listeners=lambda _: [], recent=recent, feed=feed, counters=Counters(), now=lambda: 0.0, **options)


@pytest.fixture
def feed() -> Feed:
    return Feed(now=lambda: 0.0)


@pytest.fixture
def stream(feed: Feed) -> LogStream:
    """One that stands at position 5."""
    started = new_stream(feed)
    started.start(heads(5))
    return started


def test_an_answer_may_be_older_than_what_was_pushed_meanwhile(stream: LogStream) -> None:
    """The heads are read, a batch is committed and pushed, and then the answer comes."""
    asked_at = stream.heads()
    push(stream, 6)
    stream.check_heads(heads(5), asked_at=asked_at)
    assert (stream.heads(), stream.gaps) == ({0: 6}, {})


def test_a_page_may_be_older_than_what_was_pushed_meanwhile(stream: LogStream) -> None:
    """The hole was filled by the batch that had been overtaken."""
    push(stream, 7)
    after = stream.gaps[0].after
    push(stream, 6)
    stream.fill(0, after=after, epoch=EPOCH, head=6, batches=[(6, log_batch(pos=6))])
    assert (stream.heads(), stream.gaps) == ({0: 7}, {})


def test_a_log_that_ends_before_our_requested_position_went_back(stream: LogStream) -> None:
    """A backup was restored."""
    with pytest.raises(PositionLost):
        stream.check_heads(heads(4), asked_at=stream.heads())
    with pytest.raises(PositionLost):
        stream.fill(0, after=5, epoch=EPOCH, head=4, batches=[])


def test_another_epoch_is_another_log(stream: LogStream) -> None:
    """However far it reaches."""
    with pytest.raises(PositionLost):
        stream.check_heads(heads(9, epoch="e2"), asked_at=stream.heads())


def test_a_beacon_below_our_position_makes_us_check_the_log(stream: LogStream, feed: Feed) -> None:
    """It may only be late, so that it costs nobody anything."""
    stream.note_head(epoch=EPOCH, shard=0, head=5)
    assert not feed.doubt.is_set()
    stream.note_head(epoch=EPOCH, shard=0, head=4)
    assert (feed.doubt.is_set(), stream.heads()) == (True, {0: 5})


def test_a_different_batch_at_an_applied_position_makes_us_check_the_log(stream: LogStream, feed: Feed) -> None:
    """By the broker or with an answer; the same batch again is a repeat."""
    first, other = log_batch(pos=6), log_batch(pos=6)
    other[0]["time"] = "2030-01-01T00:00:00.000000Z"
    stream.push(epoch=EPOCH, shard=0, pos=6, body=orjson.dumps(first))
    stream.push(epoch=EPOCH, shard=0, pos=6, body=orjson.dumps(first))
    stream.learn({"epoch": EPOCH, "shard": 0, "pos": 6, "events": first})
    assert not feed.doubt.is_set()
    stream.push(epoch=EPOCH, shard=0, pos=6, body=orjson.dumps(other))
    assert feed.doubt.is_set()
    feed.doubt.clear()
    stream.learn({"epoch": EPOCH, "shard": 0, "pos": 6, "events": other})
    assert feed.doubt.is_set()


def test_it_reports_its_last_applied_positions(stream: LogStream) -> None:
    batch = log_batch(pos=6)
    stream.push(epoch=EPOCH, shard=0, pos=6, body=orjson.dumps(batch))
    (position,) = stream.stands().positions
    assert (position.shard, position.pos, position.at) == (0, 6, batch[0]["time"])


def test_after_a_lost_position_cached_memberships_are_forgotten(feed: Feed) -> None:
    """A deletion in the skipped part of the log is never reported."""
    people = Memberships()
    conversation = uuid4()
    stream = new_stream(feed, on_start=people.forget_all)
    stream.start(heads(5))
    people.learn(participants_of(conversation), asked=people.asking())
    stream.stop()
    stream.start(heads(9))
    assert people.get(str(conversation)) is None


def test_an_answer_older_than_a_reported_change_is_not_kept() -> None:
    """An account was deleted while the question was under way: the next question gets the new answer."""
    people = Memberships()
    conversation = uuid4()
    asked = people.asking()
    people.forget(str(conversation))
    people.learn(participants_of(conversation), asked=asked)
    assert people.get(str(conversation)) is None
    people.learn(participants_of(conversation), asked=people.asking())
    assert people.get(str(conversation)) is not None


def participants_of(conversation: UUID) -> Participants:
    return Participants(
        conversation_id=conversation,
        buyer_id="ada",
        seller_id="ben",
        last_seq=0,
        buyer_last_read_seq=0,
        seller_last_read_seq=0,
    )
