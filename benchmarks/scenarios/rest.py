"""REST on a small and on a large database: lists of conversations and pages of history.

One client with one kept-alive connection asks for a person with 10 conversations and for one with 10,000.
"""

import random
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import uvloop

from benchmarks.figures import Figures
from benchmarks.history_seed import FEW, MANY, Volume, fill
from benchmarks.load.target import Target, target_of
from benchmarks.options import Options
from benchmarks.percentiles import latency_figures
from benchmarks.stage import measured_system

SMALL, LARGE = "10k", "10m"
LIST = "/api/conversations"
PAGES_DOWN = 50  # of 100 conversations each: the middle of the long list
# The requests, and the ratio each counts for.
KINDS: Mapping[str, tuple[str, ...]] = {
    "list": ("list_of_10", "list_of_10000", "list_of_10000_middle"),
    "history": ("history_newest", "history_middle"),
}


Questions = Mapping[str, Callable[[], Awaitable[Any]]]


def run(options: Options) -> Figures:
    """10,000 and 10,000,000 messages. A `…_ratio` is the worst one of its kind, between medians."""
    volumes = options.choose(
        full={SMALL: Volume(few=1_000), LARGE: Volume(few=50_000, many=200, other=100)},
        quick={SMALL: Volume(few=500, others=500), LARGE: Volume(few=1_000, many=5, other=20, others=500)},
    )
    requests = options.choose(full=500, quick=30)
    figures: Figures = {}
    with measured_system(services=False) as system:
        target = target_of(system)
        for size, volume in volumes.items():
            began = time.monotonic()
            uvloop.run(fill(system.database_url, volume))
            figures[f"rest.seed_{size}_seconds"] = time.monotonic() - began
            figures[f"rest.messages_{size}_count"] = volume.messages
            system.conversations.start()
            for name, latencies in uvloop.run(_ask(target, requests, options.seed)).items():
                figures |= latency_figures(f"rest.{name}_{size}", latencies)
            system.conversations.stop()
    for kind, names in KINDS.items():
        ratios = [figures[f"rest.{name}_{LARGE}_p50_ms"] / figures[f"rest.{name}_{SMALL}_p50_ms"] for name in names]
        figures[f"rest.{kind}_{LARGE}_to_{SMALL}_ratio"] = max(ratios)
    return figures


async def _ask(target: Target, requests: int, seed: int) -> dict[str, list[float]]:
    """Seconds that each kind of request took."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    async with aiohttp.ClientSession(target.conversations_url, raise_for_status=True) as http:
        questions = await _questions(Person(http, target, FEW), Person(http, target, MANY), dice)
        return await _take_times(questions, requests)


class Person:
    def __init__(self, http: aiohttp.ClientSession, target: Target, user_id: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {target.token(user_id)}"}

    async def get(self, path: str) -> Any:
        async with self._http.get(path, headers=self._headers) as response:
            return await response.json()


async def _questions(few: Person, many: Person, dice: random.Random) -> Questions:
    """One of each kind; those about a history ask for another conversation each time."""
    histories = [
        (f"/api/conversations/{conversation['id']}/messages", conversation["lastSeq"])
        for conversation in (await few.get(LIST))["conversations"]
    ]
    cursor = await _middle_of_list(many)

    def history_newest() -> Awaitable[Any]:
        return few.get(dice.choice(histories)[0])

    def history_middle() -> Awaitable[Any]:
        path, last_seq = dice.choice(histories)
        return few.get(f"{path}?before={dice.randrange(last_seq // 4, last_seq * 3 // 4)}")

    return {
        "list_of_10": lambda: few.get(LIST),
        "list_of_10000": lambda: many.get(LIST),
        "list_of_10000_middle": lambda: many.get(f"{LIST}?cursor={cursor}"),
        "history_newest": history_newest,
        "history_middle": history_middle,
    }


async def _middle_of_list(person: Person) -> str:
    """The cursor of a page far down."""
    path = f"{LIST}?limit=100"
    cursor = ""
    for _ in range(PAGES_DOWN):
        cursor = (await person.get(f"{path}&cursor={cursor}" if cursor else path))["nextCursor"]
    return cursor


async def _take_times(questions: Questions, requests: int) -> dict[str, list[float]]:
    """So many of each kind, in turn, so that what disturbs disturbs all; a tenth as many before warm up."""
    taken: dict[str, list[float]] = {name: [] for name in questions}
    for _ in range(requests + requests // 10):
        for name, question in questions.items():
            began = time.perf_counter()
            await question()
            taken[name].append(time.perf_counter() - began)
    return {name: seconds[requests // 10 :] for name, seconds in taken.items()}
