"""Positions as ranges."""

from hypothesis import given
from hypothesis import strategies as st

from services.conversations.store.publications import ranges


def test_adjacent_ranges_merge() -> None:
    assert ranges([4, 3, 9, 3]) == "{[3,5),[9,10)}"
    assert ranges([]) == "{}"


@given(st.sets(st.integers(min_value=0, max_value=200)))
def test_the_ranges_hold_exactly_the_positions(positions: set[int]) -> None:
    text = ranges(positions)
    pairs = [part.strip("[)").split(",") for part in text.strip("{}").split("),") if part]
    held = [position for first, end in pairs for position in range(int(first), int(end))]
    assert held == sorted(positions)
