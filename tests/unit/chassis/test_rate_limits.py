"""Token buckets per key."""

import pytest

from chassis import rate_limits
from chassis.rate_limits import MAX_DEBT_BURSTS, RateLimits


def test_a_burst_is_granted_and_then_the_rate() -> None:
    """The wait that is returned is the wait that helps."""
    limits = RateLimits(rate=2, burst=3)
    assert [limits.take("amira", 100.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert limits.wait("amira", 100.0) == 0.5
    assert limits.take("ben", 100.0) == 0
    assert [limits.take("amira", 100.5) for _ in range(2)] == [0, 0.5]


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    """A long silence is not saved up."""
    limits = RateLimits(rate=2, burst=2)
    limits.take("amira", 0.0)
    assert [limits.take("amira", 3600.0) > 0 for _ in range(3)] == [False, False, True]


def test_a_clock_that_goes_back_grants_nothing() -> None:
    """Loop time does not, but a bucket must not trust that with its contents."""
    limits = RateLimits(rate=1, burst=1)
    assert limits.take("amira", 10.0) == 0.0
    assert limits.take("amira", 5.0) > 0


def test_a_charge_is_never_refused_and_its_debt_is_paid_first() -> None:
    """What was spent elsewhere counts as if it had been spent here."""
    limits = RateLimits(rate=2, burst=2)
    for _ in range(4):
        limits.charge("amira", 0.0)
    assert limits.take("amira", 0.0) == 1.5
    assert limits.take("amira", 1.4) > 0
    assert limits.take("amira", 1.5) == 0.0


def test_what_is_given_back_can_be_taken_again() -> None:
    """But a bucket never holds more than its burst."""
    limits = RateLimits(rate=1, burst=2)
    assert [limits.take("amira", 0.0) for _ in range(2)] == [0, 0]
    limits.give_back("amira", 0.0)
    assert [limits.take("amira", 0.0) > 0 for _ in range(2)] == [False, True]
    limits.give_back("ben", 0.0)
    assert [limits.take("ben", 0.0) > 0 for _ in range(3)] == [False, False, True]


def test_debt_is_bounded() -> None:
    """A backlog that arrives at once locks nobody out for long."""
    limits = RateLimits(rate=1, burst=2)
    for _ in range(1000):
        limits.charge("amira", 0.0)
    assert limits.take("amira", 0.0) == MAX_DEBT_BURSTS * 2 + 1


def test_a_hold_refuses_for_its_time_and_never_shortens_another() -> None:
    """Somebody with the whole picture refused; the shorter of two waits does not count."""
    limits = RateLimits(rate=4, burst=10)
    limits.hold("amira", 2.0, 0.0)
    limits.hold("amira", 0.5, 0.0)
    assert limits.wait("amira", 0.0) == 2.0
    assert limits.take("amira", 2.0) == 0.0
    assert limits.take("amira", 2.0) == 0.25


def test_the_least_recently_used_are_dropped_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """They start with a full bucket when they come back."""
    monkeypatch.setattr(rate_limits, "MAX_KEYS", 2)
    limits = RateLimits(rate=1, burst=1)
    for user in ("amira", "ben", "amira", "chen"):
        limits.take(user, 0.0)
    assert limits.wait("amira", 0.0) > 0
    assert limits.wait("ben", 0.0) == 0
