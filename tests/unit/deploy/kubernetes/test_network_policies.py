"""Who may talk to whom, worked out from the policies as a cluster's network does."""

from dataclasses import dataclass, field
from typing import Any

import yaml

from deploy.native.folders import REPOSITORY

KUBERNETES = REPOSITORY / "deploy" / "kubernetes"
PART_OF = {"app.kubernetes.io/part-of": "marketplace-messaging"}  # base/kustomization.yaml gives it to all of base
Json = dict[str, Any]


@dataclass(frozen=True)
class Peer:
    """A pod, or somebody in another namespace, and the port it listens on."""

    name: str
    port: int = 0
    labels: dict[str, str] = field(default_factory=dict)
    namespace: dict[str, str] | None = None
    """Labels of another namespace; None: the system's own."""


def _pods() -> list[Peer]:
    files = [*KUBERNETES.glob("base/*.yaml"), *KUBERNETES.glob("overlays/dev/*.yaml")]
    peers = []
    for path in files:
        for manifest in yaml.safe_load_all(path.read_text()):
            if manifest["kind"] in ("Deployment", "StatefulSet", "Job"):
                template = manifest["spec"]["template"]
                (port,) = template["spec"]["containers"][0].get("ports", [{"containerPort": 8080}])  # if it did listen
                labels = template["metadata"]["labels"] | (PART_OF if path.parent.name == "base" else {})
                peers.append(Peer(manifest["metadata"]["name"], port["containerPort"], labels))
    return peers


PEERS = (
    *_pods(),
    Peer("ingress controller", namespace={"messaging/ingress": "true"}),
    Peer("stranger", namespace={}),
    Peer("marketplace", namespace={"messaging/marketplace": "true"}),
    Peer("prometheus", namespace={"messaging/monitoring": "true"}),
    Peer("issuer", 443, namespace={}),
    Peer("pooler", 6432, namespace={}),
    Peer("name server", 53, namespace={}),
)
POLICIES: list[Json] = [
    manifest["spec"]
    for path in (
        KUBERNETES / "base" / "network-policies.yaml",
        KUBERNETES / "components" / "web-gateway" / "network-policies.yaml",
        *sorted((KUBERNETES / "overlays" / "dev").glob("*.yaml")),
    )
    for manifest in yaml.safe_load_all(path.read_text())
    if manifest["kind"] == "NetworkPolicy"
]


def _selects(selector: Json, labels: dict[str, str]) -> bool:
    expressions = selector.get("matchExpressions", [])
    assert all(expression["operator"] == "In" for expression in expressions)
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        labels.get(expression["key"]) in expression["values"] for expression in expressions
    )


def _is_meant(rule_peers: list[Json] | None, peer: Peer) -> bool:
    if rule_peers is None:
        return True  # anybody
    return any(
        _selects(meant["namespaceSelector"], peer.namespace or {})
        if "namespaceSelector" in meant
        else peer.namespace is None and _selects(meant["podSelector"], peer.labels)
        for meant in rule_peers
    )


def _lets_through(peer: Peer, direction: str, other: Peer, port: int) -> bool:
    """Whether the policies at one end allow it; a pod that none of them selects is free."""
    if peer.namespace is not None:
        return True
    selecting = [p for p in POLICIES if direction in p["policyTypes"] and _selects(p["podSelector"], peer.labels)]
    rules = [rule for policy in selecting for rule in policy.get(direction.lower(), [])]
    ports = {port, "http"} if port == 8080 else {port}
    return not selecting or any(
        _is_meant(rule.get("from" if direction == "Ingress" else "to"), other)
        and ("ports" not in rule or any(allowed["port"] in ports for allowed in rule["ports"]))
        for rule in rules
    )


def flows() -> set[str]:
    """Every connection that is possible, to a part of the system or out of it."""
    return {
        f"{source.name} → {target.name}"
        for source in PEERS
        for target in PEERS
        if source is not target and target.port and not (source.namespace is not None and target.namespace is not None)
        if _lets_through(source, "Egress", target, target.port)
        and _lets_through(target, "Ingress", source, target.port)
    }


def test_nothing_is_possible_but_what_the_system_needs() -> None:
    """What the dev overlay adds may talk to anybody outside; its servers are reached by their users alone."""
    free = {"postgres", "rabbitmq", "demo-data"}
    outsiders = {peer.name for peer in PEERS if peer.namespace is not None}
    found = {flow for flow in flows() if not _is_not_ours(flow, free | outsiders, outsiders | {"demo-data"})}
    to_web = {f"{name} → web" for name in free | outsiders}
    assert found == to_web | {
        "web → conversations",  # of the dev overlay, where web is the gateway
        "web → delivery",
        "ingress controller → conversations",
        "ingress controller → delivery",
        "delivery → conversations",
        "notifications → conversations",
        "marketplace → conversations",
        "demo-data → conversations",
        "conversations → postgres",
        "migrate → postgres",
        "conversations → pooler",
        "migrate → pooler",
        *(f"{name} → rabbitmq" for name in ("conversations", "delivery", "notifications")),
        *(f"{name} → name server" for name in ("conversations", "delivery", "notifications", "web", "migrate")),
        *(f"{name} → issuer" for name in ("conversations", "delivery")),
        *(f"prometheus → {name}" for name in ("conversations", "delivery", "notifications")),
    }


def _is_not_ours(flow: str, sources: set[str], targets: set[str]) -> bool:
    source, target = flow.split(" → ")
    return source in sources and target in targets
