"""The final report in the terminal: every metric, its goal, its floor, and how it moved."""

from collections.abc import Mapping, Sequence

from benchmarks.comparison import Verdict, compare, machine_speed
from benchmarks.figures import Figures
from benchmarks.goals import GOALS, of_floor
from benchmarks.record import Record, Run

REACHED_PERCENT = 99.0
"""Of a target rate; below it the system did not carry the rate."""
HEADINGS = ("figure", "value", "goal", "", "to the record", "")


def table(figures: Figures, recorded: Record | None, *, quick: bool = False) -> str:
    """All figures in their order, a blank line between subjects. Those of a quick run are not judged."""
    before = Record({}, {}) if recorded is None else recorded
    speed = machine_speed(figures, before.figures) or 1.0
    rows: list[Sequence[str]] = [HEADINGS]
    subject = ""
    for name, value in figures.items():
        if (this := name.partition(".")[0]) != subject:
            rows.append(("",) * len(HEADINGS))
            subject = this
        judged = (
            ("", "", "quick: rough")
            if quick
            else (*_goal(name, value), _movement(name, value, before.figures.get(name), speed))
        )
        rows.append((name, _number(value), *judged, of_floor(name, figures)))
    return _aligned(rows)


def summary(figures: Figures, recorded: Record | None, runs: Mapping[str, Run], *, quick: bool = False) -> str:
    """The number of measured goals that are met, and any warnings."""
    if quick:
        lines = ["quick: rough; compared neither with goals nor with the record"]
    else:
        lines = [_goals_met(figures), *_beside_record(figures, recorded)]
    lines += [f"target rate not reached: {name.partition('.')[0]}" for name in unreached(figures)]
    lines += [f"WARNING: {name}: {run.disturbance.text}" for name, run in runs.items() if not run.disturbance.quiet]
    return "\n".join(lines)


def unreached(figures: Figures) -> list[str]:
    """Open loops in which the system received less than it was due."""
    return [name for name, value in figures.items() if name.endswith("_percent_of_target") and value < REACHED_PERCENT]


def _goals_met(figures: Figures) -> str:
    measured = [goal for goal in GOALS if goal.figure in figures]
    met = sum(goal.met(figures[goal.figure]) for goal in measured)
    return f"{met} of {len(measured)} goals met" + ("" if len(measured) == len(GOALS) else f" ({len(GOALS)} in all)")


def _beside_record(figures: Figures, recorded: Record | None) -> list[str]:
    """How the machine compares with that of the record."""
    if recorded is None:
        return []
    speed = machine_speed(figures, recorded.figures)
    if speed is None:
        return ["better and worse are said without the floors: run them too, the machine may be faster or slower today"]
    return [f"the floors are {speed:.2f} times as fast as the record's: better and worse are said relative to that"]


def _goal(name: str, value: float) -> tuple[str, str]:
    for goal in GOALS:
        if goal.figure == name:
            return goal.text, "met" if goal.met(value) else "NOT MET"
    return "", ""


def _movement(name: str, value: float, before: float | None, speed: float) -> str:
    if before is None:
        return ""
    ratio, verdict = compare(name, value, before, speed=speed)
    return f"{ratio:.2f}×" + ("" if verdict is Verdict.SAME else f" {verdict.value}")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:,.3g}"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = []
    for name, value, *others in rows:
        cells = [name.ljust(widths[0]), value.rjust(widths[1])]
        cells += [cell.ljust(width) for cell, width in zip(others, widths[2:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
