"""The alert rules speak of figures that exist, and every alert has its page."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

import docs.figures

REPOSITORY = Path(__file__).parents[3]
RUNBOOKS = REPOSITORY / "docs" / "runbooks"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((REPOSITORY / "deploy" / "observability" / "alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
PAGES = sorted(page for page in RUNBOOKS.glob("*.md") if page.stem != "README")
OF_PROMETHEUS = {
    "up",
    "sum",
    "rate",
    "max",
    "increase",
    "and",
    "or",
    "by",
    "le",
    "histogram_quantile",
    "min_over_time",
    "absent",
}
LABELS = {"job", "code", "status", "outcome", "result", "shard", "instance"}
_SUFFIXES = ("", "_total", "_bucket", "_sum", "_count")
_EVENT = re.compile(r"[\"']([a-z_]+\.[a-z_]+)[\"']")


def figures() -> set[str]:
    """The name of every sample of every service."""
    families = chain.from_iterable(docs.figures.figures().values())
    return {family.name + suffix for family in families for suffix in _SUFFIXES}


def words(expression: str) -> Iterator[str]:
    """What an expression names outside of quotes."""
    yield from re.findall(r"\b[a-z_]+[a-z]\b", re.sub(r'"[^"]*"|\[[^]]*]', " ", expression))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_speaks_of_figures_that_exist(rule: dict[str, Any]) -> None:
    """Whoever renames a figure hears of it here."""
    assert set(words(rule["expr"])) - OF_PROMETHEUS - LABELS <= figures()


def test_every_alert_has_its_page() -> None:
    """And every page its alert; the list of pages names them all."""
    alerts = sorted(rule["alert"] for rule in RULES)
    assert [page.stem for page in PAGES] == alerts
    assert re.findall(r"^\| \[(\w+)]", (RUNBOOKS / "README.md").read_text(), re.MULTILINE) == [
        rule["alert"] for rule in RULES
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_names_only_what_there_is(page: Path) -> None:
    """Figures and log events; a reader in the night must not look for what was renamed."""
    events = {
        event
        for folder in ("chassis", "services")
        for source in (REPOSITORY / folder).rglob("*.py")
        for event in _EVENT.findall(source.read_text())
    } | {"request.answered"}
    quoted = re.findall(r"`([a-z_.]+)`", page.read_text())
    named_figures = {
        word for word in quoted if re.match(r"(conversations|delivery|notifications|http|event|process)_\w+$", word)
    }
    assert named_figures <= figures()
    assert {word for word in quoted if re.fullmatch(r"[a-z_]+\.[a-z_]+", word)} - {"messaging.dead"} <= events
