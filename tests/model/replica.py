"""One delivery replica: the real protocol core, and in place of every wait a step that the scheduler takes.

Not real here are only the sockets, the broker, HTTP and the clock. What `LogFollower` and `CommandsClient` decide is
left to the scheduler, which may decide worse.
"""

from collections import deque
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import orjson
from prometheus_client import CollectorRegistry

from chassis.auth.refusals import Refusals
from chassis.auth.tokens import Principal, TokenVerifier
from chassis.tasks import BackgroundTasks
from contracts.generated.catalogues import CloseCode
from contracts.generated.models import TypingEvent
from services.delivery.answers.lookups import Lookups
from services.delivery.answers.membership import Memberships
from services.delivery.answers.resume import Resumer
from services.delivery.answers.typing_relay import TypingRelay
from services.delivery.log.feed import Feed
from services.delivery.log.recent_events import Recent
from services.delivery.log.stream import LogStream, PositionLost
from services.delivery.log.topology import load_topology
from services.delivery.metrics import Counters
from services.delivery.sockets.connection import Connection, Surroundings
from services.delivery.sockets.endpoint import EndpointSettings, SocketEndpoint
from services.delivery.sockets.frame_rules import SocketLimits
from services.delivery.sockets.heartbeat import Pulse
from services.delivery.sockets.hub import Hub
from services.delivery.upstream.command_lanes import CommandLanes, read_result
from services.delivery.upstream.commands import Command, Rejected
from services.delivery.upstream.conversations_client import (
    ConversationNotFound,
    ConversationsClient,
    ConversationsUnavailable,
    ResyncRequired,
)
from services.delivery.wire.user_limits import LimitsByUser, Rates
from tests.kit import reference_answers
from tests.kit.life import Json, Places
from tests.kit.reference import WHEN, Reference
from tests.model.wire import VirtualLoop, Wire

# Small, so that a run of some dozen steps meets every bound.
OUTBOX_BYTES = 6_000
RECENT_SECONDS = 60.0
RECENT_BYTES = 30_000
MAX_SOCKETS_PER_USER = 2
RATES = Rates(frames_per_second=20, frame_burst=60, messages_per_second=2, message_burst=12)
SOCKET_LIMITS = SocketLimits(bad_frames=20, refused_frames=200, in_flight_commands=8)
EXCHANGES = load_topology().exchanges


class Lane:
    """Commands on their way: one batch in flight, the next takes what arrived meanwhile."""

    def __init__(self) -> None:
        self.waiting: deque[Command] = deque()
        self.in_flight: list[Command] = []
        self.doubtful = False
        """An attempt at the batch in flight may have been executed."""

    def submit(self, command: Command) -> bool:
        self.waiting.append(command)
        return True

    def batch(self) -> list[Json]:
        """What is posted now: the same again until it is answered or given up."""
        if not self.in_flight:
            self.in_flight, self.waiting, self.doubtful = list(self.waiting), deque(), False
        return [orjson.loads(command.body) for command in self.in_flight]

    def answer(self, results: list[Json]) -> None:
        batch, self.in_flight = self.in_flight, []
        for command, result in zip(batch, results, strict=True):
            outcome = read_result(command, result)
            if isinstance(outcome, Rejected):
                command.sink.command_rejected(command, outcome)
            else:
                command.sink.command_answered(command, outcome)

    def give_up(self) -> None:
        batch, self.in_flight = self.in_flight, []
        for command in batch:
            command.sink.command_failed(command, "outcome_unknown" if self.doubtful else "unavailable")


class Question:
    """Something asked of `conversations`; whoever awaits it stands still until it is answered."""

    def __init__(self, ask: Callable[[], object]) -> None:
        self.ask = ask

    def __await__(self) -> Generator["Question", object, Any]:
        return (yield self)


class Asked:
    """The client of `conversations`: every question becomes a step of the scheduler."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    async def participants(self, conversation_id: str, user_id: str) -> object:
        return await Question(lambda: reference_answers.participants(self._reference, conversation_id, user_id))

    async def changes(self, user_id: str, epoch: str, *, after: Places, up_to: Places) -> object:
        return await Question(lambda: reference_answers.changes(self._reference, user_id, epoch, after, up_to))


@dataclass
class Lookup:
    """A coroutine of `Lookups` that stands still at a question."""

    work: Coroutine[Question, object, None]
    question: Question


class OpenLookups:
    """Stands in for the background tasks: begins them, and leaves their going on to the scheduler."""

    def __init__(self) -> None:
        self.open: list[Lookup] = []

    def start_once(self, _name: str, work: Coroutine[Question, object, None]) -> None:
        self.open.append(Lookup(work, work.send(None)))

    def answer(self, index: int, *, available: bool) -> None:
        lookup = self.open.pop(index)
        answer = lookup.question.ask if available else _unavailable
        try:
            try:
                lookup.work.send(answer())
            except (ConversationNotFound, ConversationsUnavailable, ResyncRequired) as error:
                lookup.work.throw(error)
        except StopIteration:
            return
        raise AssertionError("a lookup asks one question")

    def answer_all(self) -> None:
        while self.open:
            self.answer(0, available=True)

    def abandon(self) -> None:
        for lookup in self.open:
            lookup.work.close()
        self.open = []


class Relay(TypingRelay):
    """Real on the receiving side; what is published waits for the scheduler."""

    def __init__(self, hub: Hub[Connection], counters: Counters, publish: Callable[[TypingEvent], None]) -> None:
        super().__init__(
            url="amqp://nowhere/",
            replica="model",
            exchanges=EXCHANGES,
            viewers=hub.of,
            counters=counters,
            on_death=lambda _name, _error: None,
        )
        self._hand_over = publish

    def publish(self, *, conversation_id: str, user_id: str, is_typing: bool, recipient: str) -> None:
        data = {
            "conversationId": conversation_id,
            "userId": user_id,
            "isTyping": is_typing,
            "recipients": [recipient],
        }
        event = {"specversion": "1.0", "id": "1", "source": "/model", "type": "typing.v1", "time": WHEN, "data": data}
        self._hand_over(TypingEvent.from_wire(orjson.dumps(event)))


class Replica:
    """A process's life; a restart makes a new one."""

    def __init__(self, *, reference: Reference, loop: VirtualLoop, on_typing: Callable[[TypingEvent], None]) -> None:
        self._reference = reference
        self._loop = loop
        self.hub: Hub[Connection] = Hub(max_per_user=MAX_SOCKETS_PER_USER)
        self.lane = Lane()
        self.lookups = OpenLookups()
        counters = Counters()
        recent = Recent(seconds=RECENT_SECONDS, max_bytes=RECENT_BYTES)
        self.stream = LogStream(
            listeners=self.hub.of, recent=recent, feed=Feed(now=loop.time), counters=counters, now=loop.time
        )
        self.relay = Relay(self.hub, counters, on_typing)
        client = cast(ConversationsClient, Asked(reference))
        verifier = cast(TokenVerifier, None)  # no client of the model renews its token
        around = Surroundings(
            loop=loop.as_loop,
            hub=self.hub,
            stream=self.stream,
            commands=cast(CommandLanes, self.lane),
            lookups=Lookups(
                refusals=Refusals(CollectorRegistry(), explain=False),
                tasks=cast(BackgroundTasks, self.lookups),
                client=client,
                memberships=Memberships(),
                resumer=Resumer(recent=recent, client=client, max_bytes=OUTBOX_BYTES // 2),
                typing_relay=self.relay,
                verifier=verifier,
                stream=self.stream,
                counters=counters,
            ),
            counters=counters,
        )
        self._endpoint = SocketEndpoint(
            settings=EndpointSettings(
                allowed_origins=(),
                max_connections=100,
                max_frame_bytes=64 * 1024,
                outbox_max_bytes=OUTBOX_BYTES,
                heartbeat_seconds=30,
                command_deadline_seconds=10,
                socket_limits=SOCKET_LIMITS,
            ),
            around=around,
            verifier=verifier,
            limits=LimitsByUser(RATES),
            pulse=Pulse(connections=lambda: self.hub, heartbeat_seconds=30),
            draining=lambda: False,
        )
        self.ask_heads()

    def open(self, user: str, wire: Wire) -> Connection | None:
        """A socket that passed the handshake; None while the stream has not started."""
        if not self.stream.started:
            return None
        principal = Principal(user_id=user, expires_at=datetime(2099, 1, 1, tzinfo=UTC))
        # The part of `handle` that does no I/O; there is no HTTP here, so that its answer is empty.
        return self._endpoint._open(principal, wire, answer=b"")

    def ask_heads(self) -> None:
        """As the follower does when it polls."""
        heads = reference_answers.heads(self._reference)
        if not self.stream.started:
            self.stream.start(heads)
            return
        try:
            self.stream.check_heads(heads, asked_at=self.stream.heads())
        except PositionLost:
            self._lose_position()

    def read_log(self, shard: int, limit: int) -> None:
        """As the follower does to fill a hole: one page of the log."""
        gap = self.stream.gaps.get(shard)
        if gap is None:
            return
        life = self._reference.life
        if gap.after < life.floors[shard]:
            self._lose_position()
            return
        batches = life.shards[shard]
        page = list(enumerate(batches[gap.after : gap.after + limit], start=gap.after + 1))
        try:
            self.stream.fill(shard, after=gap.after, epoch=life.epoch, head=len(batches), batches=page)
        except PositionLost:
            self._lose_position()

    def end(self) -> None:
        """The process is killed."""
        self.lookups.abandon()

    def _lose_position(self) -> None:
        self.stream.stop()
        for connection in self.hub:
            connection.close(CloseCode.RESYNC_REQUIRED)


def _unavailable() -> object:
    raise ConversationsUnavailable
