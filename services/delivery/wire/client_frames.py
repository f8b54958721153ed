"""Frames of clients: text in, a validated model or the reason for rejecting it out."""

from typing import Protocol
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from chassis.json_text import HALF_A_PAIR, unpaired_surrogates
from chassis.problems import sentence
from contracts.generated.models import ClientFrame
from services.delivery.wire.errors import Echo, FieldFault, FrameError
from services.delivery.wire.request_ids import echo_of

MAX_FAULTS = 20  # maximum number listed in one error frame


class CommandFrame(Protocol):
    """A frame with a command, which is about one conversation."""

    @property
    def type(self) -> str: ...

    @property
    def conversation_id(self) -> UUID: ...

    @property
    def ref(self) -> str | None: ...


_FRAMES: TypeAdapter[ClientFrame] = TypeAdapter(ClientFrame)


def read_frame(text: str) -> ClientFrame | FrameError:
    try:
        return _FRAMES.validate_json(text)
    except ValidationError as error:
        return _describe(error, text)


def echo_of_frame(frame: ClientFrame | CommandFrame) -> Echo:
    """The ids that an answer to this frame repeats."""
    conversation_id = getattr(frame, "conversation_id", None)
    return Echo(
        ref=frame.ref,
        conversation_id=None if conversation_id is None else str(conversation_id),
        client_message_id=getattr(frame, "client_message_id", None),
    )


def _describe(error: ValidationError, text: str) -> FrameError:
    details = error.errors(include_url=False, include_input=False, include_context=False)
    kind, echo = details[0]["type"], echo_of(text)
    if kind == "json_invalid":
        halves = tuple(FieldFault(field, HALF_A_PAIR) for field in unpaired_surrogates(text)[:MAX_FAULTS])
        return FrameError("invalid_request", echo, halves) if halves else FrameError("malformed_json", echo)
    if kind == "union_tag_invalid":
        return FrameError("unknown_frame_type", echo)
    if kind == "union_tag_not_found":
        return FrameError("invalid_request", echo, (FieldFault("type", "Field required"),))
    return FrameError("invalid_request", echo, tuple(_fault(detail) for detail in details[:MAX_FAULTS]))


def _fault(detail: ErrorDetails) -> FieldFault:
    """Drops the first part of the location: the frame's type, by which pydantic chose the model."""
    return FieldFault(".".join(str(part) for part in detail["loc"][1:]), sentence(detail))
