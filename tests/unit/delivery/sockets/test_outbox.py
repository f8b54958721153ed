"""What waits for a client: gathered, bounded, and nothing after the close frame."""

import asyncio

import pytest

from services.delivery.sockets.outbox import Outbox, WriteCycle

MAX_BYTES = 100


class Wire(asyncio.Transport):
    """A transport whose client reads when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.unread = 0
        self.ended = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))

    def get_write_buffer_size(self) -> int:
        return self.unread

    def is_closing(self) -> bool:
        return self.ended


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def cycle() -> WriteCycle:
    return WriteCycle(asyncio.get_running_loop())


@pytest.fixture
async def outbox(wire: Wire, cycle: WriteCycle) -> Outbox:
    return Outbox(transport=wire, cycle=cycle, max_bytes=MAX_BYTES)


async def test_frames_of_one_loop_iteration_leave_in_one_write(outbox: Outbox, wire: Wire) -> None:
    """In its order, and nothing before the turn ends."""
    assert outbox.offer(b"one ")
    assert outbox.offer(b"two ")
    assert outbox.offer(b"three")
    assert wire.writes == []
    await asyncio.sleep(0)
    assert wire.writes == [b"one two three"]
    assert outbox.offer(b"four")
    await asyncio.sleep(0)
    assert wire.writes == [b"one two three", b"four"]


async def test_one_frame_is_written_as_the_object_it_is(cycle: WriteCycle) -> None:
    """A frame for many sockets exists once in memory."""
    frame = b"a frame that many get"
    written: list[object] = []

    class Keeping(Wire):
        def write(self, data: bytes | bytearray | memoryview) -> None:
            written.append(data)

    for _ in range(3):
        Outbox(transport=Keeping(), cycle=cycle, max_bytes=MAX_BYTES).offer(frame)
    await asyncio.sleep(0)
    assert all(data is frame for data in written)
    assert len(written) == 3


async def test_the_limit_counts_bytes_here_and_in_the_transport(outbox: Outbox, wire: Wire) -> None:
    """A frame that does not fit is not taken."""
    wire.unread = 60
    assert outbox.offer(b"x" * 40)
    assert not outbox.offer(b"x")
    assert outbox.backlog == 100


async def test_a_client_that_reads_again_gets_more(outbox: Outbox, wire: Wire) -> None:
    """The bound is about now."""
    wire.unread = MAX_BYTES
    assert not outbox.offer(b"x")
    wire.unread = 0
    assert outbox.offer(b"x")


async def test_nothing_follows_the_close_frame(outbox: Outbox, wire: Wire) -> None:
    """What waited goes before it; what comes later is swallowed, not refused."""
    outbox.offer(b"before ")
    outbox.close(b"CLOSE")
    assert wire.writes == [b"before CLOSE"]
    assert outbox.offer(b"after")
    outbox.close(b"CLOSE again")
    await asyncio.sleep(0)
    assert wire.writes == [b"before CLOSE"]


async def test_abandoning_drops_the_queued_frames(outbox: Outbox, wire: Wire) -> None:
    """Its memory is free at once; only the reason still leaves."""
    outbox.offer(b"x" * 90)
    outbox.abandon(b"CLOSE")
    await asyncio.sleep(0)
    assert wire.writes == [b"CLOSE"]


async def test_nothing_is_written_to_a_transport_that_is_gone(outbox: Outbox, wire: Wire) -> None:
    """It may end between offer and write."""
    outbox.offer(b"x")
    wire.ended = True
    await asyncio.sleep(0)
    assert wire.writes == []


async def test_one_broken_transport_does_not_block_the_others(cycle: WriteCycle, wire: Wire) -> None:
    """They were gathered in the same turn."""

    class Broken(Wire):
        def write(self, data: bytes | bytearray | memoryview) -> None:
            raise RuntimeError(f"unplugged with {len(data)} bytes to go")

    Outbox(transport=Broken(), cycle=cycle, max_bytes=MAX_BYTES).offer(b"lost")
    Outbox(transport=wire, cycle=cycle, max_bytes=MAX_BYTES).offer(b"arrives")
    await asyncio.sleep(0)
    assert wire.writes == [b"arrives"]
