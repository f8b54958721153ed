"""`docker compose up --wait`, seen from outside."""

import time

import pytest
import requests

from deploy.demo.client import log_in
from tests.containers.compose import Project, new_project, project
from tests.kit.demo import find_private, watch_demo

ONE_DELIVERY = {"DELIVERY_REPLICAS": "1"}


def test_two_people_talk_and_the_logs_keep_it_to_themselves(composed: Project) -> None:
    """The demo checks that both see every message once and in order."""
    watch_demo(composed.url)
    logs = composed.run("logs", "--no-color")
    assert "server.started" in logs
    assert find_private(logs, secrets=composed.secrets) == []


def test_hashed_files_are_cached_forever_and_precompressed(composed: Project) -> None:
    page = requests.get(composed.url, timeout=10).text
    script = page.partition('src="/assets/')[2].partition('"')[0]
    headers = {"Accept-Encoding": "gzip"}
    answer = requests.get(f"{composed.url}/assets/{script}", headers=headers, timeout=10, stream=True)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert int(answer.headers["Content-Length"]) == len(answer.raw.read())


async def test_added_and_removed_replicas_are_discovered(composed: Project) -> None:
    """New containers have new addresses; the gateway asks for them again and needs no restart."""
    composed.run("up", "--wait", "--no-build", "--no-deps", "--force-recreate", "delivery", "conversations")
    async with log_in(composed.url, "jonas") as jonas:
        conversation = await jonas.start_conversation("city-bike")
        async with jonas.connect() as socket:
            assert (await socket.send(conversation.id, "Found you.")).seq > 0


def test_a_default_system_has_no_demo_log_in_and_is_removed_completely(images: None) -> None:
    """Without choices: production, no demo people. All stop in order; `down --volumes` leaves nothing at all."""
    with project(**ONE_DELIVERY) as plain:
        assert requests.get(f"{plain.url}/api/dev/people", timeout=10).status_code == 404
        assert requests.get(f"{plain.url}/api/items", timeout=10).json()["items"] == []
        assert len([name for name in plain.left() if "delivery" in name]) == 1
        plain.run("stop")
        ended = dict(line.split() for line in plain.run("ps", "-a", "--format", "{{.Name}} {{.ExitCode}}").splitlines())
        assert set(ended.values()) == {"0"}, ended
        assert "database system is shut down" in plain.run("logs", "postgres")
    assert plain.left() == []


def test_parts_of_a_profile_are_wiped_without_choosing_it_again(images: None) -> None:
    demo = new_project(COMPOSE_PROFILES="demo", **ONE_DELIVERY)
    try:
        demo.run("create", "--no-build")
        assert [name for name in demo.left() if "demo-data" in name]
    finally:
        demo.wipe()
    assert demo.left() == []


def test_a_missing_token_key_is_logged_by_conversations(images: None) -> None:
    """One of two variables is enough, which Compose cannot say: the service does."""
    keyless = new_project(JWT_HS256_SECRET="")
    try:
        keyless.run("up", "--detach", "--no-build", "conversations")
        deadline = time.monotonic() + 60
        while "JWT_HS256_SECRET" not in (told := keyless.run("logs", "conversations")):
            assert time.monotonic() < deadline, told
    finally:
        keyless.wipe()


def test_a_missing_secret_is_named(images: None) -> None:
    some = dict.fromkeys(("POSTGRES_PASSWORD", "RABBITMQ_PASSWORD", "JWT_ISSUER", "JWT_AUDIENCE"), "x")
    with pytest.raises(RuntimeError, match=r"SERVICE_TOKEN.*\.env\.example"):
        Project("messaging-test-none", some).run("config")
