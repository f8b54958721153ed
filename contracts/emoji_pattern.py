"""The pattern of `Emoji` in types.json, from Unicode's list: `python -m contracts.emoji_pattern` prints it.

The list is that of the package `emoji`, which only development needs. After an update of it, copy the new pattern to
types.json.
"""

import sys
from collections import defaultdict
from collections.abc import Collection
from functools import cache

import emoji

_INVISIBLE = "\u200d\u20e3\ufe0f"  # written as escapes, which every engine reads


def recommended() -> frozenset[str]:
    """Every emoji that Unicode recommends for general interchange, in its one fully-qualified form."""
    qualified = emoji.STATUS["fully_qualified"]
    return frozenset(each for each, data in emoji.EMOJI_DATA.items() if data["status"] == qualified)


def pattern() -> str:
    """Matches exactly one of them."""
    return f"^{_one_of(recommended())}$"


@cache
def _one_of(texts: frozenset[str]) -> str:
    """A pattern for these texts: alternatives by first character, those with the same continuations in one class."""
    continuations: dict[str, set[str]] = defaultdict(set)
    for text in texts - {""}:
        continuations[text[0]].add(text[1:])
    starts: dict[frozenset[str], set[str]] = defaultdict(set)
    for character, rest in continuations.items():
        starts[frozenset(rest)].add(character)
    choices = sorted((min(characters), _class(characters), rest) for rest, characters in starts.items())
    alternatives = [character + _one_of(rest) for _, character, rest in choices]
    if not alternatives:
        return ""
    is_one_character = len(choices) == 1 and choices[0][2] == {""}
    if "" not in texts:
        return alternatives[0] if len(alternatives) == 1 else f"(?:{'|'.join(alternatives)})"
    return (alternatives[0] if is_one_character else f"(?:{'|'.join(alternatives)})") + "?"


def _class(characters: Collection[str]) -> str:
    ranges: list[tuple[int, int]] = []
    for code in sorted(map(ord, characters)):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    if len(characters) == 1:
        return _written(ranges[0][0])
    return f"[{''.join(_range(first, last) for first, last in ranges)}]"


def _range(first: int, last: int) -> str:
    if first == last:
        return _written(first)
    return _written(first) + ("-" if last > first + 1 else "") + _written(last)


def _written(code: int) -> str:
    return f"\\u{code:04x}" if chr(code) in _INVISIBLE else chr(code)


if __name__ == "__main__":
    sys.stdout.write(pattern() + "\n")
