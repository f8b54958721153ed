"""Backoff: exponential, capped, fully jittered, resettable."""

from hypothesis import given
from hypothesis import strategies as st

from chassis.backoff import Backoff


def test_the_ceiling_doubles_up_to_the_cap() -> None:
    backoff = Backoff(base_seconds=1, cap_seconds=5, uniform=lambda: 1.0)
    assert [backoff.next_delay() for _ in range(5)] == [1, 2, 4, 5, 5]


def test_a_reset_starts_again() -> None:
    backoff = Backoff(base_seconds=1, cap_seconds=60, uniform=lambda: 1.0)
    for _ in range(4):
        backoff.next_delay()
    backoff.reset()
    assert backoff.next_delay() == 1


@given(st.floats(0, 1, exclude_max=True), st.integers(0, 5000))
def test_a_delay_never_leaves_its_bounds(luck: float, attempts: int) -> None:
    backoff = Backoff(base_seconds=0.25, cap_seconds=30, uniform=lambda: luck)
    delays = [backoff.next_delay() for _ in range(attempts + 1)]
    assert 0 <= delays[-1] <= 30


def test_two_clients_wait_differently() -> None:
    assert Backoff(base_seconds=1, cap_seconds=9).next_delay() != Backoff(base_seconds=1, cap_seconds=9).next_delay()
