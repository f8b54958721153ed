"""What the manifests say of pods, seen in pods that run."""

import asyncio

import aiohttp
import pytest

from proof.kubernetes.cluster import DEPLOYMENTS, Cluster
from tests.kit.demo import find_private, watch_demo

MIB = 1024 * 1024
MEMORY_LIMITS = {"conversations": 512, "delivery": 1024, "notifications": 256, "web": 1536}  # MiB, of base
CONNECT = """python -c "import socket; socket.create_connection(('{host}', {port}), timeout=3)\""""


async def _pod(cluster: Cluster, name: str) -> str:
    first, *_ = await cluster.pods(name)
    pod: str = first["metadata"]["name"]
    return pod


async def _restarts(cluster: Cluster) -> dict[str, int]:
    """How often each container was started again."""
    pods = [pod for name in DEPLOYMENTS for pod in await cluster.pods(name)]
    return {pod["metadata"]["name"]: pod["status"]["containerStatuses"][0]["restartCount"] for pod in pods}


async def test_all_pods_are_ready_and_none_had_to_be_started_twice(cluster: Cluster) -> None:
    """Also at the first start, when the servers come last."""
    for name in DEPLOYMENTS:
        status = (await cluster.get("deployment", name))["status"]
        assert status["readyReplicas"] == status["replicas"] == status["updatedReplicas"]
    assert set((await _restarts(cluster)).values()) == {0}


async def test_two_people_talk_and_the_logs_keep_it_to_themselves(cluster: Cluster) -> None:
    await asyncio.to_thread(watch_demo, await cluster.url_of("web"))
    selector = "app.kubernetes.io/part-of=marketplace-messaging"
    logs = await cluster.run("logs", f"--selector={selector}", "--tail=-1", "--max-log-requests=50")
    assert "server.started" in logs
    assert find_private(logs, secrets=(await cluster.secrets()).values()) == []


@pytest.mark.parametrize("job", ["migrate", "demo-data"])
async def test_a_job_is_done(cluster: Cluster, job: str) -> None:
    conditions = (await cluster.get("job", job))["status"]["conditions"]
    assert [condition["type"] for condition in conditions if condition["status"] == "True"][-1] == "Complete"


@pytest.mark.parametrize("name", DEPLOYMENTS)
async def test_a_process_is_unprivileged_without_capabilities_and_writes_nowhere(cluster: Cluster, name: str) -> None:
    pod = await _pod(cluster, name)
    assert (await cluster.execute(pod, "id -u")).strip() == "10001"
    status = dict(line.split(":\t") for line in (await cluster.execute(pod, "cat /proc/1/status")).splitlines())
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert (await cluster.execute(pod, "touch /usr/x /etc/x /var/x")).count("Read-only file system") == 3
    assert "No such file" in await cluster.execute(pod, "ls /var/run/secrets/kubernetes.io")


@pytest.mark.parametrize("name", DEPLOYMENTS)
async def test_memory_is_bounded(cluster: Cluster, name: str) -> None:
    """By whichever of the two kinds of control groups the node has."""
    files = "/sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes"
    printed = await cluster.execute(await _pod(cluster, name), f"cat {files} 2>/dev/null")
    assert int(printed) == MEMORY_LIMITS[name] * MIB


@pytest.mark.parametrize("path", ["/internal/log/heads", "/metrics", "/readyz"])
async def test_private_addresses_cannot_be_reached(cluster: Cluster, path: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(await cluster.url_of("web") + path) as answer:
        assert answer.status == 404


async def test_only_services_that_need_the_database_reach_it(cluster: Cluster) -> None:
    """The broker is reached, so that it is the policy and not the network that refuses."""
    pod = await _pod(cluster, "notifications")
    assert await cluster.execute(pod, CONNECT.format(host="rabbitmq", port=5672)) == ""
    refused = await cluster.execute(pod, CONNECT.format(host="postgres", port=5432))
    if not refused:
        pytest.skip("this cluster's network knows no policies")  # many network plug-ins ignore them
    assert "Error" in refused


async def test_without_its_database_nobody_is_ready_and_nobody_is_killed(cluster: Cluster) -> None:
    """Ready depends on other parts, alive does not; all is well again once the database is back."""
    before = await _restarts(cluster)
    await cluster.run("scale", "statefulset/postgres", "--replicas=0")
    try:
        for name in ("conversations", "delivery"):
            await cluster.run(
                "wait", "--for=condition=Available=false", f"deployment/{name}", "--timeout=120s", within=130
            )
    finally:
        await cluster.run("scale", "statefulset/postgres", "--replicas=1")
    for name in DEPLOYMENTS:
        await cluster.run("rollout", "status", f"deployment/{name}", "--timeout=180s", within=190)
    assert await _restarts(cluster) == before
    await asyncio.to_thread(watch_demo, await cluster.url_of("web"))
