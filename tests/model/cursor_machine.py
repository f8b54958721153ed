"""A reader's place in one shard's log, against any order of pushes, lies, beacons and reads of the log."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis.log.cursor import ShardCursor

positions = st.integers(1, 30)


class Cursor(RuleBasedStateMachine):
    """What was given back is 1, 2, 3 … from the start on; what is missing is named; what waits is not lost."""

    @initialize(start=st.integers(0, 5), head=st.integers(0, 20))
    def begin(self, start: int, head: int) -> None:
        self.start = start
        self.head = start + head
        self.cursor: ShardCursor[str] = ShardCursor(start)
        self.given: list[tuple[int, str]] = []
        self.claimed = start
        """The highest position that anybody has named since the log was last asked."""

    @rule(pos=positions)
    def push(self, pos: int) -> None:
        """By the broker: again, out of order, or a position that the log does not have."""
        new = self.cursor.feed(pos, f"batch {pos}")
        self.given += new
        self.claimed = max(self.claimed, pos)
        assert self.cursor.is_repeat(pos)

    @rule(pos=positions)
    def beacon(self, pos: int) -> None:
        self.cursor.note(pos)
        self.claimed = max(self.claimed, pos)

    @rule(more=st.integers(0, 3))
    def grow(self, more: int) -> None:
        self.head += more

    @rule(limit=st.integers(1, 10))
    def read_log(self, limit: int) -> None:
        """As the follower does: the first hole, one page."""
        gap = self.cursor.gap
        if gap is None:
            return
        page = range(gap.after + 1, min(gap.after + limit, self.head) + 1)
        for pos in page:
            if pos > self.cursor.position:
                self.given += self.cursor.feed(pos, f"batch {pos}")
        if not page:
            false = self.cursor.trust(self.head)
            assert all(int(batch.split()[1]) > self.head for batch in false)
            self.claimed = max(self.cursor.position, self.head)

    @invariant()
    def in_order_and_without_holes(self) -> None:
        expected = range(self.start + 1, self.cursor.position + 1)
        assert self.given == [(pos, f"batch {pos}") for pos in expected]

    @invariant()
    def what_is_missing_is_known(self) -> None:
        """A claim beyond our position is a hole or waits behind one; without a claim there is none."""
        assert self.cursor.lag == max(self.claimed, self.cursor.position) - self.cursor.position
        gap = self.cursor.gap
        assert (gap is None) == (self.cursor.lag == 0)
        if gap is not None:
            assert self.cursor.position == gap.after < gap.up_to <= self.claimed
            assert not any(self.cursor.is_repeat(pos) for pos in range(gap.after + 1, gap.up_to + 1))
