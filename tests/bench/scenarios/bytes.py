"""Bytes: on the wire for one message, by socket and by REST; and on disk for one message.

The comparison on the wire is of two people who look at their conversation and write at PACE_SECONDS. Without sockets
each of them asks for news every POLL_SECONDS.
"""

import aiohttp
import asyncpg
import uvloop

from tests.bench.couple import introduce
from tests.bench.figures import Figures
from tests.bench.options import Options
from tests.bench.stage import measured_system
from tests.bench.storage import Sizes, read_sizes, write
from tests.bench.wire import RestBytes, SocketBytes, by_rest, by_socket
from tests.load.target import Target, target_of

TEXT = "Is it still available? I could pick it up tomorrow after five."
PACE_SECONDS = 30.0
POLL_SECONDS = 4.0  # as the web client does when sockets are blocked
HEARTBEAT_SECONDS, HEARTBEAT_BYTES = 30.0, 2 + 6  # a ping, and its pong, which is masked
COUPLES, BATCH = 200, 32


def run(options: Options) -> Figures:
    """Both on one system."""
    with measured_system() as system:
        target = target_of(system)
        wire = uvloop.run(_wire(target, messages=options.choose(full=200, quick=20)))
        disk = uvloop.run(_disk(target, system.database_url, messages=options.choose(full=64_000, quick=6_400)))
    return wire | disk


async def _wire(target: Target, *, messages: int) -> Figures:
    async with aiohttp.ClientSession() as http:
        couple = await introduce(http, target, "wire")
    socket = await by_socket(target, couple, TEXT, messages=messages)
    rest = await by_rest(target, couple, TEXT, messages=messages)
    paced_socket, paced_rest = paced(socket, rest)
    return {
        "bytes.socket_sender_bytes_per_message": socket.sender,
        "bytes.socket_recipient_bytes_per_message": socket.recipient,
        "bytes.rest_send_bytes_per_message": rest.send,
        "bytes.rest_poll_with_message_bytes": rest.poll_with_message,
        "bytes.rest_poll_with_nothing_bytes": rest.poll_with_nothing,
        "bytes.socket_bytes_per_message": paced_socket,
        "bytes.rest_bytes_per_message": paced_rest,
        "bytes.socket_against_rest_percent_less": 100 * (1 - paced_socket / paced_rest),
    }


def paced(socket: SocketBytes, rest: RestBytes) -> tuple[float, float]:
    """Bytes per message of both people together, by socket and by REST, with what flows between two messages."""
    heartbeats = 2 * HEARTBEAT_BYTES * PACE_SECONDS / HEARTBEAT_SECONDS
    polls = 2 * PACE_SECONDS / POLL_SECONDS
    by_polling = rest.send + rest.poll_with_message + (polls - 1) * rest.poll_with_nothing
    return socket.sender + socket.recipient + heartbeats, by_polling


async def _disk(target: Target, database_url: str, *, messages: int) -> Figures:
    connection = await asyncpg.connect(database_url)
    try:
        async with aiohttp.ClientSession() as http:
            couples = [await introduce(http, target, f"disk-{number}") for number in range(COUPLES)]
            before = await read_sizes(connection)
            await write(http, target, couples, TEXT, messages=messages, batch=BATCH)
        after = await read_sizes(connection)
    finally:
        await connection.close()
    return _per_message(before, after, messages)


def _per_message(before: Sizes, after: Sizes, messages: int) -> Figures:
    grown = {
        "table": after.messages - before.messages,
        "primary_key": after.primary_key - before.primary_key,
        "unique_index": after.unique_index - before.unique_index,
        "conversations": after.conversations - before.conversations,
        "event_log": after.event_log - before.event_log,
        "write_ahead_log": after.write_ahead_log - before.write_ahead_log,
        "stored": after.lasting - before.lasting,
    }
    figures = {f"bytes.{name}_bytes_per_message": size / messages for name, size in grown.items()}
    beyond_text = figures["bytes.stored_bytes_per_message"] - len(TEXT.encode())
    return {**figures, "bytes.stored_beyond_text_bytes_per_message": beyond_text}
