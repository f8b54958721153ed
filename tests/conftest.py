"""What all tests share: how examples are chosen, and native servers or containers, chosen once and said aloud."""

import os

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

from tests.kit.running import servers
from tests.kit.workers import ShareSystems

_NEED_NO_SERVER = ("tests/unit", "tests/contract", "tests/model")

# The same examples every time, and no time limit: a busy machine is no reason to fail. `make fuzz` tries others.
settings.register_profile(
    "repeatable", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    """Decide for every worker; an engine that would pull images is not asked when no test needs one."""
    if os.environ.get("PYTEST_XDIST_WORKER") is None and _may_need_servers(config):
        os.environ[servers.VARIABLE] = servers.choice().kind


@pytest.hookimpl(optionalhook=True)  # `make mutants` loads fewer plugins
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ShareSystems | None:
    """For `--dist loadfile`; other ways to share the tests stay as they are."""
    return ShareSystems(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_sessionstart(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("PYTEST_XDIST_WORKER") is None and _may_need_servers(session.config) and reporter is not None:
        chosen = servers.choice()
        reporter.write_line(f"PostgreSQL and RabbitMQ of the tests: {chosen.kind} ({chosen.reason})")


def _may_need_servers(config: pytest.Config) -> bool:
    return not all(argument.startswith(_NEED_NO_SERVER) for argument in config.args)
