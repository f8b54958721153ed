"""The alert rules speak of figures that exist, and every alert has its page."""

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

import docs.metrics_tables
from deploy.native.folders import REPOSITORY

RUNBOOKS = REPOSITORY / "docs" / "runbooks"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((REPOSITORY / "deploy" / "observability" / "alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
PAGES = sorted(page for page in RUNBOOKS.glob("*.md") if page.stem != "README")
OF_PROMETHEUS = {
    *("up", "sum", "rate", "max", "group", "label_replace", "increase", "and", "or", "unless", "on", "by", "le"),
    *("histogram_quantile", "min_over_time", "absent"),
}
LABELS = {"namespace", "job", "route", "code", "status", "outcome", "result", "shard", "instance", "link"}
RUNBOOK_URL = "{{{{ or $externalLabels.runbooks `docs/runbooks` }}}}/{alert}.md"  # the base is Prometheus's to say
QUEUES = {queue["name"] for queue in json.loads((REPOSITORY / "contracts" / "topology.json").read_text())["queues"]}
SESSIONS = {"conversations.leader"}  # what a connection calls itself at the database
PARTS = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]
_SUFFIXES = ("", "_total", "_bucket", "_sum", "_count")
_EVENT = re.compile(r"[\"']([a-z_]+\.[a-z_]+)[\"']")


def metrics() -> set[str]:
    """The name of every sample of every service."""
    families = chain.from_iterable(docs.metrics_tables.metrics().values())
    return {family.name + suffix for family in families for suffix in _SUFFIXES}


def words(expression: str) -> Iterator[str]:
    """What an expression names outside of quotes."""
    yield from re.findall(r"\b[a-z_]+[a-z]\b", re.sub(r'"[^"]*"|\[[^]]*]', " ", expression))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_uses_metrics_that_exist(rule: dict[str, Any]) -> None:
    """Whoever renames a figure hears of it here."""
    assert set(words(rule["expr"])) - OF_PROMETHEUS - LABELS <= metrics()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_one_prometheus_may_see_several_systems(rule: dict[str, Any]) -> None:
    """What is put together belongs to one namespace."""
    aggregations = re.findall(r"\b(?:sum|max|min|group|count|avg)\b(?! by \(namespace\b)", rule["expr"])
    assert not aggregations


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_leads_to_its_page(rule: dict[str, Any]) -> None:
    """By default the page's place in this repository."""
    assert rule["annotations"]["runbook_url"] == RUNBOOK_URL.format(alert=rule["alert"])
    assert (RUNBOOKS / f"{rule['alert']}.md").is_file()


def test_every_alert_has_its_page() -> None:
    """And every page its alert; the list of pages names them all."""
    alerts = sorted(rule["alert"] for rule in RULES)
    assert [page.stem for page in PAGES] == alerts
    assert re.findall(r"^\| \[(\w+)]", (RUNBOOKS / "README.md").read_text(), re.MULTILINE) == [
        rule["alert"] for rule in RULES
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_runbook_names_only_existing_things(page: Path) -> None:
    """Figures and log events; a reader in the night must not look for what was renamed."""
    events = {
        event
        for folder in ("chassis", "services")
        for source in (REPOSITORY / folder).rglob("*.py")
        for event in _EVENT.findall(source.read_text())
    } | {"request.answered"}
    quoted = re.findall(r"`([a-z_.]+)`", page.read_text())
    named_metrics = {
        word for word in quoted if re.match(r"(conversations|delivery|notifications|http|event|process)_\w+$", word)
    }
    assert named_metrics <= metrics()
    assert {word for word in quoted if re.fullmatch(r"[a-z_]+\.[a-z_]+", word)} - QUEUES - SESSIONS <= events


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_how_to_look_with_compose_and_on_kubernetes(page: Path) -> None:
    """In containers and pods of ours that exist."""
    commands = "".join(re.findall(r"^```sh\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL))
    of_compose = re.findall(
        r"docker compose (?:logs|exec|top|stats|ps|port)((?: --\S+(?: \d+\S*)?)*) ([a-z]+)", commands
    )
    assert of_compose
    assert {part for _, part in of_compose} <= set(PARTS)
    assert "kubectl " in commands
    named = re.findall(r"app\.kubernetes\.io/name=([a-z]+)|(?:deployment|statefulset)/([a-z]+)", commands)
    assert {label or workload for label, workload in named} <= set(PARTS)
