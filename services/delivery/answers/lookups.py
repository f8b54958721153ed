"""Requests that need data from elsewhere: one short task each, bounded in number."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeVar

import structlog

from chassis.auth.refusals import Refusals
from chassis.auth.tokens import TokenVerifier
from chassis.problems import Forbidden, Problem
from chassis.refusal_reasons import Reason
from chassis.tasks import BackgroundTasks
from contracts.generated.models import Authenticate, JoinConversation, Participants, Resume, Typing
from services.delivery.answers.membership import Memberships, People
from services.delivery.answers.resume import Conversations, Resumer
from services.delivery.answers.typing_relay import TypingRelay
from services.delivery.log.stream import LogStream
from services.delivery.log.sync_token import MalformedToken, Positions
from services.delivery.metrics import Counters
from services.delivery.upstream.conversations_client import (
    ConversationNotFound,
    ConversationsClient,
    ConversationsUnavailable,
    ResyncRequired,
)
from services.delivery.wire import server_frames
from services.delivery.wire.client_frames import echo_of_frame
from services.delivery.wire.errors import SENTENCES, FieldFault, FrameError
from services.delivery.wire.in_flight import Ticket

MAX_OPEN = 10_000  # pending tasks per process, about 3 KB each

FrameT = TypeVar("FrameT", JoinConversation, Resume, Authenticate, Typing)

log = structlog.get_logger(__name__)


class Asker(Protocol):
    """The socket that sent a request."""

    @property
    def id(self) -> str: ...

    @property
    def user_id(self) -> str: ...

    @property
    def positions(self) -> Positions:
        """The positions at which the socket joined the live stream."""

    def open_lookup(self) -> Ticket | None:
        """None when the socket has too many open requests."""

    def join(self, conversation_id: str) -> bool:
        """View a conversation; False if the socket views too many already."""

    def extend(self, expires_at: datetime) -> None:
        """Extend the session to `expires_at`."""

    def reply(self, kind: str, frame: bytes) -> None: ...

    def refuse(self, error: FrameError) -> None: ...


class Lookups:
    """Answers `join`, `resume` and `authenticate`, and looks up the recipient of a `typing`."""

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
        counters: Counters,
    ) -> None:
        self._tasks = tasks
        self._client = client
        self._memberships = memberships
        self._resumer = resumer
        self._typing_relay = typing_relay
        self._verifier = verifier
        self._refusals = refusals
        self._stream = stream
        self._counters = counters
        self._open = 0

    @property
    def open(self) -> int:
        """Number of requests not answered yet."""
        return self._open

    def join(self, asker: Asker, frame: JoinConversation) -> None:
        self._start(asker, frame, self._join)

    def authenticate(self, asker: Asker, frame: Authenticate) -> None:
        self._start(asker, frame, self._authenticate)

    def resume(self, asker: Asker, frame: Resume) -> None:
        """Answer immediately from memory if it reaches back far enough."""
        try:
            found = self._resumer.from_memory(asker.user_id, frame.token, asker.positions)
        except (MalformedToken, ResyncRequired) as error:
            asker.refuse(_explain(error, frame))
            return
        if found is None:
            self._start(asker, frame, self._resume_from_database)
        else:
            self._resumed(asker, frame, found, source="memory")

    def typing(self, asker: Asker, frame: Typing) -> None:
        """Failures are ignored: typing notices are best effort."""
        people = self._memberships.get(str(frame.conversation_id))
        if people is not None:
            self._relay(asker, frame, people)
        elif (ticket := asker.open_lookup()) is not None:
            self._start_with(ticket, asker, frame, self._look_up_and_relay)

    def _start(self, asker: Asker, frame: FrameT, answer: Callable[[Asker, FrameT], Awaitable[None]]) -> None:
        ticket = asker.open_lookup()
        if ticket is None:
            asker.refuse(FrameError("overloaded", echo_of_frame(frame)))
        else:
            self._start_with(ticket, asker, frame, answer)

    def _start_with(
        self, ticket: Ticket, asker: Asker, frame: FrameT, answer: Callable[[Asker, FrameT], Awaitable[None]]
    ) -> None:
        if self._open >= MAX_OPEN:
            ticket.close()
            asker.refuse(FrameError("overloaded", echo_of_frame(frame)))
            return
        self._open += 1
        self._tasks.start_once(f"lookup.{frame.type}", self._run(ticket, asker, frame, answer))

    async def _run(
        self, ticket: Ticket, asker: Asker, frame: FrameT, answer: Callable[[Asker, FrameT], Awaitable[None]]
    ) -> None:
        try:
            await answer(asker, frame)
        except Exception as error:
            asker.refuse(self._explain(asker, error, frame))
        finally:
            self._open -= 1
            ticket.close()

    async def _join(self, asker: Asker, frame: JoinConversation) -> None:
        conversation_id = str(frame.conversation_id)
        participants, people = await self._participants(conversation_id, asker)
        if not people.includes(asker.user_id):
            raise ConversationNotFound
        if not asker.join(conversation_id):
            asker.refuse(FrameError("overloaded", echo_of_frame(frame)))
            return
        asker.reply("joined", _joined(participants, people, asker.user_id, frame.ref))

    async def _authenticate(self, asker: Asker, frame: Authenticate) -> None:
        principal = await self._verifier.verify(frame.access_token)
        if principal.user_id != asker.user_id:
            raise Forbidden(code="user_mismatch", reason=Reason.ANOTHER_USER)
        asker.extend(principal.expires_at)
        authenticated = server_frames.authenticated(session_expires_at=principal.expires_at, ref=frame.ref)
        asker.reply("authenticated", authenticated)

    async def _resume_from_database(self, asker: Asker, frame: Resume) -> None:
        found = await self._resumer.from_database(asker.user_id, frame.token, asker.positions)
        self._resumed(asker, frame, found, source="sql")

    def _resumed(self, asker: Asker, frame: Resume, found: Conversations, *, source: str) -> None:
        """With this frame the client is up to date: later events were sent over the live stream."""
        self._counters.resumes[source] += 1
        token = self._stream.positions.token()
        asker.reply("resumed", server_frames.resumed(found, token=token, ref=frame.ref))

    async def _look_up_and_relay(self, asker: Asker, frame: Typing) -> None:
        conversation_id = str(frame.conversation_id)
        try:
            _, people = await self._participants(conversation_id, asker)
        except (ConversationNotFound, ConversationsUnavailable):
            self._counters.typing_dropped += 1
            return
        self._relay(asker, frame, people)

    async def _participants(self, conversation_id: str, asker: Asker) -> tuple[Participants, People]:
        asked = self._memberships.asking()
        participants = await self._client.participants(conversation_id, asker.user_id)
        return participants, self._memberships.learn(participants, asked=asked)

    def _explain(
        self, asker: Asker, error: Exception, frame: JoinConversation | Resume | Authenticate | Typing
    ) -> FrameError:
        """The `error` frame for a failed request; the reason for refusing a token is logged and counted."""
        refusal = _explain(error, frame)
        if not isinstance(error, Problem) or error.reason is None:
            return refusal
        log.info("token.refused", connection_id=asker.id, user_id=asker.user_id, reason=error.reason.value)
        explanation = self._refusals.note(error.reason)
        if explanation is None:
            return refusal
        return replace(refusal, message=f"{SENTENCES[refusal.code]} {explanation}")

    def _relay(self, asker: Asker, frame: Typing, people: People) -> None:
        if people.can_write and people.includes(asker.user_id):
            self._typing_relay.publish(
                conversation_id=str(frame.conversation_id),
                user_id=asker.user_id,
                is_typing=frame.is_typing is not False,
                recipient=people.counterpart_of(asker.user_id),
            )


_CODES: Mapping[type[Exception], str] = {
    ConversationNotFound: "conversation_not_found",
    ConversationsUnavailable: "unavailable",
    ResyncRequired: "resync_required",
}


def _explain(error: Exception, frame: JoinConversation | Resume | Authenticate | Typing) -> FrameError:
    """The `error` frame for a failed request; unexpected errors are logged."""
    echo = echo_of_frame(frame)
    if isinstance(error, MalformedToken):
        return FrameError("invalid_request", echo, (FieldFault("token", str(error)),))
    if isinstance(error, Problem):
        return FrameError(error.code if error.code in SENTENCES else "unavailable", echo)
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
