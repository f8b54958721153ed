"""Renders panels and rows as Grafana's dashboard JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

COLUMNS = 24
DATASOURCE = {"type": "prometheus", "uid": "prometheus"}  # as in grafana/provisioning/datasources
SCHEMA_VERSION = 39
RUNBOOKS = "/public/runbooks"  # docker-compose.yml puts docs/runbooks where Grafana serves files

Json = dict[str, Any]


@dataclass(frozen=True)
class Query:
    """A PromQL expression, and the legend of its series."""

    expression: str
    legend: str


@dataclass(frozen=True, kw_only=True)
class Panel:
    """`warn_at` and `bad_at` are colour thresholds; `runbooks` are the alerts whose pages it links to."""

    title: str
    description: str
    unit: str
    queries: Sequence[Query]
    runbooks: Sequence[str] = ()
    warn_at: float | None = None
    bad_at: float | None = None
    most: float | None = None
    stacked: bool = False
    kind: Literal["timeseries", "stat"] = "timeseries"


@dataclass(frozen=True, kw_only=True)
class Row:
    """Panels of one size, as many side by side as fit."""

    title: str
    width: int
    height: int
    panels: Sequence[Panel] = field(default_factory=tuple)


def render_rows(rows: Sequence[Row]) -> list[Json]:
    """All rows with their panels, from top to bottom."""
    rendered: list[Json] = []
    top = 0
    for row in rows:
        place = {"x": 0, "y": top, "w": COLUMNS, "h": 1}
        rendered.append({"type": "row", "title": row.title, "collapsed": False, "gridPos": place, "panels": []})
        top += 1
        for panel, place in _places(row, top):
            rendered.append({**_render(panel), "gridPos": place})
        per_line = COLUMNS // row.width
        top += row.height * -(-len(row.panels) // per_line)
    return [{"id": number, **panel} for number, panel in enumerate(rendered, 1)]


def _places(row: Row, top: int) -> Iterator[tuple[Panel, Json]]:
    per_line = COLUMNS // row.width
    for number, panel in enumerate(row.panels):
        line, column = divmod(number, per_line)
        place = {"x": column * row.width, "y": top + line * row.height, "w": row.width, "h": row.height}
        yield panel, place


def _render(panel: Panel) -> Json:
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": DATASOURCE,
        "links": [
            {"title": f"Runbook: {alert}", "url": f"{RUNBOOKS}/{alert}.md", "targetBlank": True}
            for alert in panel.runbooks
        ],
        "targets": [_target(letter, query) for letter, query in zip("ABCDEF", panel.queries, strict=False)],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _stat_options() if panel.kind == "stat" else _timeseries_options(),
    }


def _target(letter: str, query: Query) -> Json:
    return {"refId": letter, "datasource": DATASOURCE, "expr": query.expression, "legendFormat": query.legend}


def _defaults(panel: Panel) -> Json:
    defaults: Json = {"unit": panel.unit, "min": 0, "thresholds": {"mode": "absolute", "steps": _steps(panel)}}
    if panel.most is not None:
        defaults["max"] = panel.most
    if panel.kind == "stat":
        return {**defaults, "color": {"mode": "thresholds"}}
    has_thresholds = panel.warn_at is not None or panel.bad_at is not None
    custom = {
        "drawStyle": "line",
        "lineWidth": 1,
        "fillOpacity": 30 if panel.stacked else 10,
        "showPoints": "never",
        "spanNulls": False,
        "stacking": {"mode": "normal" if panel.stacked else "none", "group": "A"},
        "thresholdsStyle": {"mode": "dashed" if has_thresholds else "off"},
    }
    return {**defaults, "color": {"mode": "palette-classic"}, "custom": custom}


def _steps(panel: Panel) -> list[Json]:
    """Green, then orange, then red; for a value that must not fall, `bad_at` is below `warn_at`."""
    warn, bad = panel.warn_at, panel.bad_at
    if warn is not None and bad is not None and bad < warn:
        return [
            {"color": "red", "value": None},
            {"color": "orange", "value": bad},
            {"color": "green", "value": warn},
        ]
    steps: list[Json] = [{"color": "green", "value": None}]
    steps += [
        {"color": color, "value": value} for color, value in (("orange", warn), ("red", bad)) if value is not None
    ]
    return steps


def _stat_options() -> Json:
    return {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "colorMode": "background",
        "graphMode": "area",
        "justifyMode": "auto",
        "textMode": "auto",
        "orientation": "auto",
    }


def _timeseries_options() -> Json:
    return {
        "legend": {"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": ["lastNotNull", "max"]},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
