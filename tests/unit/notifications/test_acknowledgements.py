"""Which commands the broker gets for the messages that are dealt with."""

import asyncio
from dataclasses import dataclass, field
from typing import cast

import pytest
from aio_pika.abc import AbstractIncomingMessage

from services.notifications.acknowledgements import Acknowledgements
from tests.kit.waiting import eventually

SECONDS = 30.0


class ChannelGone(Exception):
    """What the library raises."""


@dataclass
class Channel:
    """Writes down what it is told."""

    commands: list[str] = field(default_factory=list)
    gone: bool = False

    def tell(self, command: str) -> None:
        if self.gone:
            raise ChannelGone
        self.commands.append(command)


@dataclass
class Message:
    """A message of the broker, as far as it is used here."""

    delivery_tag: int
    channel: Channel

    async def ack(self, multiple: bool = False) -> None:
        self.channel.tell(f"ack up to {self.delivery_tag}" if multiple else f"ack {self.delivery_tag}")

    async def reject(self) -> None:
        self.channel.tell(f"reject {self.delivery_tag}")


class Stage:
    """Messages 1 to `count` have come."""

    def __init__(self, *, count: int, most: int = 1000) -> None:
        self.channel = Channel()
        self.broken: list[str] = []
        self.acknowledgements = Acknowledgements(most=most, on_broken=self.broken.append)
        self.messages = {
            tag: cast("AbstractIncomingMessage", Message(tag, self.channel)) for tag in range(1, count + 1)
        }
        for message in self.messages.values():
            self.acknowledgements.expect(message)

    def acknowledge(self, *tags: int) -> None:
        for tag in tags:
            self.acknowledgements.acknowledge(self.messages[tag])


async def test_one_command_acknowledges_all_processed_messages() -> None:
    stage = Stage(count=5)
    stage.acknowledge(1, 2, 3)
    await stage.acknowledgements.flush()
    assert stage.channel.commands == ["ack up to 3"]


async def test_a_message_that_still_waits_is_not_acknowledged_with_later_ones() -> None:
    stage = Stage(count=5)
    stage.acknowledge(1, 3, 4)  # 2 waits behind a hole
    await stage.acknowledgements.flush()
    assert sorted(stage.channel.commands) == ["ack 3", "ack 4", "ack up to 1"]
    stage.acknowledge(2, 5)
    await stage.acknowledgements.flush()
    assert stage.channel.commands[3:] == ["ack up to 5"]


async def test_a_rejected_message_blocks_nothing() -> None:
    stage = Stage(count=3)
    stage.acknowledge(1, 3)
    await stage.acknowledgements.reject(stage.messages[2])
    await stage.acknowledgements.flush()
    assert stage.channel.commands == ["reject 2", "ack up to 3"]


async def test_nothing_is_acknowledged_twice() -> None:
    stage = Stage(count=2)
    stage.acknowledge(1)
    await stage.acknowledgements.flush()
    await stage.acknowledgements.flush()
    assert stage.channel.commands == ["ack up to 1"]


async def test_the_first_is_acknowledged_at_once_and_those_of_a_pause_together() -> None:
    stage = Stage(count=4)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(stage.acknowledgements.run())
        stage.acknowledge(1)
        await eventually(lambda: stage.channel.commands == ["ack up to 1"], within=SECONDS)
        stage.acknowledge(2, 3, 4)
        await eventually(lambda: len(stage.channel.commands) > 1, within=SECONDS)
        running.cancel()
    assert stage.channel.commands == ["ack up to 1", "ack up to 4"]


async def test_many_do_not_wait_for_the_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.notifications.acknowledgements.PAUSE_SECONDS", 3600.0)
    stage = Stage(count=3, most=2)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(stage.acknowledgements.run())
        stage.acknowledge(1)
        await eventually(lambda: stage.channel.commands == ["ack up to 1"], within=SECONDS)
        stage.acknowledge(2, 3)
        await eventually(lambda: stage.channel.commands == ["ack up to 1", "ack up to 3"], within=SECONDS)
        running.cancel()


async def test_a_closed_channel_is_reported_and_nothing_is_raised() -> None:
    stage = Stage(count=2)
    stage.channel.gone = True
    stage.acknowledge(1)
    await stage.acknowledgements.flush()
    await stage.acknowledgements.reject(stage.messages[2])
    assert stage.broken == ["cannot acknowledge: ChannelGone"] * 2
