"""The manifests keep the rules that a cluster does not check."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis.http.server import CLEANUP_SECONDS
from deploy.native.folders import REPOSITORY
from docs.generate import SERVICES
from services.delivery.__main__ import DRAIN_SLACK_SECONDS

KUBERNETES = REPOSITORY / "deploy" / "kubernetes"
SERVERS = {"postgres", "rabbitmq"}  # of the dev overlay: their images decide about users and files themselves
WITHOUT_PROBES = {"migrate", "demo-data"}
PATCHES = {Path("overlays/production/spread.yaml"), Path("components/web-gateway/web.yaml")}
SOCKET_BYTES = 31_000  # of a web pod, the kernel's part included: measured with 6,000
GATEWAY = {"CLUSTER_DOMAIN", "TRUSTED_PROXIES", "WEB_WORKERS"}

Manifest = dict[str, Any]


def manifests() -> Iterator[Manifest]:
    for path in sorted(KUBERNETES.rglob("*.yaml")):
        for manifest in yaml.safe_load_all(path.read_text()):
            if manifest["kind"] not in ("Kustomization", "Component") and path.relative_to(KUBERNETES) not in PATCHES:
                yield manifest


def pods() -> dict[str, Manifest]:
    """Pod templates by the name of what makes the pods."""
    return {
        manifest["metadata"]["name"]: manifest["spec"]["template"]
        for manifest in manifests()
        if manifest["kind"] in ("Deployment", "StatefulSet", "Job")
    }


def _kustomization(*folders: str) -> Manifest:
    read: Manifest = yaml.safe_load(KUBERNETES.joinpath(*folders, "kustomization.yaml").read_text())
    return read


def configuration(overlay: str) -> dict[str, str]:
    """`messaging-config` as an overlay merges it."""
    made = [*_kustomization("base")["configMapGenerator"], *_kustomization("overlays", overlay)["configMapGenerator"]]
    literals = [literal for generator in made for literal in generator["literals"]]
    return {name: value for name, _, value in (literal.partition("=") for literal in literals)}


def autoscalers() -> dict[str, Manifest]:
    return {m["metadata"]["name"]: m["spec"] for m in manifests() if m["kind"] == "HorizontalPodAutoscaler"}


def longest_drain(name: str) -> float:
    """Of any overlay; of web: how long nginx keeps its sockets."""
    if name == "web":
        nginx = (KUBERNETES.parent / "docker" / "web" / "nginx.conf").read_text()
        return float(re.findall(r"worker_shutdown_timeout (\d+)s;", nginx)[0])
    default = SERVICES[name].model_fields["drain_seconds"].default
    slack = DRAIN_SLACK_SECONDS if name == "delivery" else 0.0
    return max(float(configuration(overlay).get("DRAIN_SECONDS", default)) + slack for overlay in ("dev", "production"))


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
def test_a_service_has_probes(name: str) -> None:
    """Alive does not depend on other parts; ready does."""
    (container,) = pods()[name]["spec"]["containers"]
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == ("/healthz" if name == "web" else "/readyz")


@pytest.mark.parametrize("name", [*SERVICES, "web"])
def test_a_pod_has_time_for_a_graceful_shutdown(name: str) -> None:
    """The grace period holds the wait of preStop, the drain and the cleaning up."""
    spec = pods()[name]["spec"]
    (container,) = spec["containers"]
    hook = container.get("lifecycle", {}).get("preStop", {"exec": {"command": ["sleep", "0"]}})
    wait = int(hook["exec"]["command"][1])
    assert spec["terminationGracePeriodSeconds"] >= wait + longest_drain(name) + CLEANUP_SECONDS


@pytest.mark.parametrize("name", SERVICES)
def test_the_documented_bound_of_the_drain_is_correct(name: str) -> None:
    """Whoever sets it reads the comment beside it."""
    (told,) = re.findall(r"DRAIN_SECONDS: at most (\d+)", (KUBERNETES / "base" / "kustomization.yaml").read_text())
    grace = pods()[name]["spec"]["terminationGracePeriodSeconds"]
    assert grace >= 5 + int(told) + DRAIN_SLACK_SECONDS + CLEANUP_SECONDS
    assert longest_drain(name) <= int(told) + DRAIN_SLACK_SECONDS


@pytest.mark.parametrize("overlay", ["dev", "production"])
def test_every_variable_of_the_configuration_is_known(overlay: str) -> None:
    known = {field.upper() for settings in SERVICES.values() for field in settings.model_fields}
    assert configuration(overlay).keys() <= known | GATEWAY


def test_a_changed_configuration_replaces_the_pods() -> None:
    """Its name carries a hash of it, wherever an overlay does not say otherwise."""
    production = _kustomization("overlays", "production")
    assert "generatorOptions" not in production
    assert "messaging-config" in {made["name"] for made in _kustomization("base")["configMapGenerator"]}
    assert "ConfigMap" not in {manifest["kind"] for manifest in manifests()}


def test_a_pooler_may_stand_before_the_database() -> None:
    """Then sessions go past it: the key is optional, for most have none."""
    for name in ("conversations", "migrate"):
        (container,) = pods()[name]["spec"]["containers"]
        (direct,) = [variable for variable in container["env"] if variable["name"] == "DATABASE_DIRECT_URL"]
        reference = direct["valueFrom"]["secretKeyRef"]
        assert reference == {"name": "messaging-secrets", "key": "database-direct-url", "optional": True}


def rendered(overlay: str, folder: Path) -> list[Manifest]:
    """All that kubectl would apply."""
    copy = folder / "kubernetes"
    shutil.copytree(KUBERNETES, copy)
    (copy / "overlays" / "dev" / "secrets.env").write_text("service-token=none\n")
    command = ["kubectl", "kustomize", str(copy / "overlays" / overlay)]
    made = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return list(yaml.safe_load_all(made))


def routes() -> dict[str, str]:
    """Where the ingress of production sends each path."""
    (ingress,) = yaml.safe_load_all((KUBERNETES / "overlays" / "production" / "ingress.yaml").read_text())
    (rule,) = ingress["spec"]["rules"]
    return {f"{one['pathType']} {one['path']}": one["backend"]["service"]["name"] for one in rule["http"]["paths"]}


def test_no_socket_passes_the_pods_of_web() -> None:
    """Their restart would cut them all at one moment; delivery's spreads its own. Nothing private has a route."""
    assert routes() == {"Prefix /api": "conversations", "Exact /ws": "delivery", "Prefix /": "web"}
    (container,) = pods()["web"]["spec"]["containers"]
    addresses = {one["name"]: one.get("value") for one in container["env"] if one["name"].endswith("_ADDRESS")}
    assert addresses == {"CONVERSATIONS_ADDRESS": "", "DELIVERY_ADDRESS": ""}


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl puts the overlays together")
@pytest.mark.parametrize(("overlay", "proxies"), [("dev", True), ("production", False)])
def test_web_is_the_gateway_only_where_no_ingress_is_needed(overlay: str, proxies: bool, tmp_path: Path) -> None:
    made = rendered(overlay, tmp_path)
    (web,) = [m for m in made if m["kind"] == "Deployment" and m["metadata"]["name"] == "web"]
    variables = web["spec"]["template"]["spec"]["containers"][0]["env"]
    names = [one["name"] for one in variables]
    assert len(names) == len(set(names))
    if proxies:  # a value can only name what stands before it
        assert max(names.index("NAMESPACE"), names.index("CLUSTER_DOMAIN")) < names.index("CONVERSATIONS_ADDRESS")
    addresses = {one["name"]: one.get("value") for one in variables if one["name"].endswith("_ADDRESS")}
    assert all(bool(address) == proxies for address in addresses.values())
    policies = {m["metadata"]["name"] for m in made if m["kind"] == "NetworkPolicy"}
    assert ("services-from-web" in policies) == proxies


def test_a_web_pod_that_is_the_gateway_has_the_memory_for_its_sockets() -> None:
    nginx = (KUBERNETES.parent / "docker" / "web" / "nginx.conf").read_text()
    entrypoint = (KUBERNETES.parent / "docker" / "web" / "entrypoint.sh").read_text()
    (connections,) = re.findall(r"worker_connections (\d+);", nginx)
    (workers,) = re.findall(r"\{WEB_WORKERS:-(\d+)\}", entrypoint)
    sockets = int(connections) * int(workers) // 2
    (patch,) = yaml.safe_load_all((KUBERNETES / "components" / "web-gateway" / "web.yaml").read_text())
    (container,) = patch["spec"]["template"]["spec"]["containers"]
    limit = container["resources"]["limits"]["memory"]
    assert sockets * SOCKET_BYTES < int(limit.removesuffix("Mi")) * 1024 * 1024
    assert f"{sockets:,} sockets" in (KUBERNETES / "README.md").read_text()


def test_an_autoscaler_decides_about_the_number_of_pods_alone() -> None:
    (patch,) = _kustomization("components", "autoscaling")["patches"]
    assert all(re.fullmatch(patch["target"]["name"], name) for name in autoscalers())


def test_every_service_of_several_pods_keeps_some_when_nodes_are_emptied() -> None:
    budgets = {m["metadata"]["name"]: m["spec"] for m in manifests() if m["kind"] == "PodDisruptionBudget"}
    assert budgets.keys() == {*SERVICES, "web"}
    for name, budget in budgets.items():
        assert budget["selector"]["matchLabels"] == {"app.kubernetes.io/name": name}
        assert budget["maxUnavailable"] == 1


def test_no_secret_is_in_the_manifests() -> None:
    """They are named, and come from the cluster."""
    assert not [manifest for manifest in manifests() if manifest["kind"] == "Secret"]
    for template in pods().values():
        for container in template["spec"]["containers"]:
            for variable in container.get("env", []):
                sensitive = any(word in variable["name"] for word in ("TOKEN", "SECRET", "PASS", "_URL"))
                assert "valueFrom" in variable or not sensitive or variable["name"] == "CONVERSATIONS_URL"


def test_prometheus_and_the_adapter_are_told_how_to_find_what_the_alerts_and_the_autoscaler_ask_for() -> None:
    """The page's own words, against the pods' annotations and the autoscaler's metric."""
    page = (KUBERNETES / "README.md").read_text()
    scrape, adapter = (yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL))
    (job,) = scrape["scrape_configs"]
    port, rewrite = "8080", next(rule for rule in job["relabel_configs"] if rule.get("target_label") == "__address__")
    found = re.fullmatch(rewrite["regex"], f"10.0.0.7:9999;{port}")
    assert found
    assert found.expand(rewrite["replacement"].replace("$", "\\")) == f"10.0.0.7:{port}"
    assert {"job", "namespace", "pod"} <= {rule.get("target_label") for rule in job["relabel_configs"]}
    for name in SERVICES:
        noted = pods()[name]["metadata"]["annotations"]
        assert noted == {"prometheus.io/scrape": "true", "prometheus.io/port": port, "prometheus.io/path": "/metrics"}
    metrics = autoscalers()["delivery"]["metrics"]
    (metric,) = [metric["pods"]["metric"]["name"] for metric in metrics if metric["type"] == "Pods"]
    assert adapter["rules"][0]["seriesQuery"].startswith(f"{metric}{{")
