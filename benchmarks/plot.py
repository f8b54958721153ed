"""The plot of latency against load, as SVG.

Where less than REACHED_PERCENT of what was due was received, the latencies are those of a queue that grows until the
run ends: such points are hollow, the line is dashed from there on, and the share is written beside them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from math import log10

from benchmarks.figures import Figures
from benchmarks.report import REACHED_PERCENT

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 80, 40, 50
LINES = {"p50": "#0d9488", "p99": "#c2410c", "p999": "#7e22ce"}
LABELS = {"p50": "p50", "p99": "p99", "p999": "p99.9"}
LABEL_HEIGHT = 16  # that labels of lines which meet stay apart
_LATENCY = re.compile(r"open_loop_(\d+)\.receipt_(p\d+)_ms")
_RECEIVED = "open_loop_{rate}.received_percent_of_target"


@dataclass(frozen=True, order=True)
class Point:
    rate: float
    value: float
    received_percent: float
    """Of the target."""

    @property
    def reached(self) -> bool:
        return self.received_percent >= REACHED_PERCENT


def latency_plot(figures: Figures) -> str | None:
    """Percentiles of send to receipt by target rate, both axes logarithmic; None with fewer than two rates."""
    lines: dict[str, list[Point]] = {name: [] for name in LINES}
    for name, value in figures.items():
        if found := _LATENCY.fullmatch(name):
            received = figures.get(_RECEIVED.format(rate=found[1]), 100.0)
            lines[found[2]].append(Point(float(found[1]), value, received))
    points = [point for line in lines.values() for point in line]
    if len({point.rate for point in points}) < 2:
        return None
    return _Axes(points).draw({name: sorted(line) for name, line in lines.items() if line})


class _Axes:
    def __init__(self, points: Sequence[Point]) -> None:
        self._rates = sorted({point.rate for point in points})
        least, most = (log10(edge(point.value for point in points)) for edge in (min, max))
        self._bottom, self._top = int(least // 1), int(-(-most // 1))
        self._top = max(self._top, self._bottom + 1)

    def draw(self, lines: Mapping[str, Sequence[Point]]) -> str:
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"',
            ' font-family="sans-serif" font-size="13">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
            _text(LEFT, 22, "Send to recipient's socket, from when a message was due (ms)"),
            _text(WIDTH / 2, HEIGHT - 10, "messages a second, open loop", "middle"),
            *(part for power in range(self._bottom, self._top + 1) for part in self._level(10.0**power)),
            *(_text(self._x(rate), HEIGHT - BOTTOM + 20, f"{rate:,.0f}", "middle") for rate in self._rates),
            *(part for name, line in lines.items() for part in self._line(LINES[name], line)),
            *self._labels(lines),
            *self._shortfalls(lines),
            "</svg>",
        ]
        return "\n".join(parts) + "\n"

    def _level(self, value: float) -> list[str]:
        y = self._y(value)
        rule = f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e5e7eb"/>'
        return [rule, _text(LEFT - 8, y + 4, f"{value:,g}", "end")]

    def _line(self, colour: str, line: Sequence[Point]) -> list[str]:
        carried = list(takewhile(lambda point: point.reached, line))
        path = " ".join(",".join(self._place(point)) for point in carried)
        dashed = pairwise(line[max(len(carried) - 1, 0) :])
        return [
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
            *(self._dashed(colour, *ends) for ends in dashed),
            *(self._dot(colour, point) for point in line),
        ]

    def _dashed(self, colour: str, one: Point, other: Point) -> str:
        (x1, y1), (x2, y2) = self._place(one), self._place(other)
        return (
            f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" stroke-width="2" stroke-dasharray="5 4"/>'
        )

    def _dot(self, colour: str, point: Point) -> str:
        x, y = self._place(point)
        fill = f'fill="{colour}"' if point.reached else f'fill="white" stroke="{colour}" stroke-width="2"'
        return f'<circle cx="{x}" cy="{y}" r="4" {fill}/>'

    def _labels(self, lines: Mapping[str, Sequence[Point]]) -> list[str]:
        """Each at the end of its line, the highest first; moved down where it would cover the one above."""
        labels, free_from = [], 0.0
        for name, line in sorted(lines.items(), key=lambda item: -item[1][-1].value):
            y = max(self._y(line[-1].value) + 4, free_from)
            labels.append(_text(self._x(line[-1].rate) + 12, y, LABELS[name], colour=LINES[name]))
            free_from = y + LABEL_HEIGHT
        return labels

    def _shortfalls(self, lines: Mapping[str, Sequence[Point]]) -> list[str]:
        """Above the highest point of each rate that was not carried."""
        highest: dict[float, Point] = {}
        for point in (point for line in lines.values() for point in line if not point.reached):
            highest[point.rate] = max(point, highest.get(point.rate, point))
        return [
            _text(self._x(rate), self._y(point.value) - 10, f"{point.received_percent:.0f} % received", "middle")
            for rate, point in highest.items()
        ]

    def _place(self, point: Point) -> tuple[str, str]:
        return f"{self._x(point.rate):.1f}", f"{self._y(point.value):.1f}"

    def _x(self, rate: float) -> float:
        first, last = log10(self._rates[0]), log10(self._rates[-1])
        return LEFT + 20 + (log10(rate) - first) / (last - first) * (WIDTH - LEFT - RIGHT - 40)

    def _y(self, value: float) -> float:
        share = (log10(value) - self._bottom) / (self._top - self._bottom)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _text(x: float, y: float, text: str, anchor: str = "start", *, colour: str = "#374151") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{text}</text>'
