"""The dashboard is current and says what an on-call person needs; a real Prometheus tries its queries elsewhere."""

import json
from itertools import combinations
from typing import Any

import pytest

from deploy.native.folders import REPOSITORY
from deploy.observability.dashboard import TARGET, render
from deploy.observability.grafana_json import COLUMNS, RUNBOOKS

DASHBOARD: dict[str, Any] = json.loads(TARGET.read_text(encoding="utf-8"))
PANELS: list[dict[str, Any]] = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
ROWS = [panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"]


def test_the_file_is_current() -> None:
    """`make generate` would change nothing."""
    assert TARGET.read_text(encoding="utf-8") == render()


def test_the_rows_ask_the_four_questions() -> None:
    assert ROWS == ["Now", "Is it healthy?", "How late?", "How full?", "What goes wrong?"]


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: f"{panel['title']} {panel['id']}")
def test_a_panel_explains_itself(panel: dict[str, Any]) -> None:
    """What it shows, in which unit, what each line is, and what to do."""
    assert panel["title"]
    assert panel["description"].endswith((".", "`"))
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert all(target["expr"] and target["legendFormat"] for target in panel["targets"])
    letters = [target["refId"] for target in panel["targets"]]
    assert letters == sorted(set(letters))
    for link in panel["links"]:
        assert link["url"].startswith(RUNBOOKS + "/")
        assert (REPOSITORY / "docs" / "runbooks" / link["url"].removeprefix(RUNBOOKS + "/")).is_file()


def test_probes_are_not_peoples_requests() -> None:
    """A replica that says it is not ready fails nobody."""
    of_requests = [
        target["expr"] for panel in PANELS for target in panel["targets"] if "http_request" in target["expr"]
    ]
    assert len(of_requests) == 2
    assert all('route!~"/healthz|/readyz|/metrics"' in expression for expression in of_requests)


def test_one_system_can_be_looked_at_alone() -> None:
    """Ad hoc filters need no label that Docker Compose has not."""
    (variable,) = DASHBOARD["templating"]["list"]
    assert (variable["type"], variable["datasource"]) == ("adhoc", PANELS[0]["datasource"])


def test_panels_do_not_overlap_and_fit() -> None:
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    assert all(place["x"] + place["w"] <= COLUMNS for place in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below


def test_grafana_finds_prometheus_the_dashboard_and_the_runbooks() -> None:
    """Where docker-compose.yml puts them."""
    provisioning = REPOSITORY / "deploy" / "observability" / "grafana" / "provisioning"
    assert "uid: prometheus\n" in (provisioning / "datasources" / "prometheus.yaml").read_text()
    assert {panel["datasource"]["uid"] for panel in PANELS} == {"prometheus"}
    compose = (REPOSITORY / "docker-compose.yml").read_text()
    assert "path: /etc/grafana/dashboards\n" in (provisioning / "dashboards" / "messaging.yaml").read_text()
    assert "./deploy/observability/grafana/dashboards:/etc/grafana/dashboards:ro" in compose
    assert f"./docs/runbooks:/usr/share/grafana{RUNBOOKS}:ro" in compose
