"""Both gateways, each before one service that does what a test says."""

import gzip
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.native import processes
from deploy.native.folders import REPOSITORY
from deploy.native.ports import free_port
from tests.integration.gateways.service import Service
from tests.kit.running.nginx import NginxNotAvailable, running_nginx

_START_SECONDS = 60.0
LONG_SCRIPT = "export {}\n" * 400


@dataclass(frozen=True)
class Gateway:
    """A running gateway; `log` is what it has written so far."""

    url: str
    service: Service
    process: processes.Process

    @property
    def log(self) -> str:
        return self.process.log.read_text()


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built web client, and a file outside of it."""
    folder = tmp_path_factory.mktemp("web") / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Client</title>")
    (folder / "assets" / "main-3f2a.js").write_text("export {}")
    (folder / "assets" / "long-77ab.js").write_text(LONG_SCRIPT)
    (folder / "assets" / "long-77ab.js.gz").write_bytes(gzip.compress(LONG_SCRIPT.encode()))
    (folder / "circle").symlink_to(folder / "circle")
    (folder.parent / "secret").write_text("secret")
    (folder / "secret").symlink_to(folder.parent / "secret")
    return folder


@pytest.fixture(scope="module", params=["native", "nginx"])
def gateway(request: pytest.FixtureRequest, dist: Path) -> Iterator[Gateway]:
    """One after the other."""
    with Service() as service:
        start = _native if request.param == "native" else _nginx
        yield from start(service, dist)


@pytest.fixture(scope="module")
def native(dist: Path) -> Iterator[Gateway]:
    """The one of `make up` alone."""
    with Service() as service:
        yield from _native(service, dist)


def _native(service: Service, dist: Path) -> Iterator[Gateway]:
    port = free_port()
    environment = {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "CONVERSATIONS_URL": service.url,
        "DELIVERY_URL": service.url,
        "WEB_DIST": str(dist),
    }
    process = processes.start(
        "gateway",
        [sys.executable, "-m", "deploy.native.gateway"],
        log=dist.parent / f"gateway-{port}.log",
        environment={**processes.inherited_environment(), **environment},
        directory=REPOSITORY,
    )
    try:
        processes.wait_until_ready(process, lambda: processes.answers_http(port, "/healthz"), within=_START_SECONDS)
        yield Gateway(f"http://127.0.0.1:{port}", service, process)
    finally:
        process.kill()


def _nginx(service: Service, dist: Path) -> Iterator[Gateway]:
    addresses = {"CONVERSATIONS_ADDRESS": service.address, "DELIVERY_ADDRESS": service.address}
    try:
        with running_nginx(dist, addresses) as (url, process):
            yield Gateway(url, service, process)
    except NginxNotAvailable as reason:
        pytest.skip(f"needs nginx: {reason}")
