"""The files that Prometheus reads are right, and the alerts fire when they shall and not before."""

import subprocess
from pathlib import Path

import pytest

from tests.kit.running.prometheus import OBSERVABILITY
from tests.kit.running.prometheus_distribution import Programs

SCENARIOS = Path(__file__).with_name("alert_scenarios.yaml")

pytestmark = pytest.mark.timeout(300)  # the first test waits for a download if need be


def _promtool(programs: Programs, *arguments: str | Path) -> None:
    done = subprocess.run([programs.promtool, *arguments], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_configuration_and_the_rules_are_valid(programs: Programs) -> None:
    _promtool(programs, "check", "config", OBSERVABILITY / "prometheus.yaml")
    _promtool(programs, "check", "rules", OBSERVABILITY / "alerts.yaml")


def test_the_alerts_fire_as_specified(programs: Programs) -> None:
    _promtool(programs, "test", "rules", SCENARIOS)
