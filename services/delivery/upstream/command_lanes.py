"""Sends commands to `conversations` in micro-batches, and answers every command.

Each lane has one batch in flight; the next one takes all commands that arrived meanwhile. So an idle system answers at
once and a busy one fills its batches, without a timer. A user's commands stay in one lane and thus in order.

A batch that fails for technical reasons is posted again, unchanged, until its deadline: commands carry a
clientMessageId, so a repeat is recognised. After that the client receives `unavailable` if no attempt can have been or
can still be executed, otherwise `outcome_unknown`.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple

import aiohttp
import orjson
import structlog

from chassis.backoff import Backoff
from chassis.observability.tracing import NULL_TRACER, Tracer, trace_headers
from contracts.generated.limits import MAX_COMMAND_TTL_MS
from services.delivery.log.delivery_span import handing_over
from services.delivery.metrics import CommandHistograms, Counters
from services.delivery.upstream.commands import Answered, Command, Rejected
from services.delivery.wire.errors import SENTENCES

PATH = "/internal/commands"
_JSON = {"Content-Type": "application/json"}
MAX_BATCH_COMMANDS = 256  # the batcher of `conversations` takes no more at once
MAX_BATCH_BYTES = 1024 * 1024
MIN_ATTEMPT_SECONDS = 0.005  # with less left, an attempt has no chance
RETRY_BASE_SECONDS = 0.05
RETRY_CAP_SECONDS = 1.0
REJECTED_UNTRIED = frozenset({"unavailable", "overloaded"})  # says nothing about an earlier attempt
# Problem codes that mean the service did not begin to execute.
NOT_BEGUN = frozenset({"unavailable", "overloaded", "draining", "not_ready", "service_unavailable", "rate_limited"})

log = structlog.get_logger(__name__)


class NoAnswer(Enum):
    """What is known about a batch that got no results."""

    NOT_EXECUTED = "not_executed"
    DOUBTFUL = "doubtful"
    HOPELESS = "refused"
    """Not executed, and trying again would not help."""


class Answer(NamedTuple):
    """The answer of `conversations` to a batch."""

    outcomes: list[Answered | Rejected]
    """One for each command, in order."""
    logged: list[Any]
    """WrittenBatches of the log, unchecked; the broker delivers them too, later."""


class CommandLanes:
    """The queue for all commands of this process. `on_logged` receives the log batches in an answer."""

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        counters: Counters,
        histograms: CommandHistograms,
        lanes: int,
        max_queued: int,
        deadline_seconds: float,
        attempt_seconds: float,
        on_logged: Callable[[Any], None] = lambda _: None,
        tracer: Tracer = NULL_TRACER,
    ) -> None:
        self._tracer = tracer
        self._deadline_seconds = deadline_seconds
        self._max_queued = max(1, max_queued // lanes)
        self._loop = asyncio.get_running_loop()
        self._lanes = [
            _Lane(
                session=session,
                counters=counters,
                histograms=histograms,
                deadline_seconds=deadline_seconds,
                attempt_seconds=attempt_seconds,
                on_logged=on_logged,
                tracer=tracer,
            )
            for _ in range(lanes)
        ]

    @property
    def queued(self) -> int:
        return sum(len(lane) for lane in self._lanes)

    def submit(self, command: Command) -> bool:
        """Queue a command; False if the queue is full and it was not queued."""
        lane = self._lanes[hash(command.user_id) % len(self._lanes)]
        if len(lane) >= self._max_queued:
            return False
        command.deadline = self._loop.time() + self._deadline_seconds
        command.span = self._tracer.begin(command.kind, conversation_id=command.conversation_id)
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
        counters: Counters,
        histograms: CommandHistograms,
        deadline_seconds: float,
        attempt_seconds: float,
        on_logged: Callable[[Any], None],
        tracer: Tracer,
    ) -> None:
        self._tracer = tracer
        self._session = session
        self._counters = counters
        self._histograms = histograms
        self._deadline_seconds = deadline_seconds
        self._attempt_seconds = attempt_seconds
        self._on_logged = on_logged
        self._loop = asyncio.get_running_loop()
        self._queue: deque[Command] = deque()
        self._arrived = asyncio.Event()

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, command: Command) -> None:
        self._queue.append(command)
        self._arrived.set()

    async def run(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._queue:
                await self._execute(self._take())

    def _take(self) -> list[Command]:
        """The queued commands, in order, up to the limits of a batch."""
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
        deadline = batch[0].deadline  # the oldest command's deadline applies to the whole batch
        backoff = Backoff(base_seconds=RETRY_BASE_SECONDS, cap_seconds=RETRY_CAP_SECONDS)
        doubtful = False
        self._histograms.batch_size.observe(len(batch))
        while (remaining := deadline - self._loop.time()) > MIN_ATTEMPT_SECONDS:
            outcome = await self._attempt(batch, remaining)
            if not isinstance(outcome, NoAnswer):
                self._answer(batch, outcome.outcomes, doubtful=doubtful)
                self._hand_on(batch, outcome.logged)
                break
            self._counters.command_attempts[outcome.value] += 1
            doubtful = doubtful or outcome is NoAnswer.DOUBTFUL
            if outcome is NoAnswer.HOPELESS:
                self._fail(batch, doubtful=doubtful)
                break
            await asyncio.sleep(min(backoff.next_delay(), max(0.0, deadline - self._loop.time())))
        else:
            self._fail(batch, doubtful=doubtful)
        ended = self._loop.time()
        self._histograms.seconds.observe(ended - began)
        self._histograms.answer_seconds.observe(ended - (deadline - self._deadline_seconds))

    async def _attempt(self, batch: Sequence[Command], remaining: float) -> Answer | NoAnswer:
        span = self._tracer.follow(f"POST {PATH}", (command.span for command in batch), commands=len(batch))
        outcome = await self._post(batch, remaining, headers={**_JSON, **trace_headers(span)})
        span.end(error=outcome.value if isinstance(outcome, NoAnswer) else None)
        return outcome

    async def _post(
        self, batch: Sequence[Command], remaining: float, *, headers: Mapping[str, str]
    ) -> Answer | NoAnswer:
        ttl_ms = min(MAX_COMMAND_TTL_MS, int(remaining * 1000))
        body = b'{"ttlMs":%d,"commands":[%b]}' % (ttl_ms, b",".join([command.body for command in batch]))
        timeout = aiohttp.ClientTimeout(total=min(self._attempt_seconds, remaining))
        try:
            async with self._session.post(PATH, data=body, timeout=timeout, headers=headers) as response:
                return _read_answer(response.status, await response.read(), batch)
        except aiohttp.ClientConnectorError:
            return NoAnswer.NOT_EXECUTED  # no connection was made, so nothing was sent
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("commands.attempt_failed", error=type(error).__name__, commands=len(batch))
            return NoAnswer.DOUBTFUL

    def _answer(self, batch: Sequence[Command], outcomes: Sequence[Answered | Rejected], *, doubtful: bool) -> None:
        for command, outcome in zip(batch, outcomes, strict=True):
            try:
                self._answer_one(command, outcome, doubtful=doubtful)
            except Exception:
                # One answer that cannot be delivered must not block the others.
                log.exception("command.unanswered", conversation_id=command.conversation_id)

    def _answer_one(self, command: Command, outcome: Answered | Rejected, *, doubtful: bool) -> None:
        if isinstance(outcome, Answered):
            label = command.status
            command.sink.command_answered(command, outcome)
        elif doubtful and outcome.code in REJECTED_UNTRIED:
            # This attempt was not executed, but an earlier one may have been.
            label = "outcome_unknown"
            command.sink.command_failed(command, label)
        else:
            label = outcome.code
            command.sink.command_rejected(command, outcome)
        self._counters.commands[label] += 1
        command.span.end(outcome=label)

    def _hand_on(self, batch: Sequence[Command], logged: Sequence[Any]) -> None:
        """In the same loop iteration as the answers, so that a socket gets both in one write."""
        if not logged:
            return
        span = self._tracer.follow("deliver", (command.span for command in batch), source="answer")
        with handing_over(span, self._counters):
            for written in logged:
                try:
                    self._on_logged(written)
                except Exception:
                    # It arrives again, from the broker or the log.
                    log.exception("batch.failed")

    def _fail(self, batch: Sequence[Command], *, doubtful: bool) -> None:
        code = "outcome_unknown" if doubtful else "unavailable"
        self._counters.commands[code] += len(batch)
        log.warning("commands.failed", code=code, commands=len(batch))
        for command in batch:
            command.sink.command_failed(command, code)
            command.span.end(error=code)


def read_result(command: Command, result: Mapping[str, Any]) -> Answered | Rejected:
    """Raises KeyError or ValueError if it is not a result of this command."""
    status = result["status"]
    if status == command.status:
        return command.answer(result)
    if status != "rejected":
        raise ValueError(status)
    code = result["code"]
    if code not in SENTENCES:
        log.error("command.rejected_unknown", code=code)
        code = "internal_error"
    return Rejected(code, result.get("detail"))


def _read_answer(status: int, body: bytes, batch: Sequence[Command]) -> Answer | NoAnswer:
    """The meaning of an HTTP response for the whole batch."""
    if status == 200:
        return _read_results(body, batch) or NoAnswer.DOUBTFUL
    code = _problem_code(body)
    if status == 429 or (status == 503 and code in NOT_BEGUN):
        return NoAnswer.NOT_EXECUTED
    if status >= 500:
        return NoAnswer.DOUBTFUL
    log.error("commands.refused", status=status, code=code)
    return NoAnswer.HOPELESS


def _read_results(body: bytes, batch: Sequence[Command]) -> Answer | None:
    """None for a body that violates the contract."""
    try:
        document = orjson.loads(body)
        results, logged = document["results"], document.get("logged")
        outcomes = [read_result(command, result) for command, result in zip(batch, results, strict=True)]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        log.warning("commands.answer_unreadable", error=type(error).__name__)
        return None
    return Answer(outcomes, logged if isinstance(logged, list) else [])


def _problem_code(body: bytes) -> str | None:
    try:
        code = orjson.loads(body)["code"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return code if isinstance(code, str) else None
