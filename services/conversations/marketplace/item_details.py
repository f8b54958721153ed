"""Normalizes an item's pictures and description for storage. Does no I/O."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from pydantic import TypeAdapter

from contracts.generated import models as contract

_VISIBLE = re.compile(TypeAdapter(contract.MessageText).json_schema()["pattern"])  # any visible character


@dataclass(frozen=True, slots=True)
class Pictures:
    """The cover and further pictures, without duplicates; no further pictures without a cover."""

    cover: str | None
    more: tuple[str, ...]

    @classmethod
    def of(cls, cover: str | None, more: Iterable[str]) -> Self:
        """Normalize the pictures a marketplace sent: without a cover, the first of the others becomes it."""
        in_order = dict.fromkeys(more) if cover is None else dict.fromkeys((cover, *more))
        first, *rest = in_order or [None]
        return cls(first, tuple(url for url in rest if url is not None))


def plain_text(description: str | None) -> str | None:
    """With `\\n` line ends and no surrounding white space; None if nothing in it is visible."""
    if description is None:
        return None
    text = description.replace("\r\n", "\n").replace("\r", "\n").strip()
    return text if _VISIBLE.match(text) else None
