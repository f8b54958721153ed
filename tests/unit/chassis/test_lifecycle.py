"""The life of a process: stop reasons, draining, exit code."""

import asyncio

from chassis.lifecycle import Lifecycle

PATIENCE_SECONDS = 30.0  # a loaded machine is slow


async def test_every_drain_callback_runs_though_one_fails() -> None:
    lifecycle, drained = Lifecycle(), asyncio.Event()

    async def fail() -> None:
        raise ValueError("broken")

    async def drain() -> None:
        drained.set()

    lifecycle.on_drain(fail)
    lifecycle.on_drain(drain)
    await lifecycle.drain(PATIENCE_SECONDS)
    assert drained.is_set()


async def test_a_drain_is_bounded() -> None:
    lifecycle = Lifecycle()
    lifecycle.on_drain(asyncio.Event().wait)  # type: ignore[arg-type]  # never returns, so neither does its bool
    async with asyncio.timeout(PATIENCE_SECONDS):
        await lifecycle.drain(0.05)


async def test_a_task_that_dies_while_draining_does_not_cut_it_short_but_changes_the_code() -> None:
    lifecycle, finish = Lifecycle(), asyncio.Event()
    finished = asyncio.Event()

    async def drain() -> None:
        await finish.wait()
        finished.set()

    lifecycle.on_drain(drain)
    lifecycle.stop("SIGTERM")
    draining = asyncio.create_task(lifecycle.drain(60))
    lifecycle.task_died("worker", None)
    finish.set()
    await asyncio.wait_for(draining, PATIENCE_SECONDS)
    assert finished.is_set()
    assert lifecycle.exit_code == 1
