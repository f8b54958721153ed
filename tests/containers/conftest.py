"""Images are built once, and what is tested with them is skipped, saying why, where no Docker engine answers."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers.compose import Project, build_images, project
from tests.kit.running.containers import EngineUnusable, require_engine_with_images


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The time limit is the test's own: the first one waits for the images."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(180, func_only=True))


@pytest.fixture(scope="session")
def images() -> None:
    try:
        require_engine_with_images()
        subprocess.run(["docker", "compose", "version"], check=True, capture_output=True)
    except (EngineUnusable, OSError, subprocess.CalledProcessError) as error:
        # Not every machine has an engine; this suite has a verb of its own and is no part of `make test`.
        pytest.skip(f"needs a Docker engine and Docker Compose: {error}")
    build_images()


@pytest.fixture(scope="session")
def composed(images: None) -> Iterator[Project]:
    """The whole system, with demo people."""
    with project(ENVIRONMENT="development", DEV_LOGIN="true", COMPOSE_PROFILES="demo") as running:
        yield running
