"""PostgreSQL breaks, in the ways it does: nothing acknowledged is lost, nothing is stored twice, answers are honest."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from chassis.http.app import METRICS
from services.conversations.command_kinds import SendMessage
from services.conversations.domain import Rejected, new_id
from services.conversations.keys import COMMANDS
from services.conversations.outcomes import MessageStored
from tests.integration.conversations.locked_log import locked_log, until_a_writer_waits
from tests.kit.conversations import Conversations, Talk, running_conversations, until
from tests.kit.running.servers import Postgres
from tests.kit.running.tcp_proxy import TcpProxy
from tests.kit.waiting import eventually

IMPATIENT: dict[str, Any] = {"database_timeout_seconds": 1, "write_deadline_seconds": 1, "outcome_bound_seconds": 2}


@pytest.fixture
async def proxy(postgres: Postgres) -> AsyncIterator[TcpProxy]:
    async with TcpProxy(host="127.0.0.1", port=postgres.port) as running:
        yield running


def _through(proxy: TcpProxy, url: str) -> str:
    """The database's address, with the proxy before it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{proxy.port}"))


@contextlib.asynccontextmanager
async def _impatient(url: str, *, proxy: TcpProxy | None = None) -> AsyncIterator[Talk]:
    """A conversation at a service that soon gives up. A patient one has started it, and all connections are open."""
    async with running_conversations(database_url=url) as patient:
        talk = await patient.new_conversation()
    address = url if proxy is None else _through(proxy, url)
    async with running_conversations(database_url=address, **IMPATIENT) as service:
        await until(lambda: service.request("GET", "/readyz"), lambda answer: answer.status == 200)
        yield replace(talk, service=service)


async def test_connections_that_die_under_load_lose_and_duplicate_nothing(
    service: Conversations, database: asyncpg.Connection
) -> None:
    talk = await service.new_conversation()
    stop = asyncio.Event()
    acknowledged: dict[str, int] = {}

    async def write(writer: int) -> None:
        number = 0
        while not stop.is_set():
            key = f"w{writer}-{number}"
            while (answer := await talk.send(key, key=key)).status not in {200, 201}:
                pass
            acknowledged[key] = answer.body["seq"]
            number += 1

    writers = [asyncio.create_task(write(number)) for number in range(8)]
    for _ in range(10):
        target = len(acknowledged) + 40
        await eventually(lambda target=target: len(acknowledged) > target, within=60)  # type: ignore[misc]  # bound early
        await database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'conversations.batcher.0' "
            "AND datname = current_database()"
        )
    stop.set()
    await asyncio.gather(*writers)
    rows = await database.fetch(
        "SELECT client_message_id, seq FROM messages WHERE conversation_id = $1 ORDER BY seq", talk.id
    )
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert {row["client_message_id"]: row["seq"] for row in rows} == acknowledged


async def test_a_command_whose_answer_got_lost_is_retried_without_a_duplicate(
    proxy: TcpProxy, new_database: Callable[[int], str]
) -> None:
    url = new_database(1)
    async with running_conversations(database_url=_through(proxy, url)) as service:
        talk = await service.new_conversation()
        async with locked_log(url):
            sending = asyncio.create_task(talk.send("once", key="k"))
            await until_a_writer_waits(url)
            proxy.cut()
        # It commits now, and its answer is swallowed.
        proxy.reset_all()
        proxy.heal()
        answer = await sending
        assert (answer.status, answer.body["seq"]) == (201, 1)
        assert (await talk.send("once", key="k")).status == 200
        assert (await talk.history()).body["lastSeq"] == 1


async def test_without_an_answer_the_outcome_is_unknown(proxy: TcpProxy, new_database: Callable[[int], str]) -> None:
    async with _impatient(new_database(1), proxy=proxy) as talk:
        proxy.cut()
        answer = await talk.send("lost?", key="k")
        assert (answer.status, answer.code) == (503, "outcome_unknown")
        assert answer.headers["Retry-After"] == "1"
        proxy.reset_all()
        proxy.heal()
        again = await until(lambda: talk.send("lost?", key="k"), lambda answer: answer.status < 300)
        assert again.body["seq"] == 1
        history = await until(talk.history, lambda answer: answer.status == 200)  # reads heal by themselves
        assert history.body["lastSeq"] == 1


async def test_while_the_database_is_down_nothing_starts_after_its_deadline(
    new_database: Callable[[int], str], postgres: Postgres
) -> None:
    async with _impatient(new_database(1)) as talk:
        service = talk.service
        postgres.stop()
        try:
            answers = await asyncio.gather(*(talk.send("refused", key=f"r{n}") for n in range(5)))
            # The first may have been under way when the server went: of it alone one may not be sure.
            assert {answer.status for answer in answers} == {503}
            assert {answer.code for answer in answers} <= {"unavailable", "outcome_unknown"}
            late = await talk.send("refused", key="late")
            assert (late.status, late.code) == (503, "unavailable")
            assert (await talk.history()).code == "unavailable"
            assert (await talk.history()).status == 503
            ready = await service.request("GET", "/readyz")
            assert ready.status == 503
            assert {error["field"] for error in ready.body["errors"]} >= {"database", "batcher.0"}
            patient = asyncio.create_task(service.commands(talk.send_command("patient")))
        finally:
            postgres.start()
        (result,) = await patient
        assert result["status"] == "stored"
        await until(lambda: service.request("GET", "/readyz"), lambda answer: answer.status == 200)
        history = await until(talk.history, lambda answer: answer.status == 200)
        assert [message["content"] for message in history.body["messages"]] == ["patient"]


async def test_a_crash_of_the_server_keeps_what_was_acknowledged(
    new_database: Callable[[int], str], postgres: Postgres
) -> None:
    async with running_conversations(database_url=new_database(1)) as service:
        talk = await service.new_conversation()
        sent = [(await talk.send(str(number))).body for number in range(20)]
        postgres.kill()
        postgres.start()
        history = await until(talk.history, lambda answer: answer.status == 200)
        assert history.body["messages"] == sent


async def test_commands_beyond_the_queue_are_refused_at_once(new_database: Callable[[int], str]) -> None:
    url = new_database(1)
    async with running_conversations(database_url=url, queue_max_commands=10) as service:
        talk = await service.new_conversation()
        async with locked_log(url):
            stuck = asyncio.create_task(service.commands(talk.send_command()))
            await until_a_writer_waits(url)
            later = [asyncio.create_task(service.commands(talk.send_command())) for _ in range(30)]
            await eventually(lambda: sum(task.done() for task in later) == 20, within=60)
            refused = [task.result()[0] for task in later if task.done()]
        assert {result.get("code") for result in refused} == {"overloaded"}
        answers = [(await task)[0] for task in (stuck, *later)]
        assert [answer["status"] for answer in answers].count("stored") == 11


async def test_one_row_the_database_refuses_fails_alone(service: Conversations) -> None:
    """Validation lets no such row through; should it ever, its neighbours must not suffer."""
    talk = await service.new_conversation()
    texts = ["fine", "NUL \0 inside", "fine too", "lone \ud800 surrogate", "last"]
    commands = [SendMessage(talk.buyer, talk.id, str(uuid4()), text, new_id()) for text in texts]
    outcomes = (await service.app[COMMANDS].execute(commands, within=60)).outcomes
    assert [
        outcome.seq if isinstance(outcome, MessageStored) else isinstance(outcome, Rejected) and outcome.code
        for outcome in outcomes
    ] == [1, "internal_error", 2, "internal_error", 3]


async def test_the_queue_before_a_silent_database_is_visible_in_the_metrics(
    new_database: Callable[[int], str], proxy: TcpProxy
) -> None:
    """While it lasts, and not only when the writer takes the next batch."""
    async with running_conversations(database_url=_through(proxy, new_database(1)), batch_max_commands=1) as service:
        talk = await service.new_conversation()
        registry = service.app[METRICS].registry

        def waiting() -> float | None:
            return registry.get_sample_value("conversations_commands_queued", {"shard": "0"})

        proxy.cut()
        sends = [asyncio.create_task(service.commands(talk.send_command(str(n)))) for n in range(5)]
        await eventually(lambda: waiting() == 4, within=30)
        proxy.heal()
        proxy.reset_all()
        assert {result["status"] for (result,) in await asyncio.gather(*sends)} == {"stored"}
        assert waiting() == 0


async def test_readiness_proves_a_write(new_database: Callable[[int], str]) -> None:
    """A database that only reads, and a log that somebody holds locked, answer every question and take no message."""
    url = new_database(1)
    name = urlsplit(url).path[1:]
    async with running_conversations(database_url=url) as service:

        async def until_it_says(what: str) -> None:
            await until(lambda: service.request("GET", "/readyz"), lambda answer: what in str(answer.body))

        await until_it_says("'status': 'ready'")
        operator = await asyncpg.connect(url)
        await operator.execute("SET default_transaction_read_only = off")
        for setting, said in (
            ("SET default_transaction_read_only = on", "nothing can be written: ReadOnlySQLTransactionError"),
            ("RESET ALL", "'status': 'ready'"),
        ):
            await operator.execute(f'ALTER DATABASE "{name}" {setting}')
            await operator.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name LIKE 'conversations.%' AND datname = current_database()"
            )
            await until_it_says(said)
        await operator.close()
        async with locked_log(url):
            await until_it_says("'batcher.0', 'message': 'no answer within 2 s'")
        await until_it_says("'status': 'ready'")
