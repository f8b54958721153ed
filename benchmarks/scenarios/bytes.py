"""Bytes: on the wire for one message, by socket and by REST; and on disk for one message.

Two comparisons on the wire. The direct one is of a message alone, on connections that are open already: its frames,
against one request that sends it and one that brings it. The other is of two people who look at their conversation for
SESSION_MESSAGES messages, one of them every PACE_SECONDS: by socket with two handshakes and the heartbeats; by REST
with a request of each of them every POLL_SECONDS, most of which bring nothing.
"""

import aiohttp
import asyncpg
import uvloop

from benchmarks.figures import Figures
from benchmarks.load.target import Target, introduce, target_of
from benchmarks.options import Options
from benchmarks.stage import measured_system
from benchmarks.storage import LASTING, read_sizes, write
from benchmarks.wire import RestBytes, SocketBytes, by_rest, by_socket

TEXT = "Is it still available? I could pick it up tomorrow after five."
PACE_SECONDS = 30.0  # between two messages of a conversation
SESSION_MESSAGES = 20  # for which a socket stays open: ten minutes at this pace
POLL_SECONDS = 4.0  # as the web client does when sockets are blocked
PEOPLE = 2
HEARTBEAT_SECONDS, HEARTBEAT_BYTES = 30.0, 2 + 6  # a ping, and its pong, which is masked
COUPLES, BATCH = 200, 32


def run(options: Options) -> Figures:
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
    with_upkeep, with_polling = paced(socket, rest)
    return {
        "bytes.socket_sender_bytes_per_message": socket.sender,
        "bytes.socket_recipient_bytes_per_message": socket.recipient,
        "bytes.socket_handshake_bytes": socket.handshake,
        "bytes.rest_send_bytes_per_message": rest.send,
        "bytes.rest_poll_with_message_bytes": rest.poll_with_message,
        "bytes.rest_poll_with_nothing_bytes": rest.poll_with_nothing,
        "bytes.socket_against_rest_direct_percent_less": _percent_less(*direct(socket, rest)),
        "bytes.socket_bytes_per_message": with_upkeep,
        "bytes.rest_with_polling_bytes_per_message": with_polling,
        "bytes.socket_against_rest_percent_less": _percent_less(with_upkeep, with_polling),
    }


def direct(socket: SocketBytes, rest: RestBytes) -> tuple[float, float]:
    """Bytes of a message alone, for both people together: its frames; one request that sends it, one that brings it."""
    return socket.sender + socket.recipient, rest.send + rest.poll_with_message


def paced(socket: SocketBytes, rest: RestBytes) -> tuple[float, float]:
    """Bytes per message of both people together, by socket and by REST, with what flows between two messages."""
    handshakes = PEOPLE * socket.handshake / SESSION_MESSAGES
    heartbeats = PEOPLE * HEARTBEAT_BYTES * PACE_SECONDS / HEARTBEAT_SECONDS
    polls_with_nothing = PEOPLE * PACE_SECONDS / POLL_SECONDS - 1
    alone_by_socket, alone_by_rest = direct(socket, rest)
    return alone_by_socket + handshakes + heartbeats, alone_by_rest + polls_with_nothing * rest.poll_with_nothing


def _percent_less(value: float, than: float) -> float:
    return 100 * (1 - value / than)


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


def _per_message(before: dict[str, int], after: dict[str, int], messages: int) -> Figures:
    grown = {name: size - before[name] for name, size in after.items()}
    grown["stored"] = sum(grown[name] for name in LASTING)
    figures = {f"bytes.{name}_bytes_per_message": size / messages for name, size in grown.items()}
    beyond_text = figures["bytes.stored_bytes_per_message"] - len(TEXT.encode())
    return {**figures, "bytes.stored_beyond_text_bytes_per_message": beyond_text}
