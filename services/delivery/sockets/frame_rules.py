"""The protocol of one socket. Does no I/O: text and time in, decisions out.

An accepted frame is returned as its model, a rejected one as `Refused`, with the `error` frame to send and, for a
client that keeps sending such frames, the code to close with.
"""

from dataclasses import dataclass

from contracts.generated.catalogues import CloseCode
from contracts.generated.models import ClientFrame, Typing
from services.delivery.upstream.commands import COMMANDS
from services.delivery.wire.client_frames import CommandFrame, echo_of_frame, read_frame
from services.delivery.wire.errors import Echo, FrameError
from services.delivery.wire.in_flight import Ticket, Tickets
from services.delivery.wire.request_ids import echo_of
from services.delivery.wire.user_limits import LimitsByUser, Tally

WINDOW_SECONDS = 10.0  # window for counting invalid and rate-limited frames
MAX_LOOKUPS = 16  # open joins, resumes and other requests per socket
MAX_JOINED = 100  # conversations viewed per socket; a page shows one
TYPING_PAUSE_SECONDS = 2.0  # a `typing` repeated within this is dropped


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """The limits of one socket."""

    bad_frames: int
    refused_frames: int
    in_flight_commands: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A rejected frame."""

    error: FrameError
    close: CloseCode | None = None


class SocketProtocol:
    """The protocol state of one socket."""

    __slots__ = (
        "_bad_frames",
        "_limits",
        "_refusals",
        "_typing_sent",
        "_user_id",
        "_users",
        "commands",
        "joined",
        "lookups",
    )

    def __init__(self, *, user_id: str, limits: SocketLimits, users: LimitsByUser) -> None:
        self._user_id = user_id
        self._limits = limits
        self._users = users
        self._bad_frames: Tally | None = None  # most sockets never need one
        self._refusals: Tally | None = None
        self._typing_sent: dict[str, float] | None = None
        self.joined: set[str] | None = None
        """Conversations that this socket views."""
        self.commands = Tickets(limits.in_flight_commands)
        self.lookups = Tickets(MAX_LOOKUPS)

    def receive_text(self, text: str, now: float) -> ClientFrame | Refused:
        """Accept or reject one text frame."""
        if wait := self._users.take_frame(self._user_id, now):
            return self._too_fast(wait, echo_of(text), now)
        frame = read_frame(text)
        return self._bad(frame, now) if isinstance(frame, FrameError) else frame

    def receive_binary(self, payload: bytes, now: float) -> Refused:
        """Reject a binary frame: the protocol has none."""
        echo = echo_of(payload.decode(errors="replace"))
        error = FrameError("invalid_request", echo, message="Frames are text: JSON in UTF-8.")
        return self._bad(error, now)

    def receive_control(self, now: float) -> Refused | None:
        """Count a WebSocket ping or pong: it costs as much as any other frame."""
        wait = self._users.take_frame(self._user_id, now)
        return self._too_fast(wait, Echo(), now) if wait else None

    def admit_command(self, frame: CommandFrame, now: float) -> Ticket | Refused:
        """Admit one more command in flight, if the limits allow; its ticket is closed with its answer."""
        ticket = self.commands.open()
        if ticket is None:
            return Refused(FrameError("overloaded", echo_of_frame(frame)))
        if not COMMANDS[frame.type].is_message:
            return ticket
        if wait := self._users.admit_message(self._user_id, now):
            ticket.close()
            return self._too_fast(wait, echo_of_frame(frame), now)
        if self._typing_sent:
            self._typing_sent.pop(str(frame.conversation_id), None)  # sending a message ends typing
        return ticket

    def message_not_logged(self, now: float) -> None:
        """A message admitted here will not appear in the log."""
        self._users.message_not_logged(self._user_id, now)

    def passes_on(self, frame: Typing, now: float) -> bool:
        """Whether this `typing` is passed on, or dropped as a repeat."""
        sent = self._typing_sent = {} if self._typing_sent is None else self._typing_sent
        conversation_id = str(frame.conversation_id)
        if frame.is_typing is False:
            return sent.pop(conversation_id, None) is not None
        if now - sent.get(conversation_id, float("-inf")) < TYPING_PAUSE_SECONDS:
            return False
        if len(sent) >= MAX_JOINED:
            sent.clear()
        sent[conversation_id] = now
        return True

    def join(self, conversation_id: str) -> bool:
        """View a conversation; False if the socket views too many already."""
        joined = self.joined = set() if self.joined is None else self.joined
        if len(joined) >= MAX_JOINED and conversation_id not in joined:
            return False
        joined.add(conversation_id)
        return True

    def leave(self, conversation_id: str) -> None:
        if self.joined is not None:
            self.joined.discard(conversation_id)

    def looks_at(self, conversation_id: str) -> bool:
        return self.joined is not None and conversation_id in self.joined

    def _bad(self, error: FrameError, now: float) -> Refused:
        if self._bad_frames is None:
            self._bad_frames = Tally(most=self._limits.bad_frames, seconds=WINDOW_SECONDS)
        return Refused(error, CloseCode.TOO_MANY_BAD_FRAMES if self._bad_frames.add(now) else None)

    def _too_fast(self, wait: float, echo: Echo, now: float) -> Refused:
        if self._refusals is None:
            self._refusals = Tally(most=self._limits.refused_frames, seconds=WINDOW_SECONDS)
        error = FrameError("rate_limited", echo, retry_after_ms=int(wait * 1000) + 1)
        return Refused(error, CloseCode.FLOODING if self._refusals.add(now) else None)
