"""How the work of a crowd is spread over turns of the event loop."""

import asyncio

from services.delivery.sockets.pacing import Paced, Turnstile


async def done_in_turns(items: int, *, per_turn: int) -> list[list[int]]:
    """What was done at once and in each turn after, until all was."""
    done: list[int] = []
    turns: list[list[int]] = []
    paced = Paced(asyncio.get_running_loop(), done.append, per_turn=per_turn)
    for number in range(items):
        paced.add(number)
    while sum(map(len, turns)) < items:
        turns.append(done.copy())
        done.clear()
        await asyncio.sleep(0)
    return turns


async def test_many_items_are_handled_over_many_iterations_in_order() -> None:
    """Between two of them everybody else is served."""
    assert await done_in_turns(10, per_turn=4) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


async def test_a_single_item_is_handled_at_once() -> None:
    """A quiet system does not notice."""
    for _ in range(3):
        assert await done_in_turns(1, per_turn=1) == [[0]]


async def test_every_iteration_has_a_new_share() -> None:
    """Also when nothing waited at the end of the one before."""
    done: list[int] = []
    paced = Paced(asyncio.get_running_loop(), done.append, per_turn=2)
    for number in range(6):
        paced.add(number)
        assert done == list(range(number + 1))
        await asyncio.sleep(0)
    assert len(paced) == 0


async def test_an_item_waits_behind_earlier_ones() -> None:
    """Otherwise somebody could wait for ever."""
    done: list[int] = []
    paced = Paced(asyncio.get_running_loop(), done.append, per_turn=1)
    for number in range(3):
        paced.add(number)
    await asyncio.sleep(0)
    paced.add(3)
    assert (done, len(paced)) == ([0, 1], 2)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert done == [0, 1, 2, 3]


async def test_a_failing_item_does_not_block_the_others() -> None:
    """It is told to the loop's exception handler, as any failing callback is."""
    loop = asyncio.get_running_loop()
    failures: list[object] = []
    done: list[int] = []

    def do(number: int) -> None:
        if number == 1:
            raise ValueError("one")
        done.append(number)

    loop.set_exception_handler(lambda _, context: failures.append(context["exception"]))
    try:
        paced = Paced(loop, do, per_turn=1)
        for number in range(4):
            paced.add(number)
        for _ in range(4):
            await asyncio.sleep(0)
    finally:
        loop.set_exception_handler(None)
    assert (done, [str(failure) for failure in failures]) == ([0, 2, 3], ["one"])


async def test_tasks_go_through_a_turnstile_in_their_order() -> None:
    """One that was cancelled keeps nobody from it."""
    turnstile = Turnstile(asyncio.get_running_loop(), per_turn=2)
    order: list[int] = []

    async def enter(number: int) -> None:
        await turnstile.go_through()
        order.append(number)

    tasks = [asyncio.create_task(enter(number)) for number in range(9)]
    await asyncio.sleep(0)
    tasks[4].cancel()
    await asyncio.wait(tasks)
    assert order == [0, 1, 2, 3, 5, 6, 7, 8]
