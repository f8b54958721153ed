"""No panel of the dashboard is empty and no alert blind: a real Prometheus scrapes a real system with some traffic."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.hostile.callers import WRONG_SECRET
from tests.hostile.world import World
from tests.kit.raw_websocket import RawConnection, open_websocket, upgrade_request
from tests.kit.running.prometheus import OBSERVABILITY, Prometheus, running_prometheus
from tests.kit.running.prometheus_distribution import Programs
from tests.kit.running.system import System, running_system
from tests.kit.waiting import eventually

PATIENCE_SECONDS = 60.0
REPLICAS = 2
DASHBOARD = json.loads((OBSERVABILITY / "grafana" / "dashboards" / "messaging.json").read_text())
QUERIES: dict[str, str] = {
    f"{panel['title']} {target['refId']} {panel['id']}": target["expr"]
    for panel in DASHBOARD["panels"]
    for target in panel.get("targets", [])
}
RULES: dict[str, str] = {
    rule["alert"]: rule["expr"]
    for group in yaml.safe_load((OBSERVABILITY / "alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
}
_COMPARISON = re.compile(r" (==|!=|>|<|>=|<=) ")

pytestmark = pytest.mark.timeout(300)  # the first test waits for the system, and for a download if need be


@pytest.fixture(scope="module")
def system(programs: Programs) -> Iterator[System]:
    with running_system(durable=False, delivery_replicas=REPLICAS) as running:
        yield running


@pytest.fixture(scope="module")
async def prometheus(programs: Programs, system: System) -> Any:
    """Everything was scraped once before the traffic, so that each figure has grown before its eyes."""
    ports = {
        "conversations": [system.conversations.port],
        "delivery": [replica.port for replica in system.delivery],
        "notifications": [system.notifications.port],
    }
    with running_prometheus(programs, ports) as running:
        await eventually(lambda: running.values("sum(up)") == [2 + REPLICAS], within=PATIENCE_SECONDS)
        _traffic(system)
        yield running


@pytest.mark.parametrize("name", QUERIES)
async def test_a_panels_query_finds_something(prometheus: Prometheus, name: str) -> None:
    """At least one series with a number: also those that count failures, of which there were none."""
    expression = QUERIES[name].replace("$__rate_interval", "5m")
    await eventually(lambda: _numbers(prometheus, expression), within=PATIENCE_SECONDS)


@pytest.mark.parametrize("alert", RULES)
async def test_an_alerts_expression_finds_something_to_judge(prometheus: Prometheus, alert: str) -> None:
    """With `bool`, a comparison answers 0 where it would keep silent."""
    expression = _COMPARISON.sub(r" \1 bool ", RULES[alert])
    assert expression != RULES[alert]
    await eventually(lambda: bool(prometheus.query(expression)), within=PATIENCE_SECONDS)


async def test_every_rule_is_loaded_and_can_be_evaluated(prometheus: Prometheus) -> None:
    """None compares what cannot be compared."""
    await eventually(lambda: {rule["health"] for rule in prometheus.rules()} == {"ok"}, within=PATIENCE_SECONDS)
    assert [rule["name"] for rule in prometheus.rules()] == list(RULES)


def _numbers(prometheus: Prometheus, expression: str) -> bool:
    return any(math.isfinite(value) for value in prometheus.values(expression))


def _traffic(system: System) -> None:
    """Messages from one replica to the other, and some that are refused."""
    world = World(system)
    first, second = (replica.url for replica in system.delivery)
    talk = world.talk
    with (
        open_websocket(first, world.mint(talk.buyer)) as buyer,
        open_websocket(second, world.mint(talk.seller)) as seller,
    ):
        for number in range(5):
            sending = {"type": "send_message", "conversationId": talk.id, "message": "Hello!", "ref": str(number)}
            assert buyer.ask(sending)["type"] == "message_sent"
            while seller.next_json()["type"] != "new_message":
                pass
        assert buyer.ask({"type": "nonsense", "ref": "5"})["code"] == "unknown_frame_type"
    with RawConnection(first) as stranger:
        stranger.send(upgrade_request(stranger.netloc, token=world.mint(talk.buyer, secret=WRONG_SECRET)))
        assert stranger.read_head().status == 401
