"""Token buckets and tallies."""

from services.delivery.limits import LimitsByUser, Rates, Tally, TokenBucket

RATES = Rates(frames_per_second=10, frame_burst=5, messages_per_second=2, message_burst=3)


def test_a_burst_is_granted_and_then_the_rate() -> None:
    """The wait that is named is the wait that helps."""
    bucket = TokenBucket(rate=2, burst=3, now=100.0)
    assert [bucket.take(100.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    wait = bucket.take(100.0)
    assert wait == 0.5
    assert bucket.take(100.0 + wait) == 0.0
    assert bucket.take(100.0 + wait) > 0


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    """A long silence is not saved up."""
    bucket = TokenBucket(rate=100, burst=2, now=0.0)
    assert [bucket.take(1000.0) > 0 for _ in range(3)] == [False, False, True]


def test_a_clock_that_goes_back_grants_nothing() -> None:
    """Loop time does not, but a bucket must not trust that with its contents."""
    bucket = TokenBucket(rate=1, burst=1, now=10.0)
    assert bucket.take(10.0) == 0.0
    assert bucket.take(5.0) > 0


def test_a_tally_tells_when_it_was_too_often() -> None:
    """More than three within ten seconds; older ones no longer count."""
    tally = Tally(most=3, seconds=10)
    assert [tally.add(now) for now in (0, 1, 2)] == [False, False, False]
    assert tally.add(3) is True
    assert tally.add(10.5) is True
    assert tally.add(12.5) is False


def test_a_user_has_the_same_buckets_on_every_socket() -> None:
    """Opening more sockets grants nothing."""
    users = LimitsByUser(RATES)
    assert users.of("a", 0.0) is users.of("a", 1.0)
    assert users.of("a", 0.0) is not users.of("b", 0.0)


def test_reconnecting_does_not_refill_but_idle_users_are_forgotten() -> None:
    """A full bucket is as good as a new one; one that is not full is kept."""
    users = LimitsByUser(RATES)
    for _ in range(5):
        users.of("busy", 0.0).frames.take(0.0)
    users.of("idle", 0.0)
    users.sweep(0.1)
    assert len(users) == 1
    assert users.of("busy", 0.1).frames.take(0.1) == 0.0
    users.sweep(1000.0)
    assert len(users) == 0
