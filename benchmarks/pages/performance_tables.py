"""The tables of docs/performance.md, from the recorded run."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.goals import GOALS
from benchmarks.pages.capacity import Plan
from benchmarks.pages.costs import Costs
from benchmarks.record import Record

RECORDED = Path(__file__).parents[1] / "recorded.json"
_MARKED = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)
_PARTS = ("load_generator", "delivery", "conversations", "postgresql", "rabbitmq", "notifications")
_SIZES = (10_000, 50_000, 100_000, 300_000)  # sockets
_NOT_MEASURED = "Not measured yet.\n"
_LOADS = {"pairs_1": "1 pair", "pairs_50": "50 pairs", "pairs_200": "200 pairs", "hot_seller": "200 buyers, one seller"}


def with_tables(page: str, recorded: Path) -> str:
    """The page with what stands between its marks made anew. Raises KeyError for a mark that nothing belongs to."""
    record = Record.read(recorded) or Record({}, {})
    tables = {
        "goals": _goals(record),
        "latencies": _latencies(record),
        "costs": _costs(record),
        "capacity": _capacity(record),
        "machine": _machine(record),
    }
    return _MARKED.sub(lambda mark: mark[1] + tables[mark[2]] + mark[3], page)


def _goals(record: Record) -> str:
    rows = []
    for goal in GOALS:
        value = record.figures.get(goal.figure)
        if value is None:
            rows.append((goal.meaning, goal.text, "not measured", ""))
        else:
            rows.append((goal.meaning, goal.text, _number(value), "met" if goal.met(value) else "**not met**"))
    return _table(("", "Goal", "Measured", ""), rows)


def _latencies(record: Record) -> str:
    rates = sorted({int(found[1]) for name in record.figures if (found := re.match(r"open_loop_(\d+)\.", name))})
    columns = ("receipt_p50_ms", "receipt_p99_ms", "receipt_p999_ms", "ack_p99_ms", "received_percent_of_target")
    rows = [(f"{rate:,}", *_cells(record, f"open_loop_{rate}", columns)) for rate in rates]
    headings = ("receipt p50 ms", "receipt p99 ms", "receipt p99.9 ms", "ack p99 ms", "received, % of target")
    return _table(("Messages/s", *headings), rows)


def _costs(record: Record) -> str:
    columns = ("throughput_messages_per_second", *(f"{part}_us_per_message" for part in _PARTS))
    rows = [
        (name, *_cells(record, load, columns))
        for load, name in _LOADS.items()
        if f"{load}.{columns[0]}" in record.figures
    ]
    return _table(("", "Messages/s", *(part.replace("_", " ") for part in _PARTS)), rows)


def _capacity(record: Record) -> str:
    costs = Costs.of(record.figures)
    if costs is None:
        return _NOT_MEASURED
    rows: tuple[tuple[str, Callable[[Plan], str]], ...] = (
        ("messages/s", lambda plan: _number(plan.messages)),
        ("delivery processes", lambda plan: _number(plan.replicas)),
        ("memory of all sockets, GiB", lambda plan: _number(plan.memory_gib)),
        ("one delivery process, cores", lambda plan: _number(plan.replica_cores)),
        ("broker, cores", lambda plan: _at_most(plan.broker_cores, bound=plan.broker_cores_are_a_bound)),
        ("log shards", lambda plan: _number(plan.shards)),
        ("conversations, cores", lambda plan: _number(plan.conversations_cores)),
        ("conversations, processes", lambda plan: _number(plan.conversations_processes)),
        ("PostgreSQL, cores", lambda plan: _number(plan.postgresql_cores)),
        ("notifications, cores", lambda plan: _number(plan.notifications_cores)),
        ("stored a day, GiB", lambda plan: _number(plan.stored_gib_per_day)),
        ("cores to provide in all", lambda plan: _number(plan.machine_cores)),
    )
    plans = [Plan(sockets, costs) for sockets in _SIZES]
    shown = [(name, *map(tell, plans)) for name, tell in rows]
    return _table(("Sockets", *(f"{sockets:,}" for sockets in _SIZES)), shown)


def _machine(record: Record) -> str:
    """Without the circumstances of each scenario but the first, which tell the date."""
    rows = [(name, str(value)) for name, value in record.facts.items() if not name.endswith(".ran")]
    ran = [str(value).partition(",")[0] for name, value in record.facts.items() if name.endswith(".ran")]
    return _table(("Machine", ""), [*rows, *(("recorded", moment) for moment in ran[:1])])


def _cells(record: Record, subject: str, columns: Iterable[str]) -> list[str]:
    values = (record.figures.get(f"{subject}.{column}") for column in columns)
    return ["–" if value is None else _number(value) for value in values]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:,.3g}"


def _at_most(value: float, *, bound: bool) -> str:
    return f"≤ {_number(value)}" if bound else _number(value)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (headings, ["---"] * len(headings), *rows)]
    return "\n".join(lines) + "\n"
