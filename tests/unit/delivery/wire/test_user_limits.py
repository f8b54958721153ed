"""Limits per user and per socket."""

from services.delivery.wire.user_limits import LimitsByUser, Rates, Tally

RATES = Rates(frames_per_second=10, frame_burst=5, messages_per_second=2, message_burst=3)


def granted(limits: LimitsByUser, user: str = "amira") -> int:
    """How many messages are admitted at once."""
    count = 0
    while not limits.admit_message(user, 0.0):
        count += 1
    return count


def test_a_tally_detects_too_many_occurrences() -> None:
    """More than three within ten seconds; older ones no longer count."""
    tally = Tally(most=3, seconds=10)
    assert [tally.add(now) for now in (0, 1, 2)] == [False, False, False]
    assert tally.add(3) is True
    assert tally.add(10.5) is True
    assert tally.add(12.5) is False


def test_frames_and_messages_have_limits_of_their_own() -> None:
    limits = LimitsByUser(RATES)
    assert granted(limits) == 3
    assert [limits.take_frame("amira", 0.0) for _ in range(6)] == [0, 0, 0, 0, 0, 0.1]


def test_a_message_admitted_here_is_charged_once() -> None:
    """Not again when the log shows it."""
    limits = LimitsByUser(RATES)
    limits.admit_message("amira", 0.0)
    limits.message_logged("amira", 0.0)
    assert granted(limits) == 2


def test_a_message_admitted_elsewhere_is_charged_when_the_log_shows_it() -> None:
    """By another replica, or sent by REST; only its sender pays."""
    limits = LimitsByUser(RATES)
    limits.message_logged("amira", 0.0)
    assert (granted(limits), granted(limits, "ben")) == (2, 3)


def test_messages_granted_by_two_replicas_are_paid_back() -> None:
    """Both grant a burst before they learn of each other; then both wait until the sum is within the limit."""
    limits = LimitsByUser(RATES)
    assert granted(limits) == 3
    for _ in range(6):  # three of ours, three of the other's
        limits.message_logged("amira", 0.0)
    assert limits.admit_message("amira", 1.9) > 0
    assert limits.admit_message("amira", 2.0) == 0.0


def test_a_message_that_is_not_logged_stays_charged_and_hides_no_other() -> None:
    """A repeat, say, whose first one came by another door: in whatever order the two are learnt, both are charged."""
    for answer_first in (True, False):
        limits = LimitsByUser(RATES)
        limits.admit_message("amira", 0.0)
        steps = [limits.message_not_logged, limits.message_logged]
        for step in steps if answer_first else reversed(steps):
            step("amira", 0.0)
        assert granted(limits) == 1


def test_after_a_restart_of_the_stream_no_message_is_expected() -> None:
    """What was admitted before may never be shown."""
    limits = LimitsByUser(RATES)
    limits.admit_message("amira", 0.0)
    limits.restart()
    limits.message_logged("amira", 0.0)
    assert granted(limits) == 1
