"""What a process does before it serves."""

import gc
import resource
from collections.abc import Iterator

import pytest

from chassis.http import server


@pytest.fixture
def few_files() -> Iterator[int]:
    """A shell that allows few files; the hard limit, which stays, is given."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("wanted", [600, server.FILES])
def test_the_limit_on_open_files_is_raised_as_far_as_is_allowed(
    few_files: int, wanted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crowd's sockets are many more files than a shell grants."""
    monkeypatch.setattr(server, "FILES", wanted)
    server.allow_files()
    allowed = wanted if few_files == resource.RLIM_INFINITY else min(wanted, few_files)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (allowed, few_files)


def test_a_limit_that_is_high_enough_stays(few_files: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever set it had a reason."""
    monkeypatch.setattr(server, "FILES", 100)
    server.allow_files()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (512, few_files)


@pytest.fixture
def _collector_as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("_collector_as_before")
def test_objects_created_at_start_are_not_collected_again() -> None:
    """A full collection would stop every socket for as long as it takes to look at all there is."""
    before = len(gc.get_objects())
    server.spare_full_collections()
    assert gc.get_freeze_count() > before / 2
    assert len(gc.get_objects()) < before / 2
    assert gc.get_threshold() == server.COLLECT_AFTER
