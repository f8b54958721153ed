"""Sync tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.delivery.log.sync_token import EventPosition, MalformedToken, Positions

places = st.dictionaries(
    st.integers(0, 1023),
    st.builds(EventPosition, st.integers(0, 2**53 - 1), st.integers(0, 1023)),
    min_size=1,
    max_size=16,
)


@given(st.from_regex(r"\A[A-Za-z0-9_]{1,32}\Z"), places)
def test_a_token_reads_back_as_what_it_was(epoch: str, where: dict[int, EventPosition]) -> None:
    """Shards in any order, one canonical text."""
    positions = Positions(epoch, where)
    assert Positions.from_token(positions.token()) == positions


@pytest.mark.parametrize(
    "token",
    [
        *("", "e1", "e1.", "e1.0", "e1.0-1", "e1.0-1-1024", "e1.0-1-1.0-2-0", "e1.0-1-1.", "e1.a-1-1", "e1.0--1-1"),
        *(".0-1-1", "e1.0-1-1\n", "e1.0-¹-1", "e1.0-" + "9" * 17 + "-0", "e-1.0-1-1", "x" * 33 + ".0-1-1"),
    ],
)
def test_anything_else_is_a_malformed_token(token: str) -> None:
    """Strictly: what is not ours is told so."""
    with pytest.raises(MalformedToken):
        Positions.from_token(token)


def test_positions_compare_in_log_order() -> None:
    """By batch, then by event."""
    assert EventPosition(2, 0) > EventPosition(1, 1023)
    assert EventPosition(2, 1) > EventPosition(2, 0)
