"""The schema and the settings on every PostgreSQL that this machine has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.native.postgres import temporary_postgres
from deploy.native.postgres_distribution import NEWEST, OLDEST, VARIABLE, Distribution, _installed
from tests.kit.running.servers import NOT_DURABLE

FOUND = {found.major: found for found in _installed(Path(), None, []) if OLDEST <= found.major <= NEWEST}


@pytest.mark.parametrize("found", FOUND.values(), ids=lambda found: found.version)
def test_an_installed_postgres_runs_the_system(monkeypatch: pytest.MonkeyPatch, found: Distribution) -> None:
    """Private folder, password, migrations."""
    monkeypatch.setenv(VARIABLE, str(found.binaries))
    with temporary_postgres(NOT_DURABLE) as server:
        assert server.query("SHOW server_version").startswith(found.version)
        database = server.create_database("shop")
        environment = {**os.environ, "DATABASE_URL": database, "LOG_LEVEL": "warning"}
        subprocess.run([sys.executable, "-m", "services.conversations", "migrate"], env=environment, check=True)
        assert server.query("SELECT count(*) > 0 FROM log_shards", "shop") == "t"
