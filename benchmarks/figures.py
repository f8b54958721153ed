"""Figures: a flat mapping of names to numbers. A name is `subject.what_unit`; its end says which way is better."""

from collections.abc import Mapping, Sequence
from enum import Enum

Figures = dict[str, float]


class Better(Enum):
    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"
    """It describes the run: how many sockets there were, how many messages."""


_ENDINGS: Mapping[Better, Sequence[str]] = {
    Better.HIGHER: ("_per_second", "_percent_less", "_percent_of_target"),
    Better.LOWER: (
        *("_ms", "_us", "_us_per_message", "_us_per_socket", "_us_per_message_per_replica", "_seconds", "_cores"),
        *("_kib", "_kib_per_socket", "_kib_per_idle_socket", "_bytes", "_bytes_per_message", "_ratio", "_errors"),
    ),
    Better.NEITHER: ("_count",),
}
_BY_ENDING = {ending: way for way, endings in _ENDINGS.items() for ending in endings}


def better(name: str) -> Better:
    """By the longest known ending of the name. Raises ValueError when it has none, so that no unit is forgotten."""
    endings = [ending for ending in _BY_ENDING if name.endswith(ending)]
    if not endings:
        raise ValueError(f"the figure {name!r} ends in no known unit: {', '.join(_BY_ENDING)}")
    return _BY_ENDING[max(endings, key=len)]
