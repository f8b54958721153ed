"""The plot of latency against load, as SVG."""

import re
from collections.abc import Iterable, Sequence
from math import log10

from tests.bench.figures import Figures

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 70, 40, 50
LINES = {"p50": "#0d9488", "p99": "#c2410c", "p999": "#7e22ce"}
LABELS = {"p50": "p50", "p99": "p99", "p999": "p99.9"}
_NAME = re.compile(r"open_loop_(\d+)\.receipt_(p\d+)_ms")

Point = tuple[float, float]


def latency_plot(figures: Figures) -> str | None:
    """Percentiles of send to receipt by target rate, both axes logarithmic; None with fewer than two rates."""
    lines: dict[str, list[Point]] = {name: [] for name in LINES}
    for name, value in figures.items():
        if found := _NAME.fullmatch(name):
            lines[found[2]].append((float(found[1]), value))
    points = [point for line in lines.values() for point in line]
    if len({rate for rate, _ in points}) < 2:
        return None
    return _Axes(points).draw(lines)


class _Axes:
    def __init__(self, points: Sequence[Point]) -> None:
        self._rates = sorted({rate for rate, _ in points})
        least, most = (log10(edge(value for _, value in points)) for edge in (min, max))
        self._bottom, self._top = int(least // 1), int(-(-most // 1))
        self._top = max(self._top, self._bottom + 1)

    def draw(self, lines: dict[str, list[Point]]) -> str:
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"',
            ' font-family="sans-serif" font-size="13">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
            _text(LEFT, 22, "Send to recipient's socket, from when a message was due (ms)"),
            _text(WIDTH / 2, HEIGHT - 10, "messages a second, open loop", "middle"),
            *(part for power in range(self._bottom, self._top + 1) for part in self._level(10.0**power)),
            *(_text(self._x(rate), HEIGHT - BOTTOM + 20, f"{rate:,.0f}", "middle") for rate in self._rates),
            *(part for name, line in lines.items() if line for part in self._line(LINES[name], sorted(line))),
            *_legend(name for name, line in lines.items() if line),
            "</svg>",
        ]
        return "\n".join(parts) + "\n"

    def _level(self, value: float) -> list[str]:
        y = self._y(value)
        rule = f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e5e7eb"/>'
        return [rule, _text(LEFT - 8, y + 4, f"{value:,g}", "end")]

    def _line(self, colour: str, line: Sequence[Point]) -> list[str]:
        places = [(self._x(rate), self._y(value)) for rate, value in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        return [
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
            *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in places),
        ]

    def _x(self, rate: float) -> float:
        first, last = log10(self._rates[0]), log10(self._rates[-1])
        return LEFT + 20 + (log10(rate) - first) / (last - first) * (WIDTH - LEFT - RIGHT - 40)

    def _y(self, value: float) -> float:
        share = (log10(value) - self._bottom) / (self._top - self._bottom)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _legend(names: Iterable[str]) -> list[str]:
    """From the highest line to the lowest."""
    ordered = sorted(names, reverse=True)
    return [
        _text(WIDTH - RIGHT + 15, TOP + 20 * (row + 1), LABELS[name], colour=LINES[name])
        for row, name in enumerate(ordered)
    ]


def _text(x: float, y: float, text: str, anchor: str = "start", *, colour: str = "#374151") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{text}</text>'
