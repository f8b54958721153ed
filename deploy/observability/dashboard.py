"""The dashboard: is it healthy, how late, how full, how wrong. `python -m deploy.observability.dashboard [--check]`."""

import argparse
import json
import sys
from pathlib import Path

from deploy.observability.grafana_json import DATASOURCE, SCHEMA_VERSION, Json, render_rows
from deploy.observability.rows.full import FULL
from deploy.observability.rows.healthy import HEALTHY
from deploy.observability.rows.late import LATE
from deploy.observability.rows.now import NOW
from deploy.observability.rows.wrong import WRONG

TARGET = Path(__file__).parent / "grafana" / "dashboards" / "messaging.json"
# For a Prometheus that monitors several systems: `namespace = …` is added to every query.
FILTER: Json = {"type": "adhoc", "name": "filter", "label": "Filter", "datasource": DATASOURCE, "filters": []}
ROWS = (NOW, HEALTHY, LATE, FULL, WRONG)


def render() -> str:
    """The dashboard's JSON."""
    dashboard: Json = {
        "uid": "messaging",
        "title": "Messaging",
        "description": "Is it healthy, how late, how full, how wrong. What to do: the runbooks that panels link to.",
        "tags": ["messaging"],
        "schemaVersion": SCHEMA_VERSION,
        "editable": False,
        "graphTooltip": 1,  # the cursor is shared by all panels
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": [FILTER]},
        "annotations": {"list": []},
        "panels": render_rows(ROWS),
    }
    return json.dumps(dashboard, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when the file is not current")
    check = parser.parse_args().check
    current = TARGET.exists() and TARGET.read_text(encoding="utf-8") == render()
    if check and not current:
        sys.stderr.write("the dashboard is not current: run `make generate`\n")
    if not check:
        TARGET.write_text(render(), encoding="utf-8")
    return 1 if check and not current else 0


if __name__ == "__main__":
    sys.exit(main())
