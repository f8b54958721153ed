"""Finds the invalid fields of a JSON text that the strict parser rejected."""

import json
from collections.abc import Iterator
from typing import Any

HALF_A_PAIR = "Has half of a surrogate pair, which is not a Unicode character"
_MAX_FIELD = 200  # characters; the bound of FieldError in the contracts
_UNENCODABLE = "\ufffd"


def unpaired_surrogates(text: str | bytes) -> list[str]:
    r"""The members of a JSON object with an escape like `\ud83d` that has no partner, as dotted paths.

    RFC 8259 allows such a text, so a client can send one by accident: by cutting a text between the two halves of an
    emoji. Empty if the text is invalid for another reason.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return list(dict.fromkeys(_ill_formed_members(document))) if isinstance(document, dict) else []


def is_well_formed(text: str) -> bool:
    """Whether the text is well-formed Unicode, so that it can be encoded."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _ill_formed_members(document: dict[str, Any]) -> Iterator[str]:
    """Not recursive, because the sender controls the nesting."""
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            if not is_well_formed(value):
                yield path
        elif isinstance(value, dict | list):
            members = value.items() if isinstance(value, dict) else enumerate(value)
            for name, member in members:
                inner = _joined(path, str(name))
                if not is_well_formed(str(name)):
                    yield inner
                waiting.append((inner, member))


def _joined(path: str, name: str) -> str:
    printable = "".join(character if is_well_formed(character) else _UNENCODABLE for character in name[:_MAX_FIELD])
    return f"{path}.{printable}"[:_MAX_FIELD] if path else printable
