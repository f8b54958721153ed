"""The kinds of frames, logged events, commands and results, as the generated unions list them."""

from typing import Any, get_args

from contracts.generated import models


def _values(union: Any, discriminator: str) -> tuple[str, ...]:
    members, *_ = get_args(union.__value__)
    return tuple(member.model_fields[discriminator].default for member in get_args(members))


CLIENT_FRAMES = _values(models.ClientFrame, "type")
LOGGED_EVENTS = _values(models.LogEvent, "type")
COMMANDS = _values(models.Command, "kind")
RESULT_STATUSES = _values(models.CommandResult, "status")
