"""The tables of docs/performance.md, from the recorded run."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from docs.capacity import Costs, Plan
from tests.bench.goals import GOALS, of_floor
from tests.bench.record import Record

_MARKED = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)
_PARTS = ("load_generator", "delivery", "conversations", "postgresql", "rabbitmq", "notifications")
_SIZES = (10_000, 100_000, 1_000_000, 10_000_000)  # sockets
_PAIRS = ("pairs_1", "pairs_50", "pairs_200", "hot_seller")


def with_tables(page: str, recorded: Path) -> str:
    """The page with what stands between its marks made anew. Raises KeyError for a mark that nothing belongs to."""
    record = Record.read(recorded) or Record({}, {})
    tables = {
        "goals": _goals(record),
        "floors": _figures(record, "floors"),
        "latencies": _latencies(record),
        "costs": _costs(record),
        "replicas": _figures(record, "replicas_1", "replicas_2", "replicas_4"),
        "others": _figures(record, "hot_seller", "idle", "storm", "rest", "bytes"),
        "costs_of_a_message": _costs_of_a_message(record),
        "capacity": _capacity(record),
        "machine": _machine(record),
    }
    return _MARKED.sub(lambda mark: mark[1] + tables[mark[2]] + mark[3], page)


def _goals(record: Record) -> str:
    rows = []
    for goal in GOALS:
        value = record.figures.get(goal.figure)
        if value is None:
            measured = ("not measured", "", "")
        else:
            met = "met" if goal.met(value) else "**not met**"
            measured = (_number(value), met, of_floor(goal.figure, record.figures))
        rows.append((goal.meaning, goal.text, *measured, f"`{goal.figure}`"))
    return _table(("Figure", "Goal", "Measured", "", "Against the floor", "Name"), rows)


def _latencies(record: Record) -> str:
    rates = sorted({int(found[1]) for name in record.figures if (found := re.match(r"open_loop_(\d+)\.", name))})
    percentiles = ("receipt_p50_ms", "receipt_p99_ms", "receipt_p999_ms", "ack_p50_ms", "ack_p99_ms")
    columns = (*percentiles, "sent_late_p99_ms", "received_percent_of_target")
    rows = [(f"{rate:,}", *_cells(record, f"open_loop_{rate}", columns)) for rate in rates]
    return _table(("Messages/s", *(_heading(column) for column in columns)), rows)


def _costs(record: Record) -> str:
    columns = tuple(f"{part}_us_per_message" for part in _PARTS)
    subjects = [subject for subject in _PAIRS if f"{subject}.throughput_messages_per_second" in record.figures]
    rates = ("throughput_messages_per_second", "receipt_p50_ms", "receipt_p99_ms", "ack_p50_ms", "ack_p99_ms")
    rows = [(f"`{subject}`", *_cells(record, subject, (*rates, *columns))) for subject in subjects]
    headings = ("Messages/s", *map(_heading, rates[1:]), *(f"{part.replace('_', ' ')} µs" for part in _PARTS))
    return _table(("", *headings), rows)


def _figures(record: Record, *subjects: str) -> str:
    chosen = [name for name in record.figures if name.partition(".")[0] in subjects]
    return _table(("Figure", "Measured"), [(f"`{name}`", _number(record.figures[name])) for name in chosen])


def _costs_of_a_message(record: Record) -> str:
    costs = Costs.of(record.figures)
    if costs is None:
        return "Not measured yet.\n"
    rows = (
        ("k", "memory of a socket in its process", "KiB", costs.process_kib_per_socket, "idle"),
        ("h", "heartbeat of a socket", "µs/s", 1e6 * costs.heartbeat_per_socket, "idle"),
        ("d", "delivery: a message taken and told to two people", "µs", 1e6 * costs.telling, "pairs_200"),
        (
            "e",
            "delivery: a message heard that concerns nobody here",
            "µs",
            1e6 * costs.hearing,
            "replicas_2 − replicas_1",
        ),
        ("c", "conversations: a message", "µs", 1e6 * costs.deciding, "pairs_200"),
        ("p", "PostgreSQL: a message", "µs", 1e6 * costs.storing, "pairs_200"),
        ("b", "broker: a message, to one replica and notifications", "µs", 1e6 * costs.carrying, "pairs_200"),
        ("f", "broker: a message to a further replica", "µs", 1e6 * costs.carrying_on, "replicas_2 − replicas_1"),
        ("s", "stored for a message", "bytes", costs.stored_bytes, "bytes"),
    )
    shown = [
        (f"`{symbol}`", what, f"{_number(value)} {unit}", f"`{source}`") for symbol, what, unit, value, source in rows
    ]
    return _table(("", "Cost", "Measured", "From"), shown)


def _capacity(record: Record) -> str:
    costs = Costs.of(record.figures)
    if costs is None:
        return "Not measured yet.\n"
    plans = [Plan(sockets, costs) for sockets in _SIZES]
    rows = (
        ("messages/s", [plan.messages for plan in plans]),
        ("delivery processes", [plan.replicas for plan in plans]),
        ("cells", [plan.cells for plan in plans]),
        ("messages/s of a cell", [plan.messages_of_cell for plan in plans]),
        ("memory of all sockets, GiB", [plan.memory_gib for plan in plans]),
        ("one delivery process, cores", [plan.replica_cores for plan in plans]),
        ("broker of a cell, cores", [plan.broker_cores for plan in plans]),
        ("conversations, cores", [plan.conversations_cores for plan in plans]),
        ("PostgreSQL, cores", [plan.postgresql_cores for plan in plans]),
        ("stored a day at this rate, GiB", [plan.stored_gib_per_day for plan in plans]),
        ("cores to provide in all", [plan.machine_cores for plan in plans]),
    )
    shown = [(name, *(_number(value) for value in values)) for name, values in rows]
    return _table(("Sockets", *(f"{sockets:,}" for sockets in _SIZES)), shown)


def _machine(record: Record) -> str:
    return _table(("Fact", ""), [(f"`{name}`", str(value)) for name, value in record.facts.items()])


def _cells(record: Record, subject: str, columns: Iterable[str]) -> list[str]:
    values = (record.figures.get(f"{subject}.{column}") for column in columns)
    return ["–" if value is None else _number(value) for value in values]


def _heading(column: str) -> str:
    if column == "received_percent_of_target":
        return "received, % of target"
    return column.removesuffix("_ms").replace("_", " ").replace("p999", "p99.9") + " ms"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:,.3g}"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (headings, ["---"] * len(headings), *rows)]
    return "\n".join(lines) + "\n"
