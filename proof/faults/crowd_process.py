"""`proof.faults.crowd`, told what to do."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import orjson

from benchmarks.load.crowd import Move
from benchmarks.load.target import Target

ANSWER_SECONDS = 60.0


class CrowdProcess:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, target: Target, urls: Sequence[str]) -> "CrowdProcess":
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "proof.faults.crowd", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        crowd = cls(process)
        await crowd.do("use", target=asdict(target), urls=urls)
        return crowd

    async def do(self, what: str, **arguments: Any) -> dict[str, Any]:
        """Send a command to the process, and return its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(orjson.dumps({what: arguments}) + b"\n")
        async with asyncio.timeout(ANSWER_SECONDS):
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the crowd ended while it should {what}")
        answer: dict[str, Any] = orjson.loads(line)
        return answer

    async def moves(self, *, of: int) -> list[Move]:
        """What moved since the last time; waits until all `of` the people who stay have a socket again."""
        moves: list[Move] = []
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                noted = await self.do("moves")
                moves += [Move(**move) for move in noted["moves"]]
                if noted["sockets"] == of:
                    return moves
                await asyncio.sleep(0.1)  # polls until a client is back

    async def end(self) -> None:
        """Ends with its input."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
