"""A Prometheus that scrapes a running system as docker-compose.yml's does, only more often."""

import contextlib
import json
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from deploy.native import processes
from deploy.native.folders import REPOSITORY
from deploy.native.ports import free_port
from tests.kit.running.prometheus_distribution import Programs

OBSERVABILITY = REPOSITORY / "deploy" / "observability"
START_SECONDS = 60.0
ANSWER_SECONDS = 30.0

Sample = dict[str, Any]


class Prometheus:
    """What it says, by its HTTP API."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/api/v1"

    def query(self, expression: str) -> list[Sample]:
        """The series of an expression that yields a vector, each with its value now."""
        found = self._get(f"/query?{urllib.parse.urlencode({'query': expression})}")
        assert found["resultType"] == "vector", expression
        result: list[Sample] = found["result"]
        return result

    def values(self, expression: str) -> list[float]:
        """Only the values; a series may have none that is a number (NaN)."""
        return [float(sample["value"][1]) for sample in self.query(expression)]

    def rules(self) -> list[dict[str, Any]]:
        """Every rule it loaded, and how its evaluation went."""
        return [rule for group in self._get("/rules")["groups"] for rule in group["rules"]]

    def _get(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(self._url + path, timeout=ANSWER_SECONDS) as response:  # noqa: S310 - our own server
            answer = json.load(response)
        assert answer["status"] == "success", answer
        data: dict[str, Any] = answer["data"]
        return data


@contextlib.contextmanager
def running_prometheus(programs: Programs, ports: Mapping[str, Sequence[int]]) -> Iterator[Prometheus]:
    """With the repository's own configuration and rules; only the addresses and the pace are the test's.

    `ports` are those of each job's processes on this machine.
    """
    with tempfile.TemporaryDirectory(prefix="messaging-prometheus-", ignore_cleanup_errors=True) as name:
        folder, port = Path(name), free_port()
        configuration = folder / "prometheus.yaml"
        configuration.write_text(yaml.safe_dump(_configuration(ports)))
        process = processes.start(
            "prometheus",
            [
                programs.prometheus,
                f"--config.file={configuration}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            log=folder / "log",
            environment=processes.inherited_environment(),
            directory=folder,
        )
        try:
            processes.wait_until_ready(process, lambda: processes.answers_http(port, "/-/ready"), within=START_SECONDS)
            yield Prometheus(port)
        finally:
            process.stop()


def _configuration(ports: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    configuration: dict[str, Any] = yaml.safe_load((OBSERVABILITY / "prometheus.yaml").read_text())
    configuration["global"] = {"scrape_interval": "2s", "evaluation_interval": "2s"}
    configuration["rule_files"] = [str(OBSERVABILITY / file) for file in configuration["rule_files"]]
    for job in configuration["scrape_configs"]:
        del job["dns_sd_configs"]
        job["static_configs"] = [{"targets": [f"127.0.0.1:{port}" for port in ports[job["job_name"]]]}]
    return configuration
