"""The table at the end of a run of faults."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from proof.faults.checker import Effect
from proof.faults.round import Round

_HEADINGS = ("fault", "rounds", "acknowledged", "lost", "doubled", "reordered", "false", "longest pause", "conditions")


@dataclass
class KindReport:
    name: str
    number: int
    rounds: list[Round] = field(default_factory=list)
    skipped: str | None = None
    """Why it could not be played on this machine."""

    @property
    def acknowledged(self) -> int:
        return sum(played.acknowledged for played in self.rounds)

    @property
    def passed(self) -> bool:
        """Whether every round did; what could not be played has not failed."""
        return all(played.passed for played in self.rounds)

    def count(self, effect: Effect) -> int:
        return sum(played.count(effect) for played in self.rounds)

    @property
    def row(self) -> list[str]:
        if self.skipped is not None:
            return [f"{self.number:>2} {self.name}", f"skipped: {self.skipped}"]
        failed = sum(not played.passed for played in self.rounds)
        pause = max((played.longest_pause for played in self.rounds), default=0.0)
        return [
            f"{self.number:>2} {self.name}",
            str(len(self.rounds)),
            f"{self.acknowledged:,}",
            *(str(self.count(effect)) for effect in Effect),
            f"{pause:.1f} s",
            "met" if not failed else f"not met in {failed}",
        ]


def table(reports: Sequence[KindReport]) -> str:
    rows = [list(_HEADINGS), *(report.row for report in reports), _sum(reports)]
    widths = [max(len(row[column]) for row in rows if len(row) == len(_HEADINGS)) for column in range(len(_HEADINGS))]
    lines = [_line(row, widths) for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:-1], "-" * len(lines[0]), lines[-1]])


def _sum(reports: Sequence[KindReport]) -> list[str]:
    everything = KindReport("all", 0, [played for report in reports for played in report.rounds])
    return ["   all", *everything.row[1:]]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = row
    if len(row) < len(widths):
        return "  ".join([first.ljust(widths[0]), *others])
    return "  ".join([first.ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(others, widths[1:], strict=True))])
