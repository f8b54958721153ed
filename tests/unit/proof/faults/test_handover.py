"""What is counted when sockets move."""

import pytest

from benchmarks.load.crowd import Move
from proof.faults.handover import HandOver, hand_overs

DRAINING = 4000


def moves(*closed_at: float, absence: float = 0.5) -> list[Move]:
    return [Move(at, DRAINING, at + absence) for at in closed_at]


def test_an_even_spread_has_no_burst() -> None:
    """40 sockets over 3.9 s: two or fewer within any tenth of a second."""
    even = HandOver(moves(*(number / 10 for number in range(40))))
    assert even.spread == pytest.approx(3.9)
    assert even.largest_burst <= 2 / 40
    assert even.busiest_second in (10, 11)  # back at the same pace


def test_a_cut_is_one_burst() -> None:
    """All at one moment, and all back at one moment."""
    cut = HandOver(moves(*[7.0] * 25))
    assert (cut.spread, cut.largest_burst, cut.busiest_second) == (0.0, 1.0, 25)


def test_a_burst_is_found_wherever_it_begins() -> None:
    """Not only in tenths of a second that are counted off from the first close."""
    assert HandOver(moves(0.0, 0.95, 1.02, 1.04, 2.0)).largest_burst == 3 / 5


def test_the_longest_absence_is_the_maximum_over_all_clients() -> None:
    """Not a mean, and not the whole time."""
    assert HandOver([*moves(0.0, 5.0), *moves(1.0, absence=2.5)]).longest_absence == 2.5


def test_silence_parts_one_end_from_the_next() -> None:
    """Two replicas that end one after the other are two hand-overs, in whatever order the moves were noted."""
    first, second = hand_overs([*moves(10.0, 10.5), *moves(0.0, 1.0, 2.0)])
    assert ([len(first.moves), len(second.moves)], first.spread) == ([3, 2], 2.0)


def test_without_moves_there_are_no_hand_overs() -> None:
    assert hand_overs([]) == []


def test_the_summary_contains_every_result() -> None:
    assert str(HandOver(moves(0.0, 2.0))) == (
        "2 sockets over 2.00 s, at most 50% within 0.1 s; back 1 in the busiest second, the last one after 0.50 s"
        " (close codes 4000: 2)"
    )
