"""Background tasks: named, owned, awaited; a dead one is reported."""

import asyncio
import contextlib

from chassis.tasks import BackgroundTasks

Deaths = list[tuple[str, BaseException | None]]


def tasks_with_deaths() -> tuple[BackgroundTasks, Deaths]:
    deaths: Deaths = []
    return BackgroundTasks(on_death=lambda name, error: deaths.append((name, error))), deaths


async def forever() -> None:
    await asyncio.Event().wait()


async def fail() -> None:
    raise ValueError("broken")


async def end() -> None:
    return


async def test_a_failed_task_is_reported_with_its_error() -> None:
    owner, deaths = tasks_with_deaths()
    async with owner as tasks:
        await asyncio.wait({tasks.start("worker", fail())})
        await asyncio.sleep(0)
    ((name, error),) = deaths
    assert name == "worker"
    assert isinstance(error, ValueError)


async def test_a_task_that_ends_too_early_is_reported() -> None:
    owner, deaths = tasks_with_deaths()
    async with owner as tasks:
        await tasks.start("worker", end())
        await asyncio.sleep(0)
    assert deaths == [("worker", None)]


async def test_a_task_that_may_end_is_reported_only_when_it_fails() -> None:
    owner, deaths = tasks_with_deaths()
    async with owner as tasks:
        await tasks.start_once("step", end())
        await asyncio.wait({tasks.start_once("wrong step", fail())})
        await asyncio.sleep(0)
    assert [name for name, _ in deaths] == ["wrong step"]


async def test_leaving_cancels_and_awaits_without_a_report() -> None:
    cleaned = asyncio.Event()

    async def worker() -> None:
        try:
            await forever()
        finally:
            cleaned.set()

    owner, deaths = tasks_with_deaths()
    async with owner as tasks:
        task = tasks.start("worker", worker())
        await asyncio.sleep(0)
    assert task.cancelled()
    assert cleaned.is_set()
    assert deaths == []


async def test_a_task_that_ignores_its_cancellation_does_not_block_the_close() -> None:
    release = asyncio.Event()

    async def stubborn() -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    owner, _ = tasks_with_deaths()
    task = owner.start("stubborn", stubborn())
    await asyncio.sleep(0)
    async with asyncio.timeout(30):
        await owner.close(timeout_seconds=0.05)
    release.set()
    await task


async def test_a_task_whose_library_lost_the_cancellation_is_cancelled_again() -> None:
    async def forgetful() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await forever()
        await forever()

    owner, deaths = tasks_with_deaths()
    task = owner.start("forgetful", forgetful())
    await asyncio.sleep(0)
    await owner.close(timeout_seconds=0.05)
    assert task.cancelled()
    assert deaths == []


async def test_a_task_that_is_started_after_the_end_does_not_run() -> None:
    ran = asyncio.Event()

    async def late() -> None:
        ran.set()

    owner, deaths = tasks_with_deaths()
    await owner.close()
    task = owner.start("late", late())
    await asyncio.wait({task})
    assert task.cancelled()
    assert not ran.is_set()
    assert deaths == []
