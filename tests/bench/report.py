"""What the terminal shows at the end: every figure, its goal, its floor, and how it moved."""

from collections.abc import Sequence

from tests.bench.comparison import Verdict, compare
from tests.bench.figures import Figures
from tests.bench.goals import GOALS, of_floor
from tests.bench.record import Record

HEADINGS = ("figure", "value", "goal", "", "to the record", "")


def table(figures: Figures, recorded: Record | None) -> str:
    """All figures in their order, a blank line between subjects."""
    rows: list[Sequence[str]] = [HEADINGS]
    subject = ""
    for name, value in figures.items():
        if (this := name.partition(".")[0]) != subject:
            rows.append(("",) * len(HEADINGS))
            subject = this
        rows.append(
            (name, _number(value), *_goal(name, value), *_movement(name, value, recorded), of_floor(name, figures))
        )
    return _aligned(rows)


def summary(figures: Figures) -> str:
    """How many of the goals that were measured are met, and what else there is to say."""
    measured = [goal for goal in GOALS if goal.figure in figures]
    met = sum(goal.met(figures[goal.figure]) for goal in measured)
    lines = [f"{met} of {len(measured)} goals met" + ("" if len(measured) == len(GOALS) else f" ({len(GOALS)} in all)")]
    lines += [f"target rate not reached: {name.partition('.')[0]}" for name in unreached(figures)]
    return "\n".join(lines)


def unreached(figures: Figures) -> list[str]:
    """Open loops in which the system received less than it was due."""
    return [name for name, value in figures.items() if name.endswith("_percent_of_target") and value < 99]


def _goal(name: str, value: float) -> tuple[str, str]:
    for goal in GOALS:
        if goal.figure == name:
            return goal.text, "met" if goal.met(value) else "NOT MET"
    return "", ""


def _movement(name: str, value: float, recorded: Record | None) -> tuple[str]:
    if recorded is None or name not in recorded.figures:
        return ("",)
    ratio, verdict = compare(name, value, recorded.figures[name])
    return (f"{ratio:.2f}×" + ("" if verdict is Verdict.SAME else f" {verdict.value}"),)


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
