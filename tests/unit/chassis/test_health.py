"""Readiness: named checks, bounded, told together."""

import asyncio

import pytest

from chassis.health import Health, NotReady


async def well() -> None:
    return


async def test_each_failing_check_is_reported_with_its_reason() -> None:
    async def ill() -> None:
        raise NotReady("no consumer yet")

    async def broken() -> None:
        raise OSError("cannot reach 10.0.0.7")

    health = Health()
    health.add("database", well)
    health.add("consumer", ill)
    health.add("broker", broken)
    assert await health.failures() == {"broker": "OSError", "consumer": "no consumer yet"}


async def test_a_hanging_check_times_out_without_delaying_the_others() -> None:
    health = Health()
    health.add("slow", lambda: asyncio.sleep(60), timeout_seconds=0.02)
    health.add("slower", lambda: asyncio.sleep(60), timeout_seconds=0.03)
    async with asyncio.timeout(30):
        failures = await health.failures()
    assert failures == {"slow": "no answer within 0.02 s", "slower": "no answer within 0.03 s"}


def test_two_checks_of_one_name_are_a_mistake() -> None:
    health = Health()
    health.add("database", well)
    with pytest.raises(ValueError, match="exists already"):
        health.add("database", well)
