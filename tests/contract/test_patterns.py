"""Patterns mean the same in every engine: ECMA-262 (web/src/contracts/patterns.test.ts), Python's, and pydantic's."""

import re
import sys
import unicodedata
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from contracts.generated import models
from contracts.schemas import bundle

VISIBLE_TEXTS = ("MessageText", "PersonName", "ItemTitle")
TYPES = bundle()["$defs"]
# Format characters that show: they are written around the digits that follow.
PREPENDED_MARKS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
EMPTY_GLYPHS = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159\U00016fe4")  # letters and symbols without ink
SHORTER_THAN_A_PATTERN = ("a", "0", "A", "USD", "12.50", "abc", "/", "https://shop.example/x", "not_found")


def characters() -> Iterator[str]:
    return (chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF)


def is_invisible(character: str) -> bool:
    """As any engine or Unicode itself has it."""
    blank = character.isspace() or re.match(r"\s", character) is not None or character in EMPTY_GLYPHS
    return blank or (
        unicodedata.category(character) in {"Cc", "Cf", "Zs", "Zl", "Zp"} and character not in PREPENDED_MARKS
    )


def patterns(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from patterns(item)
    elif isinstance(node, dict):
        if isinstance(node.get("pattern"), str):
            yield node["pattern"]
        for value in node.values():
            yield from patterns(value)


ALL_PATTERNS = sorted(set(patterns(TYPES)))


def test_every_user_text_has_the_same_definition_of_blank() -> None:
    """JSON Schema cannot share a character class, so each type spells it out."""
    assert len({TYPES[name]["pattern"] for name in VISIBLE_TEXTS}) == 1


def test_every_invisible_character_alone_is_refused_by_every_engine() -> None:
    """All of Unicode, one by one."""
    pattern = re.compile(TYPES["MessageText"]["pattern"])
    message: TypeAdapter[str] = TypeAdapter(models.MessageText)
    for character in characters():
        accepted = pattern.search(character) is not None
        assert not (accepted and is_invisible(character)), ascii(character)
        assert accepted or is_invisible(character) or unicodedata.category(character) in {"Mn", "Cn"}, ascii(character)
        assert accepted == _accepts(message, character), ascii(character)


@pytest.mark.parametrize("name", VISIBLE_TEXTS)
@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        (" \u200b\u00a0\ufeff\u2060\u3164", False),
        ("\ufe0f\u200d\ufe0f", False),
        ("\U000e0067\U000e0062\U000e007f", False),
        ("a\u0000", False),
        ("\u0000a", False),
        ("👩\u200d👩\u200d👧", True),
        ("\u2764\ufe0f", True),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", True),
        ("\u200b\n.\n\u200b", True),
        ("\u0301", True),
        ("می\u200cخواهم", True),
    ],
)
def test_one_visible_character_makes_a_text(name: str, text: str, *, accepted: bool) -> None:
    """Joiners, selectors and tags are part of it then."""
    assert (re.search(TYPES[name]["pattern"], text) is not None) == accepted
    assert _accepts(TypeAdapter(getattr(models, name)), text) == accepted


@pytest.mark.parametrize("pattern", ALL_PATTERNS)
def test_a_pattern_uses_nothing_that_engines_read_differently(pattern: str) -> None:
    r"""`\s`, `\d`, `\w`, `\b` and `.` differ; both ends are anchored."""
    assert re.search(r"\\[sSdDwWbBpPzZ]", pattern) is None
    assert "." not in re.sub(r"\\\.|\[[^\]]*\]", "", pattern)
    assert (pattern[0], pattern[-1]) == ("^", "$")


@pytest.mark.parametrize("pattern", ALL_PATTERNS)
def test_patterns_match_to_the_very_end(pattern: str) -> None:
    """`$` of Python's engine also matches before a final line break; that of the contracts does not."""
    adapter: TypeAdapter[str] = TypeAdapter(_constrained(pattern))
    accepted = [text for text in SHORTER_THAN_A_PATTERN if _accepts(adapter, text)]
    free_text = re.search(pattern, "a\nb") is not None
    assert free_text or not any(_accepts(adapter, text + "\n") for text in accepted)


def _constrained(pattern: str) -> Any:
    return Annotated[str, Field(pattern=pattern)]


def _accepts(adapter: TypeAdapter[Any], text: str) -> bool:
    try:
        adapter.validate_python(text)
    except ValidationError:
        return False
    return True
