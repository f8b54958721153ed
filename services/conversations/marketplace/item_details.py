"""An item's pictures and description in the one form in which they are stored. Does no I/O."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from pydantic import TypeAdapter

from contracts.generated import models as contract

_VISIBLE = re.compile(TypeAdapter(contract.MessageText).json_schema()["pattern"])  # anything that shows


@dataclass(frozen=True, slots=True)
class Pictures:
    """The cover and the pictures after it: no picture twice, and none after a missing cover."""

    cover: str | None
    more: tuple[str, ...]

    @classmethod
    def of(cls, cover: str | None, more: Iterable[str]) -> Self:
        """As a marketplace sent them: without a cover, the first of the others becomes it."""
        in_order = dict.fromkeys(more) if cover is None else dict.fromkeys((cover, *more))
        first, *rest = in_order or [None]
        return cls(first, tuple(url for url in rest if url is not None))


def plain_text(description: str | None) -> str | None:
    """With `\\n` at the end of each line and no blank around it; None if nothing of it shows."""
    if description is None:
        return None
    text = description.replace("\r\n", "\n").replace("\r", "\n").strip()
    return text if _VISIBLE.match(text) else None
