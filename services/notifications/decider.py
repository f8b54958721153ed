"""Decides on every event of the log once, in the order of the log, whatever order its batches arrive in."""

import asyncio
from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

import structlog

from chassis.log.cursor import Applied, Gap, ShardCursor
from contracts.generated.models import LogCursor, ShardPosition
from services.notifications.channels.channel import Channel
from services.notifications.events import BatchMessage, UnknownEvent
from services.notifications.metrics import ServiceMetrics
from services.notifications.policy import decide
from services.notifications.receipts import Receipt

log = structlog.get_logger(__name__)


class Verdict(Enum):
    """The result of taking a batch."""

    TAKEN = auto()  # decided on, or kept until the gap before it is filled
    REPEAT = auto()
    FOREIGN = auto()  # of an unknown shard or epoch
    DOUBTFUL = auto()  # implies that the log ended before our position, or has a different batch there


@dataclass(frozen=True, slots=True)
class _Arrival:
    message: BatchMessage
    receipt: Receipt


class Decider:
    """One cursor per shard; between `start` and `stop` it takes batches from the broker and from the log."""

    def __init__(
        self, *, channels: Sequence[Channel], metrics: ServiceMetrics, on_gap: Callable[[], None] = lambda: None
    ) -> None:
        self.on_gap = on_gap
        self._channels = channels
        self._metrics = metrics
        self._epoch = ""
        self._cursors: dict[int, ShardCursor[_Arrival]] = {}
        self._decided: dict[int, int] = {}
        self._applied: dict[int, Applied] = {}
        self._lock = asyncio.Lock()

    @property
    def started(self) -> bool:
        return bool(self._cursors)

    @property
    def epoch(self) -> str:
        """The epoch of the last start."""
        return self._epoch

    @property
    def positions(self) -> Mapping[int, int]:
        """The last fully decided position of each shard; kept after `stop`."""
        return dict(self._decided)

    def stands(self) -> LogCursor:
        """The same with the times of these positions, which together identify the log that we have seen."""
        positions = [
            ShardPosition(shard=shard, pos=pos, at=self._applied[shard].at(pos))
            for shard, pos in sorted(self._decided.items())
        ]
        return LogCursor(epoch=self._epoch, positions=positions)

    @property
    def gaps(self) -> dict[int, Gap]:
        return {shard: gap for shard, cursor in self._cursors.items() if (gap := cursor.gap) is not None}

    async def start(self, epoch: str, positions: Mapping[int, int]) -> None:
        """Start after `positions`, which are decided already. Within an epoch nothing is decided again."""
        async with self._lock:
            own = self._decided if epoch == self._epoch else {}
            known = self._applied if epoch == self._epoch else {}
            self._epoch = epoch
            self._decided = {shard: max(pos, own.get(shard, 0)) for shard, pos in positions.items()}
            self._applied = {shard: known.get(shard, Applied()) for shard in self._decided}
            self._cursors = {shard: ShardCursor(pos) for shard, pos in self._decided.items()}
            for shard, cursor in self._cursors.items():
                self._show(shard, cursor)
        log.info("decider.started", epoch=epoch, positions=self._decided)

    def stop(self) -> None:
        """Drop the batches waiting behind gaps: the broker or the log delivers them again."""
        self._cursors = {}

    async def take(self, message: BatchMessage, receipt: Receipt) -> Verdict:
        """Take a batch. It is acknowledged once decided on: at once, or when the gap before it is filled."""
        async with self._lock:
            cursor = self._cursor(message.epoch, message.shard)
            if cursor is None:
                return Verdict.FOREIGN
            if cursor.is_repeat(message.pos):
                other = self._applied[message.shard].contradicts(message.pos, message.at)
                return Verdict.DOUBTFUL if other else Verdict.REPEAT
            for pos, arrival in cursor.feed(message.pos, _Arrival(message, receipt)):
                await self._decide(arrival.message)
                self._decided[message.shard] = pos
                self._applied[message.shard].note(pos, arrival.message.at)
                await arrival.receipt.acknowledge()
            self._after(message.shard, cursor)
            return Verdict.TAKEN

    def note_head(self, *, epoch: str, shard: int, pos: int) -> Verdict:
        """Handle a beacon: the shard's log reaches `pos`."""
        cursor = self._cursor(epoch, shard)
        if cursor is None:
            return Verdict.FOREIGN
        if pos < cursor.position:
            return Verdict.DOUBTFUL
        cursor.note(pos)
        self._after(shard, cursor)
        return Verdict.TAKEN

    async def trust(self, shard: int, head: int) -> None:
        """The log itself ends at `head`: drop batches beyond it, which were never committed."""
        cursor = self._cursors.get(shard)
        if cursor is None:
            return
        for arrival in cursor.trust(head):
            await arrival.receipt.reject("beyond_the_log")
        self._show(shard, cursor)

    async def _decide(self, message: BatchMessage) -> None:
        decisions = Tally[tuple[str, str, str]]()
        for event in message.events:
            if isinstance(event, UnknownEvent):
                self._metrics.unknown.inc()
                continue
            for decision in decide(event):
                for channel in self._channels:
                    await channel.deliver(decision)
                decisions[decision.event_type, decision.action.value, decision.reason.value] += 1
        for labels, count in decisions.items():
            self._metrics.decided.labels(*labels).inc(count)

    def _cursor(self, epoch: str, shard: int) -> ShardCursor[_Arrival] | None:
        return self._cursors.get(shard) if epoch == self._epoch else None

    def _after(self, shard: int, cursor: ShardCursor[_Arrival]) -> None:
        self._show(shard, cursor)
        if cursor.gap is not None:
            self.on_gap()

    def _show(self, shard: int, cursor: ShardCursor[_Arrival]) -> None:
        self._metrics.position.labels(str(shard)).set(cursor.position)
        self._metrics.lag.labels(str(shard)).set(cursor.lag)
