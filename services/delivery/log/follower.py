"""Keeps the stream complete: fills gaps from the log, and polls the log while the broker is silent."""

import asyncio
import random
from collections.abc import Callable

import structlog

from chassis.log.reader import LogReader, LogTruncated, LogUnavailable
from services.delivery.log.feed import Feed
from services.delivery.log.stream import LogStream, LogWentBack, PositionLost
from services.delivery.log.warm_up import WarmUp
from services.delivery.metrics import Counters

GRACE_SECONDS = 0.05  # an overtaken batch usually arrives within this; reading the log costs more
RETRY_SECONDS = 0.5  # after a failed read

log = structlog.get_logger(__name__)


class LogFollower:
    """Calls `on_position_lost` when every socket must start afresh."""

    def __init__(
        self,
        *,
        stream: LogStream,
        reader: LogReader,
        warm_up: WarmUp,
        counters: Counters,
        feed: Feed,
        on_position_lost: Callable[[], None],
        poll_seconds: float,
    ) -> None:
        self._stream = stream
        self._reader = reader
        self._warm_up = warm_up
        self._counters = counters
        self._feed = feed
        self._on_position_lost = on_position_lost
        self._poll_seconds = poll_seconds
        self._loop = asyncio.get_running_loop()
        self._unavailable = False

    @property
    def following(self) -> bool:
        """Committed events reach our sockets."""
        return self._stream.started and self._feed.following

    async def poll(self) -> None:
        """Start the stream, and poll the heads while the broker is silent. Runs until cancelled."""
        while True:
            if not self._stream.started or not self._feed.live or self._feed.doubt.is_set():
                self._feed.doubt.clear()
                await self._ask_heads()
            await self._pause()

    async def fill(self) -> None:
        """Fill gaps as they are reported. Runs until cancelled."""
        while True:
            await self._feed.gap.wait()
            await asyncio.sleep(GRACE_SECONDS if self._feed.live else 0)
            self._feed.gap.clear()
            for shard in list(self._stream.gaps):
                await self._fill(shard)

    async def _pause(self) -> None:
        """Jittered, so that replicas do not poll in step; cut short when a check is requested."""
        try:
            async with asyncio.timeout(self._poll_seconds * random.uniform(0.75, 1.25)):  # noqa: S311 - no secret
                await self._feed.doubt.wait()
        except TimeoutError:
            return

    async def _ask_heads(self) -> None:
        self._counters.polls += 1
        try:
            if self._stream.started:
                asked_at = self._stream.heads()
                heads = await self._reader.heads(stands=self._stream.stands())
                if self._stream.started:
                    self._stream.check_heads(heads, asked_at=asked_at)
            else:
                heads = await self._reader.heads()
                self._stream.start(heads, warmed_up=await self._warm_up.warm_up(heads))
            self._feed.log_answered()
            self._note_available()
        except PositionLost as lost:
            self._lose_position(str(lost))
        except LogUnavailable as error:
            self._note_unavailable(str(error))
            await asyncio.sleep(RETRY_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - no secret

    def _note_unavailable(self, reason: str) -> None:
        """Logged once per outage, although the log is polled about every second."""
        write = log.debug if self._unavailable else log.warning
        write("log.unavailable", reason=reason)
        self._unavailable = True

    def _note_available(self) -> None:
        if self._unavailable:
            log.info("log.available")
        self._unavailable = False

    async def _fill(self, shard: int) -> None:
        """Fill until this shard has no gap or the log does not answer."""
        try:
            while (gap := self._stream.gaps.get(shard)) is not None:
                await self._read_page(shard, gap.after)
                self._counters.gaps += 1
        except LogWentBack:
            self._feed.doubt.set()  # includes what we have applied, so that the log can begin a new epoch
        except PositionLost as lost:
            self._lose_position(str(lost))
        except LogTruncated:
            self._lose_position("the log does not reach back to our position")
        except LogUnavailable as error:
            log.warning("hole.unfilled", shard=shard, reason=str(error))
            self._loop.call_later(RETRY_SECONDS, self._feed.gap.set)

    async def _read_page(self, shard: int, after: int) -> None:
        page = await self._reader.page(shard, after=after)
        self._stream.fill(shard, after=after, epoch=page.epoch, head=page.head, batches=page.batches)
        if page.batches and self._stream.heads()[shard] == after:
            raise LogUnavailable("a page that does not follow our position")

    def _lose_position(self, reason: str) -> None:
        if not self._stream.started:
            return
        log.error("stream.place_lost", reason=reason)
        self._counters.resyncs += 1
        self._stream.stop()
        self._on_position_lost()
        self._feed.doubt.set()
