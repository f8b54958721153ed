"""A token bucket per user."""

import pytest

from services.conversations import rate_limits
from services.conversations.rate_limits import RateLimits


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_the_rate() -> None:
    clock = Clock()
    limits = RateLimits(rate_per_second=2, burst=3, clock=clock)
    assert [limits.take("amira") for _ in range(4)] == [0, 0, 0, 0.5]
    assert limits.take("ben") == 0
    clock.now += 0.5
    assert [limits.take("amira") for _ in range(2)] == [0, 0.5]


def test_a_bucket_never_holds_more_than_the_burst() -> None:
    clock = Clock()
    limits = RateLimits(rate_per_second=2, burst=2, clock=clock)
    limits.take("amira")
    clock.now += 3600
    assert [limits.take("amira") > 0 for _ in range(3)] == [False, False, True]


def test_users_unseen_for_long_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "MAX_USERS", 2)
    limits = RateLimits(rate_per_second=1, burst=1, clock=Clock())
    for user in ("amira", "ben", "chen"):
        limits.take(user)
    assert limits.take("ben") > 0
    assert limits.take("amira") == 0
