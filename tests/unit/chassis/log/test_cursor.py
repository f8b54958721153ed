"""The cursor puts batches in order whatever happens to them on the way."""

from hypothesis import given
from hypothesis import strategies as st

from chassis.log import cursor as log_cursor
from chassis.log.cursor import Gap, ShardCursor


@given(st.integers(0, 5), st.permutations(range(1, 9)), st.lists(st.integers(1, 8)))
def test_every_batch_comes_out_once_and_in_order(start: int, arrivals: list[int], repeats: list[int]) -> None:
    """In any order, with any repeats, from any position."""
    cursor: ShardCursor[str] = ShardCursor(start)
    out = [ready for pos in [*repeats, *arrivals] for ready in cursor.feed(pos, f"batch {pos}")]
    assert out == [(pos, f"batch {pos}") for pos in range(start + 1, 9)]
    assert cursor.position == 8
    assert cursor.gap is None
    assert cursor.lag == 0


@given(st.sets(st.integers(1, 12)), st.integers(0, 14))
def test_filling_the_gap_repeatedly_loses_nothing(received: set[int], head: int) -> None:
    """The hole named is always what is missing next; once each is filled, all is there up to the highest known."""
    cursor: ShardCursor[int] = ShardCursor(0)
    out = [ready for pos in received for ready, _ in cursor.feed(pos, pos)]
    cursor.note(head)
    while (gap := cursor.gap) is not None:
        assert gap.after == cursor.position
        assert not received & set(range(gap.after + 1, gap.up_to + 1))
        out += [ready for ready, _ in cursor.feed(gap.after + 1, gap.after + 1)]
    assert out == list(range(1, max({head, *received}) + 1))


def test_known_batches_are_repeats() -> None:
    """Those given back, and those that wait."""
    cursor: ShardCursor[str] = ShardCursor(1)
    cursor.feed(3, "waits")
    assert [pos for pos in range(6) if cursor.is_repeat(pos)] == [0, 1, 3]


def test_a_beacon_alone_opens_a_gap() -> None:
    """A lost tail is seen."""
    cursor: ShardCursor[str] = ShardCursor(4)
    cursor.note(7)
    assert cursor.gap == Gap(4, 7)
    assert cursor.lag == 3


def test_an_older_beacon_changes_nothing() -> None:
    """Beacons may be late."""
    cursor: ShardCursor[str] = ShardCursor(4)
    cursor.note(2)
    assert cursor.gap is None


def test_the_log_is_authoritative_about_its_end() -> None:
    """What claimed to be beyond it is given back and forgotten."""
    cursor: ShardCursor[str] = ShardCursor(4)
    cursor.feed(6, "real")
    cursor.feed(900, "false")
    assert cursor.trust(6) == ["false"]
    assert cursor.gap == Gap(4, 5)
    assert not cursor.is_repeat(900)


def test_the_waiting_batches_are_bounded() -> None:
    """The rest is read from the log."""
    cursor: ShardCursor[int] = ShardCursor(0)
    for pos in range(2, log_cursor.MAX_HELD + 10):
        cursor.feed(pos, pos)
    assert [pos for pos, _ in cursor.feed(1, 1)] == list(range(1, log_cursor.MAX_HELD + 2))
    assert cursor.gap == Gap(log_cursor.MAX_HELD + 1, log_cursor.MAX_HELD + 9)
