"""Whatever order, repeats and losses batches arrive in, each comes out once and in order."""

from hypothesis import given
from hypothesis import strategies as st

from services.delivery.cursor import MAX_HELD, Cursor, Hole

LENGTH = 8


@given(st.permutations(range(1, LENGTH + 1)), st.lists(st.integers(1, LENGTH)))
def test_any_order_with_any_repeats_comes_out_once_and_in_order(order: list[int], repeats: list[int]) -> None:
    """Nothing is missing at the end, so no hole is left."""
    cursor: Cursor[str] = Cursor(0)
    out = [ready for pos in order + repeats for ready in cursor.feed(pos, f"batch {pos}")]
    assert out == [(pos, f"batch {pos}") for pos in range(1, LENGTH + 1)]
    assert cursor.hole is None
    assert cursor.lag == 0


@given(st.sets(st.integers(1, LENGTH), min_size=1), st.randoms())
def test_a_lost_batch_is_a_hole_until_it_is_filled(lost: set[int], random: object) -> None:
    """Filling hole after hole, as the log would, brings everything."""
    cursor: Cursor[int] = Cursor(0)
    out: list[int] = []
    arrived = [pos for pos in range(1, LENGTH + 1) if pos not in lost]
    random.shuffle(arrived)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    for pos in arrived:
        out += [batch for _, batch in cursor.feed(pos, pos)]
    cursor.note(LENGTH)
    while (hole := cursor.hole) is not None:
        assert hole.after == cursor.position
        assert set(range(hole.after + 1, hole.up_to + 1)) <= lost
        for pos in range(hole.after + 1, hole.up_to + 1):
            out += [batch for _, batch in cursor.feed(pos, pos)]
    assert out == list(range(1, LENGTH + 1))


def test_what_was_before_the_start_is_a_repeat() -> None:
    """A cursor begins behind a position, not at it."""
    cursor: Cursor[str] = Cursor(5)
    assert cursor.is_repeat(5)
    assert cursor.feed(5, "old") == []
    assert not cursor.is_repeat(6)
    assert cursor.feed(6, "new") == [(6, "new")]


def test_a_batch_that_waits_is_a_repeat_too() -> None:
    """It need not be parsed again."""
    cursor: Cursor[str] = Cursor(0)
    cursor.feed(2, "second")
    assert cursor.is_repeat(2)


def test_a_beacon_tells_of_a_lost_tail() -> None:
    """Without a later batch nothing else would."""
    cursor: Cursor[str] = Cursor(3)
    cursor.note(5)
    assert cursor.hole == Hole(3, 5)
    assert cursor.lag == 2


def test_a_beacon_of_the_past_says_nothing() -> None:
    """Beacons and batches travel separately."""
    cursor: Cursor[str] = Cursor(3)
    cursor.note(2)
    assert cursor.hole is None


def test_the_log_has_the_last_word_about_its_end() -> None:
    """A position from nowhere must not leave a hole that nobody can fill."""
    cursor: Cursor[str] = Cursor(3)
    cursor.feed(900, "made up")
    cursor.trust(3)
    assert cursor.hole is None
    assert cursor.feed(4, "real") == [(4, "real")]


def test_what_waits_is_bounded() -> None:
    """Beyond the bound a batch is known but not kept; it is read from the log later."""
    cursor: Cursor[int] = Cursor(0)
    last = MAX_HELD + 50
    for pos in range(2, last + 1):
        cursor.feed(pos, pos)
    out = [batch for _, batch in cursor.feed(1, 1)]
    assert out == list(range(1, MAX_HELD + 2))
    assert cursor.hole == Hole(MAX_HELD + 1, last)
