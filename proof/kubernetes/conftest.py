"""The cluster that kubectl leads to; tests are skipped, saying why, where the overlay is not applied."""

import asyncio
import shutil
from pathlib import Path

import pytest

from proof.kubernetes.cluster import DEPLOYMENTS, Cluster, KubectlFailed


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pods take their time to start and to end."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """Without a cluster its tests are skipped: this suite has a verb of its own and is no part of `make test`."""
    cluster = Cluster()
    if shutil.which("kubectl") is None:
        pytest.skip("needs kubectl")  # as the docstring says
    try:
        asyncio.run(cluster.get("deployment", *DEPLOYMENTS))
    except (KubectlFailed, TimeoutError) as error:
        pytest.skip(f"needs deploy/kubernetes/overlays/dev applied: {error}")  # as the docstring says
    return cluster
