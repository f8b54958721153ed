"""The manifests keep the rules that a cluster does not check."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis.server import CLEANUP_SECONDS

KUBERNETES = Path(__file__).parents[3] / "deploy" / "kubernetes"
SERVERS = {"postgres", "rabbitmq"}  # of the dev overlay: their images decide about users and files themselves
WITHOUT_PROBES = {"migrate", "demo-data"}
# The longest drain of any overlay; of web: how long nginx keeps its sockets (worker_shutdown_timeout).
DRAIN_SECONDS = {"conversations": 20, "delivery": 20, "notifications": 10, "web": 20}

Manifest = dict[str, Any]


def manifests() -> Iterator[Manifest]:
    for path in sorted(KUBERNETES.rglob("*.yaml")):
        for manifest in yaml.safe_load_all(path.read_text()):
            if manifest["kind"] not in ("Kustomization", "Component") and path.name != "spread.yaml":
                yield manifest


def pods() -> dict[str, Manifest]:
    """Pod templates by the name of what makes the pods."""
    return {
        manifest["metadata"]["name"]: manifest["spec"]["template"]
        for manifest in manifests()
        if manifest["kind"] in ("Deployment", "StatefulSet", "Job")
    }


@pytest.mark.parametrize("name", sorted(pods()))
def test_a_pod_asks_for_what_it_needs_and_has_bounds(name: str) -> None:
    """Requests for the scheduler, a memory limit for the neighbours, a bound on what /tmp takes."""
    for container in pods()[name]["spec"]["containers"]:
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])
        assert "memory" in container["resources"]["limits"]
    for volume in pods()[name]["spec"].get("volumes", []):
        assert "sizeLimit" in volume["emptyDir"]


@pytest.mark.parametrize("name", sorted(set(pods()) - SERVERS))
def test_a_pod_can_do_nothing_but_its_work(name: str) -> None:
    """Nobody in particular, no capabilities, no writing, no token of the cluster."""
    spec = pods()[name]["spec"]
    assert spec["securityContext"]["runAsNonRoot"]
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    for container in spec["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


@pytest.mark.parametrize("name", sorted(set(pods()) - SERVERS - WITHOUT_PROBES))
def test_a_service_is_asked_how_it_is(name: str) -> None:
    """Alive does not depend on other parts; ready does."""
    (container,) = pods()[name]["spec"]["containers"]
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == ("/healthz" if name == "web" else "/readyz")


@pytest.mark.parametrize("name", sorted(DRAIN_SECONDS))
def test_a_pod_gets_the_time_to_end_in_order(name: str) -> None:
    """The grace period holds the wait of preStop, the drain and the cleaning up."""
    spec = pods()[name]["spec"]
    (container,) = spec["containers"]
    hook = container.get("lifecycle", {}).get("preStop", {"exec": {"command": ["sleep", "0"]}})
    wait = int(hook["exec"]["command"][1])
    assert spec["terminationGracePeriodSeconds"] >= wait + DRAIN_SECONDS[name] + CLEANUP_SECONDS


def test_no_secret_is_written_down() -> None:
    """They are named, and come from the cluster."""
    assert not [manifest for manifest in manifests() if manifest["kind"] == "Secret"]
    for template in pods().values():
        for container in template["spec"]["containers"]:
            for variable in container.get("env", []):
                sensitive = any(word in variable["name"] for word in ("TOKEN", "SECRET", "PASS", "_URL"))
                assert "valueFrom" in variable or not sensitive or variable["name"] == "CONVERSATIONS_URL"


def test_every_pod_is_behind_a_policy() -> None:
    """All of base is; the servers of the dev overlay are for trying."""
    policies = [manifest["metadata"]["name"] for manifest in manifests() if manifest["kind"] == "NetworkPolicy"]
    assert {"nothing-by-default", "web", "conversations", "delivery", "to-broker", "to-database"} <= set(policies)
