"""Whether the account of a server can reach a folder is known before the server is started."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.native.account import Account

STRANGER = Account(name="stranger", uid=4_000_000, gid=4_000_000)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Not pytest's own folder, which is closed to others."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_an_open_folder_can_be_entered(open_folder: Path) -> None:
    assert STRANGER.can_enter(open_folder)
    assert STRANGER.can_enter(open_folder / "to" / "be" / "made")


def test_a_closed_folder_on_the_way_cannot(open_folder: Path) -> None:
    inner = open_folder / "closed" / "inner"
    inner.mkdir(parents=True)
    inner.parent.chmod(0o700)
    assert not STRANGER.can_enter(inner)
