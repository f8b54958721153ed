"""The table says what every round came to."""

from proof.faults.checker import Effect, Violation
from proof.faults.kinds.fault import Measured
from proof.faults.report import KindReport, table
from proof.faults.round import Round


def test_a_clean_run_is_all_zeros() -> None:
    """Rounds and messages are added up; the longest pause is the longest of all."""
    kill = KindReport("kill", 1, [Round(1, acknowledged=700, longest_pause=0.4), Round(2, acknowledged=800)])
    broker = KindReport("broker", 2, [Round(1, acknowledged=10, longest_pause=2.25)])
    assert kill.passed
    heading, _, first, second, _, everything = (line.split() for line in table([kill, broker]).splitlines())
    assert heading[:6] == ["fault", "rounds", "acknowledged", "lost", "doubled", "reordered"]
    assert first == ["1", "kill", "2", "1,500", "0", "0", "0", "0", "0.4", "s", "met"]
    assert second == ["2", "broker", "1", "10", "0", "0", "0", "0", "2.2", "s", "met"]
    assert everything == ["all", "3", "1,510", "0", "0", "0", "0", "2.2", "s", "met"]


def test_every_kind_of_failure_shows() -> None:
    """Violations in their columns; a problem, or something too slow, as a condition that was not met."""
    rounds = [
        Round(1, violations=[Violation(Effect.LOST, "…"), Violation(Effect.DOUBLED, "…"), Violation(Effect.LOST, "…")]),
        Round(2, problems=["it did not come back"]),
        Round(3, measured=[Measured("back", 7.0, most=5.0)]),
        Round(4, measured=[Measured("back", 4.0, most=5.0)]),
    ]
    report = KindReport("kill", 1, rounds)
    assert not report.passed
    assert report.row == [" 1 kill", "4", "0", "2", "1", "0", "0", "0.0 s", "not met in 3"]


def test_a_fault_that_cannot_be_run_says_why() -> None:
    """It has not failed, and it does not look as if it had passed."""
    report = KindReport("disk", 12, skipped="only root may mount")
    assert report.passed
    assert "12 disk" in table([report])
    assert "skipped: only root may mount" in table([report])
