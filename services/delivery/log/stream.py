"""Applies the log: every batch once, in order, handed to the sockets it concerns. Does no I/O."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import structlog

from chassis.log.cursor import Applied, Gap, ShardCursor, time_in, time_of
from contracts.generated.models import LogCursor, LogHeads, ShardPosition
from services.delivery.log.event_batch import EventBatch, parse_batch, parse_entries, parse_valid
from services.delivery.log.event_fields import InvalidEvent
from services.delivery.log.feed import Feed
from services.delivery.log.recent_events import Recent
from services.delivery.log.sync_token import WHOLE_BATCH, EventPosition, Positions, pushed_token
from services.delivery.metrics import Counters

log = structlog.get_logger(__name__)


class PositionLost(Exception):
    """Our positions are void in the current log; the message says why."""


class LogWentBack(PositionLost):
    """The log ends before our position; the page may be stale, so the heads decide."""


class Listener(Protocol):
    """A socket."""

    def offer(self, frame: bytes) -> None:
        """Must not wait."""


class LogStream:
    """One cursor per shard. `gaps` are the missing positions, which the follower fills from the log.

    Batches from the broker, or in a command's answer, are not authoritative: a duplicate is dropped, and a gap or an
    invalid event is read again from the log. The log is authoritative: an event that is invalid even there is skipped,
    and if the log ends before our position or has another epoch, our position is lost. A beacon below our position, or
    a different batch at a position we applied, makes us check the log.
    """

    def __init__(
        self,
        *,
        listeners: Callable[[Sequence[str]], Sequence[Listener]],
        recent: Recent,
        feed: Feed,
        counters: Counters,
        now: Callable[[], float],
        on_message: Callable[[str], None] = lambda _: None,
        on_change: Callable[[str], None] = lambda _: None,
        on_start: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_message = on_message
        self._on_change = on_change
        self._on_start = on_start
        self._listeners = listeners
        self._recent = recent
        self._feed = feed
        self._counters = counters
        self._now = now
        self._epoch = ""
        self._cursors: dict[int, ShardCursor[EventBatch]] = {}
        self._applied: dict[int, Applied] = {}
        self._positions: Positions | None = None

    @property
    def started(self) -> bool:
        return bool(self._cursors)

    @property
    def positions(self) -> Positions:
        """The positions of the live stream. The same object until something is applied."""
        if self._positions is None:
            places = {
                shard: EventPosition(cursor.position, WHOLE_BATCH) for shard, cursor in sorted(self._cursors.items())
            }
            self._positions = Positions(self._epoch, places)
        return self._positions

    @property
    def gaps(self) -> dict[int, Gap]:
        return {shard: gap for shard, cursor in self._cursors.items() if (gap := cursor.gap) is not None}

    def heads(self) -> dict[int, int]:
        """The last applied position of each shard."""
        return {shard: cursor.position for shard, cursor in self._cursors.items()}

    def stands(self) -> LogCursor:
        """The last applied position of each shard and its time, which together identify the log that we have seen."""
        positions = [
            ShardPosition(shard=shard, pos=pos, at=self._applied[shard].at(pos)) for shard, pos in self.heads().items()
        ]
        return LogCursor(epoch=self._epoch, positions=positions)

    def lags(self) -> dict[int, int]:
        return {shard: cursor.lag for shard, cursor in self._cursors.items()}

    def start(self, heads: LogHeads, *, warmed_up: bool = False) -> None:
        """Begin at the end of the log. If `warmed_up`, memory holds the events just before it."""
        self._epoch = heads.epoch
        self._cursors = {shard.shard: ShardCursor(shard.head) for shard in heads.shards}
        self._applied = {shard: Applied() for shard in self._cursors}
        self._positions = None
        self._on_start()
        if not warmed_up:
            self._recent.restart(self.positions)
        log.info("stream.started", epoch=self._epoch, positions=self.heads())

    def stop(self) -> None:
        """Our position is lost; apply nothing until the next start."""
        self._cursors = {}
        self._positions = None

    def push(self, *, epoch: str, shard: int, pos: int, body: bytes) -> None:
        """A batch from the broker."""
        self._hear(epoch, shard, pos, partial(parse_batch, body), partial(time_in, body), source="broker")

    def learn(self, written: Any) -> None:
        """Apply a WrittenBatch from the answer to our own commands, ahead of the broker."""
        match written:
            case {"epoch": str(epoch), "shard": int(shard), "pos": int(pos), "events": list(entries)}:
                parse, at = partial(parse_entries, entries), partial(time_of, entries)
                self._hear(epoch, shard, pos, parse, at, source="answer")
            case _:
                self._counters.invalid_events += 1
                log.warning("batch.malformed")

    def note_head(self, *, epoch: str, shard: int, head: int) -> None:
        """Handle a beacon: the log reaches `head`. A head below our position is late, or the log went back."""
        cursor = self._cursor(epoch, shard)
        if cursor is not None:
            if head < cursor.position:
                self._feed.doubt.set()
            cursor.note(head)
            if cursor.gap is not None:
                self._feed.gap.set()

    def check_heads(self, heads: LogHeads, *, asked_at: Mapping[int, int]) -> None:
        """Compare with the log's heads, which were requested when we were at `asked_at`. Raises PositionLost."""
        self._check_epoch(heads.epoch)
        for shard in heads.shards:
            _check_head(shard.head, asked_at.get(shard.shard, 0))
            # A new shard started empty, so all its events are new.
            self._cursors.setdefault(shard.shard, ShardCursor(0)).note(shard.head)
            self._applied.setdefault(shard.shard, Applied())
        if len(heads.shards) != len(self.positions.places):
            self._positions = None
        if self.gaps:
            self._feed.gap.set()

    def fill(self, shard: int, *, after: int, epoch: str, head: int, batches: Sequence[tuple[int, list[Any]]]) -> None:
        """Apply batches from the log, requested from our position `after` on. Raises PositionLost."""
        self._check_epoch(epoch)
        _check_head(head, after)
        cursor = self._cursors[shard]
        for pos, entries in batches:
            if pos > cursor.position:
                self._take(shard, cursor, pos, self._valid(entries, shard, pos), source="log")
        if not batches:
            cursor.trust(head)

    def _hear(
        self,
        epoch: str,
        shard: int,
        pos: int,
        parse: Callable[[], EventBatch],
        at: Callable[[], str | None],
        *,
        source: str,
    ) -> None:
        cursor = self._cursor(epoch, shard)
        if cursor is None:
            return
        if cursor.is_repeat(pos):
            self._counters.repeats += 1
            if self._applied[shard].contradicts(pos, at()):
                self._feed.doubt.set()
            return
        try:
            batch = parse()
        except InvalidEvent as error:
            self._counters.invalid_events += 1
            log.warning("batch.invalid", shard=shard, pos=pos, reason=str(error))
            cursor.note(pos)  # leaves a gap, so that this position is read from the log
        else:
            self._take(shard, cursor, pos, batch, source=source)
        if cursor.gap is not None:
            self._feed.gap.set()

    def _cursor(self, epoch: str, shard: int) -> ShardCursor[EventBatch] | None:
        if not self.started:
            return None
        cursor = self._cursors.get(shard)
        if epoch != self._epoch or cursor is None:
            self._feed.doubt.set()
            return None
        return cursor

    def _check_epoch(self, epoch: str) -> None:
        if epoch != self._epoch:
            raise PositionLost(f"the log's epoch is {epoch}, not {self._epoch} any more")

    def _valid(self, entries: list[Any], shard: int, pos: int) -> EventBatch:
        batch, invalid = parse_valid(entries)
        if invalid:
            self._counters.invalid_events += invalid
            log.error("events.skipped", shard=shard, pos=pos, events=invalid)
        return batch

    def _take(self, shard: int, cursor: ShardCursor[EventBatch], pos: int, batch: EventBatch, *, source: str) -> None:
        for ready_pos, ready in cursor.feed(pos, batch):
            self._apply(shard, ready_pos, ready)
            self._counters.batches[source] += 1

    def _apply(self, shard: int, pos: int, batch: EventBatch) -> None:
        self._positions = None
        self._applied[shard].note(pos, batch.at)
        now = self._now()
        before, after = pushed_token(self._epoch, self.heads(), shard, pos)
        for event in batch.events:
            if event.author_id is not None:
                self._on_message(event.author_id)
            if not event.known:
                self._counters.unknown_events += 1
            if event.changes_participants:
                self._on_change(event.conversation_id)
            listeners = self._listeners(event.recipients)
            if listeners:
                frame = event.frame(b"%b%d%b" % (before, event.idx, after))
                for listener in listeners:
                    listener.offer(frame)
                self._counters.frames_out[event.frame_type] += len(listeners)
            self._recent.add(shard, pos, event, now)
        if batch.written_at is not None:
            self._counters.batch_ages.observe(max(0.0, time.time() - batch.written_at))


def _check_head(head: int, asked_at: int) -> None:
    """Compare with our position at the time of the request: the answer may be older than later pushes."""
    if head < asked_at:
        raise LogWentBack("the log ends before our position")
