"""What the follower says of a log that does not answer: enough to find it, and not every half second."""

from typing import cast

import pytest
from structlog.testing import capture_logs

from chassis.log.reader import LogReader, LogUnavailable
from chassis.tasks import BackgroundTasks
from contracts.generated.models import LogCursor, LogHeads, ShardHead
from services.delivery.log.feed import Feed
from services.delivery.log.follower import LogFollower
from services.delivery.log.recent_events import Recent
from services.delivery.log.stream import LogStream
from services.delivery.log.warm_up import WarmUp
from services.delivery.metrics import Counters
from tests.kit.waiting import eventually

PATIENCE_SECONDS = 60.0


class Log:
    """Answers or not, and counts how often it was asked."""

    def __init__(self) -> None:
        self.answers = False
        self.asked = 0

    async def heads(self, *, stands: LogCursor | None = None) -> LogHeads:  # noqa: ARG002 - the reader's
        self.asked += 1
        if not self.answers:
            raise LogUnavailable("status 401")
        return LogHeads(epoch="e1", shards=[ShardHead(shard=0, head=0, floor=0)])


@pytest.fixture
def reader() -> Log:
    return Log()


@pytest.fixture
async def follower(reader: Log) -> LogFollower:
    """It asks the log without a pause, for nothing is pushed."""
    counters, recent, feed = Counters(), Recent(seconds=0, max_bytes=0), Feed(now=lambda: 0.0)
    return LogFollower(
        stream=LogStream(listeners=lambda _: [], recent=recent, feed=feed, counters=counters, now=lambda: 0.0),
        reader=cast(LogReader, reader),
        warm_up=WarmUp(reader=cast(LogReader, reader), recent=recent, now=lambda: 0.0),
        counters=counters,
        feed=feed,
        on_position_lost=lambda: None,
        poll_seconds=0.001,
    )


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.delivery.log.follower.RETRY_SECONDS", 0.001)


async def _asked_again(reader: Log) -> None:
    """Some more times, all answers digested but the last."""
    before = reader.asked
    await eventually(lambda: reader.asked >= before + 5, within=PATIENCE_SECONDS)


@pytest.mark.usefixtures("impatient")
async def test_each_outage_of_the_log_is_logged_once(reader: Log, follower: LogFollower) -> None:
    deaths: list[str] = []
    with capture_logs() as logs:
        async with BackgroundTasks(on_death=lambda name, _: deaths.append(name)) as tasks:
            tasks.start("poll", follower.poll())
            for answers in (False, True, False):
                reader.answers = answers
                await _asked_again(reader)
    assert not deaths
    said = [entry for entry in logs if entry["log_level"] != "debug" and entry["event"].startswith("log.")]
    assert [(entry["event"], entry["log_level"]) for entry in said] == [
        ("log.unavailable", "warning"),
        ("log.available", "info"),
        ("log.unavailable", "warning"),
    ]
    assert said[0]["reason"] == "status 401"
