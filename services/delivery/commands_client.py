"""Sends commands to `conversations` in micro-batches, and brings every command its answer.

Each lane has one batch in flight; the next takes whatever arrived meanwhile. So an idle system answers at once and a
busy one fills its batches, without a timer. A user's commands stay in one lane and thereby in their order.

A batch that fails for technical reasons is posted again, unchanged, until its deadline: commands carry a
clientMessageId, and a repeat is recognised. What a client is told then depends on what can be known: `unavailable`
only if no attempt can have been executed or ever will be, otherwise `outcome_unknown`.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

import aiohttp
import orjson
import structlog

from chassis.backoff import Backoff
from services.delivery.metrics import CommandHistograms, Figures

PATH = "/internal/commands"
MAX_BATCH_COMMANDS = 256  # the batcher behind takes no more at once
MAX_BATCH_BYTES = 1024 * 1024
MAX_TTL_MS = 60_000  # the contract's bound
MIN_ATTEMPT_SECONDS = 0.005  # with less left, an attempt has no chance
RETRY_BASE_SECONDS = 0.05
RETRY_CAP_SECONDS = 1.0
REJECTIONS_TO_RETRY = frozenset({"unavailable", "overloaded"})
# Problems by which the service says that it did not begin.
NOT_BEGUN = frozenset({"unavailable", "overloaded", "draining", "not_ready", "service_unavailable", "rate_limited"})

log = structlog.get_logger(__name__)

Result = dict[str, Any]


class CommandSink(Protocol):
    """Who issued a command and learns what came of it. Exactly one of these is called, once per command."""

    def command_answered(self, command: "Command", result: Result) -> None:
        """`result` is a CommandResult: stored, read or rejected."""

    def command_failed(self, command: "Command", code: str) -> None:
        """There is no result; `code` says what can be known."""


@dataclass(slots=True, eq=False)
class Command:
    """One command on its way."""

    sink: CommandSink
    user_id: str
    conversation_id: str
    client_message_id: str | None
    ref: str | None
    body: bytes
    """The command as JSON."""
    deadline: float = 0.0
    """Loop time after which it is not begun any more."""

    @classmethod
    def send_message(
        cls,
        *,
        sink: CommandSink,
        user_id: str,
        conversation_id: str,
        client_message_id: str,
        content: str,
        ref: str | None,
    ) -> "Command":
        body = orjson.dumps(
            {
                "kind": "send_message",
                "userId": user_id,
                "conversationId": conversation_id,
                "clientMessageId": client_message_id,
                "content": content,
            }
        )
        return cls(sink, user_id, conversation_id, client_message_id, ref, body)

    @classmethod
    def mark_read(
        cls, *, sink: CommandSink, user_id: str, conversation_id: str, seq: int | None, ref: str | None
    ) -> "Command":
        command: dict[str, Any] = {"kind": "mark_read", "userId": user_id, "conversationId": conversation_id}
        if seq is not None:
            command["seq"] = seq
        return cls(sink, user_id, conversation_id, None, ref, orjson.dumps(command))


class Attempt(Enum):
    """What is known of a post that brought no results."""

    NOT_EXECUTED = "not_executed"
    DOUBTFUL = "doubtful"
    REFUSED = "refused"
    """Not executed, and trying again would not help."""


class CommandsClient:
    """The way of all commands of this process."""

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        figures: Figures,
        histograms: CommandHistograms,
        lanes: int,
        max_queued: int,
        deadline_seconds: float,
        attempt_seconds: float,
    ) -> None:
        self._deadline_seconds = deadline_seconds
        self._max_queued = max(1, max_queued // lanes)
        self._loop = asyncio.get_running_loop()
        self._lanes = [
            _Lane(session=session, figures=figures, histograms=histograms, attempt_seconds=attempt_seconds)
            for _ in range(lanes)
        ]

    @property
    def queued(self) -> int:
        return sum(len(lane) for lane in self._lanes)

    @property
    def idle(self) -> bool:
        """Nothing waits and nothing is in flight."""
        return all(lane.idle for lane in self._lanes)

    def submit(self, command: Command) -> bool:
        """Take a command; False when too many wait, and it was not taken."""
        lane = self._lanes[hash(command.user_id) % len(self._lanes)]
        if len(lane) >= self._max_queued:
            return False
        command.deadline = self._loop.time() + self._deadline_seconds
        lane.add(command)
        return True

    async def run(self) -> None:
        """Post batches until cancelled."""
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes:
                group.create_task(lane.run())


class _Lane:
    """One queue with one batch in flight."""

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        figures: Figures,
        histograms: CommandHistograms,
        attempt_seconds: float,
    ) -> None:
        self._session = session
        self._figures = figures
        self._histograms = histograms
        self._attempt_seconds = attempt_seconds
        self._loop = asyncio.get_running_loop()
        self._queue: deque[Command] = deque()
        self._arrived = asyncio.Event()
        self._busy = False

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def idle(self) -> bool:
        return not self._queue and not self._busy

    def add(self, command: Command) -> None:
        self._queue.append(command)
        self._arrived.set()

    async def run(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._queue:
                self._busy = True
                await self._execute(self._take())
                self._busy = False

    def _take(self) -> list[Command]:
        """What waits, in order, up to the bounds of a batch."""
        batch: list[Command] = []
        size = 0
        while self._queue and len(batch) < MAX_BATCH_COMMANDS:
            size += len(self._queue[0].body)
            if batch and size > MAX_BATCH_BYTES:
                break
            batch.append(self._queue.popleft())
        return batch

    async def _execute(self, batch: Sequence[Command]) -> None:
        began = self._loop.time()
        deadline = batch[0].deadline  # the oldest decides: a later one is told sooner than it had to be
        backoff = Backoff(base_seconds=RETRY_BASE_SECONDS, cap_seconds=RETRY_CAP_SECONDS)
        doubtful = False
        self._histograms.batch_size.observe(len(batch))
        while (remaining := deadline - self._loop.time()) > MIN_ATTEMPT_SECONDS:
            outcome = await self._post(batch, remaining)
            if not isinstance(outcome, Attempt):
                self._answer(batch, outcome, doubtful=doubtful)
                break
            self._figures.command_attempts[outcome.value] += 1
            doubtful = doubtful or outcome is Attempt.DOUBTFUL
            if outcome is Attempt.REFUSED:
                self._fail(batch, doubtful=doubtful)
                break
            await asyncio.sleep(min(backoff.next_delay(), max(0.0, deadline - self._loop.time())))
        else:
            self._fail(batch, doubtful=doubtful)
        self._histograms.seconds.observe(self._loop.time() - began)

    async def _post(self, batch: Sequence[Command], remaining: float) -> list[Result] | Attempt:
        ttl_ms = min(MAX_TTL_MS, int(remaining * 1000))
        body = b'{"ttlMs":%d,"commands":[%b]}' % (ttl_ms, b",".join([command.body for command in batch]))
        timeout = aiohttp.ClientTimeout(total=min(self._attempt_seconds, remaining))
        try:
            async with self._session.post(PATH, data=body, timeout=timeout) as response:
                return _outcome(response.status, await response.read(), len(batch))
        except aiohttp.ClientConnectorError:
            return Attempt.NOT_EXECUTED  # no connection came about, so nothing was sent
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("commands.attempt_failed", error=type(error).__name__, commands=len(batch))
            return Attempt.DOUBTFUL

    def _answer(self, batch: Sequence[Command], results: Sequence[Result], *, doubtful: bool) -> None:
        for command, result in zip(batch, results, strict=True):
            if doubtful and result.get("code") in REJECTIONS_TO_RETRY:
                # This attempt was not executed, but an earlier one may have been.
                self._figures.commands["outcome_unknown"] += 1
                command.sink.command_failed(command, "outcome_unknown")
            else:
                self._figures.commands[result["status"]] += 1
                command.sink.command_answered(command, result)

    def _fail(self, batch: Sequence[Command], *, doubtful: bool) -> None:
        code = "outcome_unknown" if doubtful else "unavailable"
        self._figures.commands[code] += len(batch)
        log.warning("commands.failed", code=code, commands=len(batch))
        for command in batch:
            command.sink.command_failed(command, code)


def _outcome(status: int, body: bytes, expected: int) -> list[Result] | Attempt:
    """What an HTTP answer means for the whole batch."""
    if status == 200:
        results = _results(body)
        return results if results is not None and len(results) == expected else Attempt.DOUBTFUL
    code = _problem_code(body)
    if status == 429 or (status == 503 and code in NOT_BEGUN):
        return Attempt.NOT_EXECUTED
    if status >= 500:
        return Attempt.DOUBTFUL
    log.error("commands.refused", status=status, code=code)
    return Attempt.REFUSED


def _results(body: bytes) -> list[Result] | None:
    try:
        results = orjson.loads(body)["results"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return results if isinstance(results, list) else None


def _problem_code(body: bytes) -> str | None:
    try:
        code = orjson.loads(body)["code"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return code if isinstance(code, str) else None
