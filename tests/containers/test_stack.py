"""MessagingStack as other people's tests use it: the documented example is run as it is written."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import docker
import pytest

from deploy.native.folders import REPOSITORY
from marketplace_messaging.client import MessagingClient, RequestRefused
from marketplace_messaging.testing import Images, MessagingStack, StackFailed

PAGE = REPOSITORY / "docs" / "testing-your-marketplace.md"


@pytest.fixture(scope="module")
def stack(images: None) -> Iterator[MessagingStack]:
    with MessagingStack(delivery_replicas=2, environment={"WRITE_BURST": "3"}) as running:
        running.put_user("maya", "Maya Fischer")
        running.put_user("jonas", "Jonas Weber")
        running.put_item("bike", seller="maya", title="City bike", amount="140.00")
        yield running


def test_the_documented_example_passes(images: None, tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    (tmp_path / "test_example.py").write_text(example)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:asyncio", "-p", "no:cacheprovider", tmp_path],
        cwd=tmp_path,
        env={"PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


async def test_a_message_reaches_a_socket(stack: MessagingStack) -> None:
    async with stack.client("maya") as maya, stack.client("jonas") as jonas:
        conversation = await jonas.start_conversation("bike")
        assert conversation.item.price is not None
        assert conversation.item.price.amount == "140.00"
        async with maya.connect() as there, jonas.connect() as here:
            sent = await here.send(conversation.id, "Hello!")
            arrived = await there.next("new_message")
        assert (arrived.message.seq, arrived.message.content) == (sent.seq, "Hello!")
        assert [message.content for message in (await maya.history(conversation.id)).messages][-1] == "Hello!"
        assert [row.id for row in await maya.conversations()] == [conversation.id]


async def test_the_environment_reaches_the_services(stack: MessagingStack) -> None:
    async with stack.client("jonas") as jonas:
        conversation = await jonas.start_conversation("bike")
        with pytest.raises(RequestRefused, match="rate_limited"):
            for number in range(50):
                await jonas.send(conversation.id, str(number))


async def test_tokens_may_be_expired(stack: MessagingStack) -> None:
    expired = stack.token_for("jonas", lifetime=timedelta(hours=-1))
    with pytest.raises(RequestRefused, match="token_expired"):
        async with MessagingClient.open(stack.url, expired):
            pass


def test_everything_it_started_is_removed_afterwards(images: None) -> None:
    engine = docker.from_env()
    with MessagingStack() as short:
        ids = [container.get_wrapped_container().id for container in short.containers.values()]
        assert len(ids) == 6
    there = {container.id for container in engine.containers.list(all=True)}
    engine.close()
    assert not there & set(ids)


def test_a_missing_image_is_named(images: None) -> None:
    with (
        pytest.raises(StackFailed, match=r"nowhere\.invalid/messaging/conversations:none.*make images"),
        MessagingStack(images=Images(prefix="nowhere.invalid/messaging", version="none")),
    ):
        pass
