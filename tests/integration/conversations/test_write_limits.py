"""Writes by REST are limited per user, over all replicas."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from services.conversations.store.write_buckets import forget_rested, take_write
from tests.kit.conversations import Answer, Conversations, Talk, running_conversations

SLOW: dict[str, Any] = {"write_rate_per_second": 0.01, "write_burst": 4}


@pytest.fixture
async def replicas(database_url: str) -> AsyncIterator[list[Conversations]]:
    """Two, over one database."""
    async with (
        running_conversations(database_url=database_url, **SLOW) as one,
        running_conversations(database_url=database_url, **SLOW) as two,
    ):
        yield [one, two]


async def say(replica: Conversations, talk: Talk) -> Answer:
    path = f"/api/conversations/{talk.id}/messages"
    return await replica.request("POST", path, user=talk.buyer, body={"content": "x"})


async def test_two_replicas_grant_what_one_would(
    replicas: list[Conversations], database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other or at once, and a third one that was just started grants nothing more."""
    monkeypatch.setattr("services.conversations.writes.write_limits.TAKE_SECONDS", 60)
    talk = await replicas[0].new_conversation()  # the first of the buyer's four writes
    answers = await asyncio.gather(*(say(replica, talk) for replica in replicas * 5))
    assert sorted(answer.status for answer in answers) == [201] * 3 + [429] * 7
    assert {answer.code for answer in answers if answer.status == 429} == {"rate_limited"}
    async with running_conversations(database_url=database_url, **SLOW) as third:
        assert (await say(third, talk)).code == "rate_limited"


async def test_a_flood_of_refused_writes_causes_no_flood_of_statements(
    replicas: list[Conversations], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replica remembers for how long the database refused."""
    talk = await replicas[0].new_conversation()
    await asyncio.gather(*(say(replicas[0], talk) for _ in range(4)))
    assert (await say(replicas[1], talk)).status == 429
    monkeypatch.setattr("services.conversations.writes.write_limits.take_write", _never)
    refused = [await say(replica, talk) for replica in replicas for _ in range(5)]
    assert {answer.status for answer in refused} == {429}
    assert all(0 < int(answer.headers["Retry-After"]) <= 100 for answer in refused)


async def test_a_refusal_that_is_answered_before_the_grants_says_the_same_wait(
    replicas: list[Conversations], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is granted meanwhile is part of the wait that the refusal names."""
    talk = await replicas[0].new_conversation()
    assert (await say(replicas[1], talk)).status == 201
    refused = asyncio.Event()

    async def refusals_first(*arguments: Any, **limits: Any) -> float:
        wait = await take_write(*arguments, **limits)
        if wait > 0:
            refused.set()
        await refused.wait()
        return wait

    monkeypatch.setattr("services.conversations.writes.write_limits.take_write", refusals_first)
    answers = await asyncio.gather(*(say(replicas[0], talk) for _ in range(3)))
    assert sorted(answer.status for answer in answers) == [201] * 2 + [429]
    assert 0 < int((await say(replicas[0], talk)).headers["Retry-After"]) <= 100


async def test_without_an_answer_of_the_database_each_replica_counts_alone(
    replicas: list[Conversations], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow count does not stop writes: they are limited by what this replica allowed, also before."""
    talk = await replicas[0].new_conversation()
    monkeypatch.setattr("services.conversations.writes.write_limits.take_write", _hang)
    monkeypatch.setattr("services.conversations.writes.write_limits.TAKE_SECONDS", 0.01)
    granted = [[(await say(replica, talk)).status for _ in range(6)].count(201) for replica in replicas]
    assert granted == [3, 4]


async def test_the_wait_is_the_one_that_helps(database: asyncpg.Connection) -> None:
    """To the millisecond, for the database's clock decides on all replicas."""
    limit: dict[str, Any] = {"rate_per_second": 4.0, "burst": 3}
    assert [await take_write(database, "exact", **limit) for _ in range(3)] == [0, 0, 0]
    began = time.monotonic()
    wait = await take_write(database, "exact", **limit)
    assert 0 < wait <= 0.25
    assert await take_write(database, "somebody else", **limit) == 0
    await asyncio.sleep(wait)  # the time is the subject
    assert await take_write(database, "exact", **limit) == 0
    assert await take_write(database, "exact", **limit) > 0 or time.monotonic() - began > 0.5


async def test_a_time_from_a_clock_that_went_back_locks_nobody_out(database: asyncpg.Connection) -> None:
    """It counts as a burst just spent."""
    limit: dict[str, Any] = {"rate_per_second": 10.0, "burst": 3}
    await database.execute("INSERT INTO write_limits VALUES ('early', clock_timestamp() + interval '1 day')")
    assert await take_write(database, "early", **limit) <= 0.1
    spent = await database.fetchval(
        "SELECT spent_until - clock_timestamp() < interval '1 s' FROM write_limits WHERE user_id = 'early'"
    )
    assert spent


async def test_full_buckets_are_deleted(database: asyncpg.Connection) -> None:
    await take_write(database, "rested", rate_per_second=1e6, burst=1)
    await take_write(database, "busy", rate_per_second=0.01, burst=1)
    await forget_rested(database)
    left = await database.fetch("SELECT user_id FROM write_limits WHERE user_id IN ('rested', 'busy')")
    assert [row["user_id"] for row in left] == ["busy"]


async def _never(*_: object, **__: object) -> float:
    raise AssertionError("the database was asked")


async def _hang(*_: object, **__: object) -> float:
    await asyncio.Event().wait()
    return 0.0
