"""An object in a process of its own: what it does takes no time from the process that measures."""

import asyncio
import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import uvloop

ANSWER_SECONDS = 60.0


class Aside:
    """Calls the coroutines of the object that `make` returned over there."""

    def __init__(self, make: Callable[[], object]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(make, theirs), daemon=True)
        self._process.start()
        theirs.close()

    async def do(self, what: str, **arguments: Any) -> Any:
        """The coroutine's answer. Raises RuntimeError when it failed, or does not answer."""
        return await asyncio.to_thread(self._ask, what, arguments)

    async def end(self) -> None:
        """End the process, whatever it does."""
        self._pipe.close()
        self._process.terminate()
        await asyncio.to_thread(self._process.join)
        self._process.close()

    def _ask(self, what: str, arguments: dict[str, Any]) -> Any:
        self._pipe.send((what, arguments))
        if not self._pipe.poll(ANSWER_SECONDS):
            raise RuntimeError(f"no answer to {what}")
        failure, answer = self._pipe.recv()
        if failure is not None:
            raise RuntimeError(f"{what} failed: {failure}")
        return answer


def _serve(make: Callable[[], object], pipe: Connection) -> None:
    uvloop.run(_answer(make(), pipe))


async def _answer(aside: object, pipe: Connection) -> None:
    while True:
        try:
            what, arguments = await asyncio.to_thread(pipe.recv)
        except EOFError:
            return
        try:
            pipe.send((None, await getattr(aside, what)(**arguments)))
        except Exception as error:
            pipe.send((repr(error), None))
