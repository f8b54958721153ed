"""Figures: a flat mapping of names to numbers. A name is `subject.what_unit`; its end says which way is better."""

from collections.abc import Mapping
from enum import Enum

Figures = dict[str, float]


class Better(Enum):
    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"
    """It describes the run: how many sockets there were, how many messages."""


_BY_ENDING: Mapping[str, Better] = {
    "_per_second": Better.HIGHER,
    "_percent_less": Better.HIGHER,
    "_percent_of_target": Better.HIGHER,
    "_ms": Better.LOWER,
    "_us": Better.LOWER,
    "_us_per_message": Better.LOWER,
    "_us_per_socket": Better.LOWER,
    "_us_per_message_per_replica": Better.LOWER,
    "_seconds": Better.LOWER,
    "_cores": Better.LOWER,
    "_kib": Better.LOWER,
    "_kib_per_socket": Better.LOWER,
    "_kib_per_idle_socket": Better.LOWER,
    "_bytes": Better.LOWER,
    "_bytes_per_message": Better.LOWER,
    "_ratio": Better.LOWER,
    "_errors": Better.LOWER,
    "_count": Better.NEITHER,
}


def better(name: str) -> Better:
    """By the longest known ending of the name. Raises ValueError when it has none, so that no unit is forgotten."""
    endings = [ending for ending in _BY_ENDING if name.endswith(ending)]
    if not endings:
        raise ValueError(f"the figure {name!r} ends in no known unit: {', '.join(_BY_ENDING)}")
    return _BY_ENDING[max(endings, key=len)]
