"""Positions go back: a standby takes over, a volume is set back. The log's epoch changes by itself, and says so."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from deploy.native.postgres import PostgresServer, temporary_postgres
from services.conversations.domain import shard_of
from services.conversations.migrate import migrate
from services.conversations.settings import DatabaseSettings
from tests.kit.conversations import Conversations, Talk, running_conversations, until
from tests.kit.running.servers import NOT_DURABLE

SHARDS = 2


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of the test's own: it is killed and replaced."""
    with temporary_postgres(NOT_DURABLE) as own:
        yield own


@pytest.fixture
async def service(server: PostgresServer) -> AsyncIterator[Conversations]:
    url = server.create_database("messaging")
    await migrate(DatabaseSettings(database_url=SecretStr(url), log_shards=SHARDS))
    async with running_conversations(database_url=url, log_shards=SHARDS, database_timeout_seconds=5) as running:
        yield running


async def test_a_standby_that_was_behind_begins_a_new_epoch_before_it_takes_a_batch(
    server: PostgresServer, service: Conversations
) -> None:
    talks = await _talks_in_both_shards(service)
    folder = _beside(server, "standby")
    await asyncio.to_thread(server.copy_data, folder)
    before = await _heads(service)
    for talk in talks:
        await talk.send("acknowledged, and lost with the primary")
    server.kill()
    with capture_logs() as logs:
        await _take_over(server, folder, standby=True)
        stored = await asyncio.gather(
            *(_send(service, talk) for talk in talks)
        )  # both shards' writers find it out at once
        after = await _heads(service)
        await until(lambda: _changes(logs), bool)
    assert after["epoch"] != before["epoch"]
    assert [shard["head"] for shard in after["shards"]] != [shard["head"] for shard in before["shards"]]
    assert {batch["epoch"] for answer in stored for batch in answer["logged"]} == {after["epoch"]}
    (change,) = await _changes(logs)
    assert (
        change.items()
        >= {
            "log_level": "error",
            "epoch": after["epoch"],
            "previous": before["epoch"],
            "reason": "history",
        }.items()
    )
    for shard in after["shards"]:  # what survived stays readable
        assert len(await service.log(shard=shard["shard"])) == shard["head"]


async def test_a_reset_volume_is_detected_by_a_consumers_position(
    server: PostgresServer, service: Conversations
) -> None:
    """The same cluster and timeline: only somebody who has seen more can tell."""
    (talk, *_) = await _talks_in_both_shards(service)
    folder = _beside(server, "snapshot")
    await asyncio.to_thread(server.copy_data, folder)
    shard, before = _shard(talk), await _heads(service)
    await talk.send("lost")
    last = (await service.log(shard=shard))[-1]
    stands = {"epoch": before["epoch"], "positions": [_position(shard, last)]}
    assert (await _check(service, stands))["epoch"] == before["epoch"], "a false alarm"
    server.kill()
    await _take_over(server, folder, standby=False)
    await _send(service, talk)  # at the position of the lost one: the head alone does not tell
    assert (await service.log(shard=shard))[-1]["pos"] == last["pos"]
    cursor = await service.request("PUT", "/internal/log/cursors/notifications", service=True, body=stands)
    assert (cursor.status, cursor.code) == (410, "resync_required")
    after = await _check(service, stands)
    assert after["epoch"] not in (before["epoch"], None)
    assert (await _check(service, stands))["epoch"] == after["epoch"], "a witness of an ended epoch proves nothing"


async def test_a_restored_dump_begins_a_new_epoch(server: PostgresServer, service: Conversations) -> None:
    """In the same cluster, too: its tables are other ones."""
    (talk, *_) = await _talks_in_both_shards(service)
    before = await _heads(service)
    connection = await asyncpg.connect(server.dsn("messaging"))
    async with connection.transaction():
        await connection.execute(
            "ALTER TABLE log_epoch RENAME TO dumped;"
            "CREATE TABLE log_epoch (LIKE dumped INCLUDING ALL);"
            "INSERT INTO log_epoch SELECT * FROM dumped"
        )
    await connection.close()
    stored = await _send(service, talk)
    assert stored["logged"][0]["epoch"] == (await _heads(service))["epoch"] != before["epoch"]


async def test_a_forgotten_position_is_not_evidence(server: PostgresServer, service: Conversations) -> None:
    (talk, *_) = await _talks_in_both_shards(service)
    before, shard = await _heads(service), _shard(talk)
    connection = await asyncpg.connect(server.dsn("messaging"))
    await connection.execute("DELETE FROM event_log WHERE shard = $1 AND pos = 1", shard)
    await connection.close()
    position = {"shard": shard, "pos": 1, "at": "2020-01-01T00:00:00.000000Z"}
    assert (await _check(service, {"epoch": before["epoch"], "positions": [position]}))["epoch"] == before["epoch"]


async def _take_over(server: PostgresServer, folder: Path, *, standby: bool) -> None:
    """On the port of the one that was killed."""
    server.use_data(folder)
    if standby:
        server.mark_standby(folder)
    await asyncio.to_thread(server.start)
    if standby:
        assert await asyncio.to_thread(server.query, "SELECT pg_promote()") == "t"


async def _talks_in_both_shards(service: Conversations) -> list[Talk]:
    talks: dict[int, Talk] = {}
    while len(talks) < SHARDS:
        talk = await service.new_conversation()
        talks.setdefault(_shard(talk), talk)
    return list(talks.values())


async def _send(service: Conversations, talk: Talk) -> dict[str, Any]:
    """One message that is stored, as soon as the database takes it."""
    return await until(
        lambda: service.command_answer(talk.send_command("after")),
        lambda answer: answer["results"][0]["status"] == "stored",
    )


async def _heads(service: Conversations) -> dict[str, Any]:
    answer = await until(
        lambda: service.request("GET", "/internal/log/heads", service=True), lambda answer: answer.status == 200
    )
    heads: dict[str, Any] = answer.body
    return heads


async def _check(service: Conversations, stands: dict[str, Any]) -> dict[str, Any]:
    answer = await until(
        lambda: service.request("POST", "/internal/log/heads", service=True, body=stands),
        lambda answer: answer.status == 200,
    )
    heads: dict[str, Any] = answer.body
    return heads


async def _changes(logs: list[Any]) -> list[Any]:
    return [line for line in logs if line["event"] == "epoch.changed"]


def _position(shard: int, batch: dict[str, Any]) -> dict[str, Any]:
    return {"shard": shard, "pos": batch["pos"], "at": batch["events"][0]["time"]}


def _shard(talk: Talk) -> int:
    return shard_of(talk.id, SHARDS)


def _beside(server: PostgresServer, name: str) -> Path:
    return server.data.with_name(name)
