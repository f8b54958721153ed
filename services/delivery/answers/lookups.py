"""Frames that need an answer from elsewhere before they can be answered: one short task each, bounded."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TypeVar

import structlog

from chassis.auth.reasons import Reason
from chassis.auth.refusals import Refusals
from chassis.auth.tokens import TokenVerifier
from chassis.http.problems import Forbidden, Problem
from chassis.tasks import BackgroundTasks
from contracts.generated.models import Authenticate, JoinConversation, Participants, Resume, Typing
from services.delivery.answers.membership import Memberships, People
from services.delivery.answers.resume import Conversations, Resumer
from services.delivery.answers.typing_relay import TypingRelay
from services.delivery.log.positions import MalformedToken
from services.delivery.log.stream import LogStream
from services.delivery.metrics import Figures
from services.delivery.sockets.connection import Connection
from services.delivery.upstream.conversations_client import (
    ConversationNotFound,
    ConversationsClient,
    ConversationsUnavailable,
    ResyncRequired,
)
from services.delivery.wire import server_frames
from services.delivery.wire.errors import MEANINGS, FieldFault, FrameError
from services.delivery.wire.protocol import MAX_LOOKUPS, echo_of_frame

MAX_OPEN = 10_000  # tasks of the process that wait for an answer, about 3 KB each

FrameT = TypeVar("FrameT", JoinConversation, Resume, Authenticate, Typing)

log = structlog.get_logger(__name__)


class Lookups:
    """Answers joins, resumes and fresh tokens, and finds out whom a `typing` is for."""

    def __init__(
        self,
        *,
        tasks: BackgroundTasks,
        client: ConversationsClient,
        memberships: Memberships,
        resumer: Resumer,
        typing_relay: TypingRelay,
        verifier: TokenVerifier,
        refusals: Refusals,
        stream: LogStream,
        figures: Figures,
    ) -> None:
        self._tasks = tasks
        self._client = client
        self._memberships = memberships
        self._resumer = resumer
        self._typing_relay = typing_relay
        self._verifier = verifier
        self._refusals = refusals
        self._stream = stream
        self._figures = figures
        self._open = 0

    @property
    def open(self) -> int:
        """Questions that are not answered yet."""
        return self._open

    def join(self, connection: Connection, frame: JoinConversation) -> None:
        self._start(connection, frame, self._join)

    def authenticate(self, connection: Connection, frame: Authenticate) -> None:
        self._start(connection, frame, self._authenticate)

    def resume(self, connection: Connection, frame: Resume) -> None:
        """At once from memory when that reaches back far enough."""
        try:
            found = self._resumer.from_memory(connection.user_id, frame.token, connection.positions)
        except (MalformedToken, ResyncRequired) as error:
            connection.protocol.lookups -= 1
            connection.refuse(_explain(error, frame))
            return
        if found is None:
            self._start(connection, frame, self._resume_from_database)
            return
        connection.protocol.lookups -= 1
        self._resumed(connection, frame, found, source="memory")

    def typing(self, connection: Connection, frame: Typing) -> None:
        """Nobody is told when it fails: it is only typing."""
        people = self._memberships.get(str(frame.conversation_id))
        if people is not None:
            self._relay(connection, frame, people)
        elif connection.protocol.lookups < MAX_LOOKUPS:
            connection.protocol.lookups += 1
            self._start(connection, frame, self._look_up_and_relay)

    def _start(
        self, connection: Connection, frame: FrameT, answer: Callable[[Connection, FrameT], Awaitable[None]]
    ) -> None:
        if self._open >= MAX_OPEN:
            connection.protocol.lookups -= 1
            connection.refuse(FrameError("overloaded", echo_of_frame(frame)))
            return
        self._open += 1
        self._tasks.start_once(f"lookup.{frame.type}", self._run(connection, frame, answer))

    async def _run(
        self, connection: Connection, frame: FrameT, answer: Callable[[Connection, FrameT], Awaitable[None]]
    ) -> None:
        try:
            await answer(connection, frame)
        except Exception as error:
            connection.refuse(self._explain(connection, error, frame))
        finally:
            self._open -= 1
            connection.protocol.lookups -= 1

    async def _join(self, connection: Connection, frame: JoinConversation) -> None:
        conversation_id = str(frame.conversation_id)
        participants = await self._client.participants(conversation_id, connection.user_id)
        people = self._memberships.learn(participants)
        if not people.includes(connection.user_id):
            raise ConversationNotFound
        if not connection.protocol.join(conversation_id):
            connection.refuse(FrameError("overloaded", echo_of_frame(frame)))
            return
        connection.reply("joined", _joined(participants, people, connection.user_id, frame.ref))

    async def _authenticate(self, connection: Connection, frame: Authenticate) -> None:
        principal = await self._verifier.verify(frame.access_token)
        if principal.user_id != connection.user_id:
            raise Forbidden(code="user_mismatch", reason=Reason.ANOTHER_USER)
        connection.expires_at = principal.expires_at.timestamp()
        connection.reply("authenticated", server_frames.authenticated(expires_at=principal.expires_at, ref=frame.ref))

    async def _resume_from_database(self, connection: Connection, frame: Resume) -> None:
        found = await self._resumer.from_database(connection.user_id, frame.token, connection.positions)
        self._resumed(connection, frame, found, source="sql")

    def _resumed(self, connection: Connection, frame: Resume, found: Conversations, *, source: str) -> None:
        """With this frame the client has all there is: the live stream has brought what came meanwhile."""
        self._figures.resumes[source] += 1
        token = self._stream.positions.token()
        connection.reply("resumed", server_frames.resumed(found, token=token, ref=frame.ref))

    async def _look_up_and_relay(self, connection: Connection, frame: Typing) -> None:
        conversation_id = str(frame.conversation_id)
        try:
            participants = await self._client.participants(conversation_id, connection.user_id)
        except (ConversationNotFound, ConversationsUnavailable):
            self._figures.typing_dropped += 1
            return
        self._relay(connection, frame, self._memberships.learn(participants))

    def _explain(
        self, connection: Connection, error: Exception, frame: JoinConversation | Resume | Authenticate | Typing
    ) -> FrameError:
        """The `error` frame for what went wrong; why a token was refused is logged and counted."""
        refusal = _explain(error, frame)
        if not isinstance(error, Problem) or error.reason is None:
            return refusal
        log.info("token.refused", connection_id=connection.id, user_id=connection.user_id, reason=error.reason.value)
        explanation = self._refusals.note(error.reason)
        if explanation is None:
            return refusal
        return replace(refusal, message=f"{MEANINGS[refusal.code].sentence} {explanation}")

    def _relay(self, connection: Connection, frame: Typing, people: People) -> None:
        if people.can_write and people.includes(connection.user_id):
            self._typing_relay.publish(
                conversation_id=str(frame.conversation_id),
                user_id=connection.user_id,
                is_typing=frame.is_typing is not False,
                recipient=people.counterpart_of(connection.user_id),
            )


_CODES: Mapping[type[Exception], str] = {
    ConversationNotFound: "conversation_not_found",
    ConversationsUnavailable: "unavailable",
    ResyncRequired: "resync_required",
}


def _explain(error: Exception, frame: JoinConversation | Resume | Authenticate | Typing) -> FrameError:
    """The `error` frame for what went wrong; what nobody expected is logged."""
    echo = echo_of_frame(frame)
    if isinstance(error, MalformedToken):
        return FrameError("invalid_request", echo, (FieldFault("token", str(error)),))
    if isinstance(error, Problem):
        return FrameError(error.code if error.code in MEANINGS else "unavailable", echo)
    code = _CODES.get(type(error))
    if code is None:
        log.error("lookup.failed", type=frame.type, exc_info=error)
        code = "internal_error"
    return FrameError(code, echo)


def _joined(participants: Participants, people: People, user_id: str, ref: str | None) -> bytes:
    mine, theirs = participants.buyer_last_read_seq, participants.seller_last_read_seq
    if user_id == people.seller_id:
        mine, theirs = theirs, mine
    return server_frames.joined(
        conversation_id=str(participants.conversation_id),
        counterpart_id=people.counterpart_of(user_id),
        last_seq=participants.last_seq,
        last_read_seq=mine,
        counterpart_last_read_seq=theirs,
        ref=ref,
    )
