"""The tables of docs/performance.md, from the recorded run."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.goals import GOALS, of_floor
from benchmarks.pages.capacity import PUBLISHED_BYTES_PER_MESSAGE, Cell, Plan, cell_of
from benchmarks.pages.costs import CostOfMessage, Costs
from benchmarks.record import Record
from benchmarks.scenarios.hearing import RATES as HEARING_RATES

RECORDED = Path(__file__).parents[1] / "recorded.json"
_MARKED = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)
_PARTS = ("load_generator", "delivery", "conversations", "postgresql", "rabbitmq", "notifications")
_SIZES = (10_000, 100_000, 1_000_000, 10_000_000)  # sockets
_CELLS = (4, 8, 16, 32, 64)  # replicas
_RATES = (200, 1_000, 3_000)  # messages a second
_NOT_MEASURED = "Not measured yet.\n"
_PAIRS = ("pairs_1", "pairs_50", "pairs_200", "hot_seller")
_BESIDE_PLAIN = (
    ("1 pair", "pairs_1", "plain_1"),
    ("50 pairs", "pairs_50", "plain_50"),
    ("200 pairs", "pairs_200", "plain_200"),
    ("1,000/s, open loop", "open_loop_1000", "plain_open_loop_1000"),
)
_OF_PRODUCT, _OF_PLAIN = _PARTS[1:], ("server", "postgresql")


def with_tables(page: str, recorded: Path) -> str:
    """The page with what stands between its marks made anew. Raises KeyError for a mark that nothing belongs to."""
    record = Record.read(recorded) or Record({}, {})
    tables = {
        "goals": _goals(record),
        "floors": _figures(record, "floors"),
        "latencies": _latencies(record),
        "costs": _costs(record),
        "plain": _beside_plain(record),
        "replicas": _figures(record, "replicas_1", "replicas_2", "replicas_4"),
        "hearing": _figures(record, *(f"hearing_{rate}" for rate in HEARING_RATES)),
        "others": _figures(record, "hot_seller", "idle", "storm", "rest", "bytes"),
        "costs_of_a_message": _costs_of_a_message(record),
        "capacity": _capacity(record),
        "cells": _cell_sizes(record),
        "network": _network(record),
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


def _beside_plain(record: Record) -> str:
    """Each figure of the plain server and of the product under the same load, and how many times as high ours is."""
    rows = []
    for load, product, plain in _BESIDE_PLAIN:
        if f"{plain}.receipt_p50_ms" not in record.figures or f"{product}.receipt_p50_ms" not in record.figures:
            continue
        columns = [
            (record.figures[f"{plain}.{name}"], record.figures[f"{product}.{name}"])
            for name in ("throughput_messages_per_second", "receipt_p50_ms", "receipt_p99_ms")
        ]
        columns.append((_used(record, plain, _OF_PLAIN), _used(record, product, _OF_PRODUCT)))
        rows.append(
            (load, *(f"{_number(theirs)} / {_number(ours)} ({ours / theirs:.2f}×)" for theirs, ours in columns))
        )
    headings = ("Plain / product", "Messages/s", "receipt p50 ms", "receipt p99 ms", "processor µs a message")
    return _table(headings, rows) if rows else _NOT_MEASURED


def _used(record: Record, subject: str, parts: Iterable[str]) -> float:
    """Processor µs a message of these parts together; what ran in a container is not counted."""
    return sum(record.figures.get(f"{subject}.{part}_us_per_message", 0.0) for part in parts)


def _figures(record: Record, *subjects: str) -> str:
    chosen = [name for name in record.figures if name.partition(".")[0] in subjects]
    return _table(("Figure", "Measured"), [(f"`{name}`", _number(record.figures[name])) for name in chosen])


def _costs_of_a_message(record: Record) -> str:
    costs = Costs.of(record.figures)
    if costs is None:
        return _NOT_MEASURED
    constant = (
        ("k", "memory of a socket in its process", "KiB", costs.process_kib_per_socket, "idle"),
        ("h", "heartbeat of a socket", "µs/s", 1e6 * costs.heartbeat_per_socket, "idle"),
        ("s", "stored for a message", "bytes", costs.stored_bytes, "bytes"),
        ("l", "one log shard at most", "messages/s", costs.messages_of_shard, "pairs_200, floors"),
    )
    by_rate: tuple[tuple[str, str, CostOfMessage, str], ...] = (
        ("d", "delivery: taken and told to two people", costs.telling, "open_loop, pairs_200"),
        ("e", "delivery: heard where it concerns nobody", costs.hearing, "hearing"),
        ("c", "conversations", costs.deciding, "open_loop, pairs_200"),
        ("p", "PostgreSQL", costs.storing, "open_loop, pairs_200"),
        ("n", "notifications", costs.notifying, "open_loop, pairs_200"),
        ("b", "broker: to one replica and notifications", costs.carrying, "open_loop, pairs_200"),
        ("f", "broker: to a further replica", costs.carrying_on, "hearing"),
    )
    shown = [
        (f"`{symbol}`", what, unit, *[_number(value)] * len(_RATES), f"`{source}`")
        for symbol, what, unit, value, source in constant
    ]
    for symbol, what, cost, source in by_rate:
        bounds = [symbol == "f" and costs.carrying_on_is_bound(rate) for rate in _RATES]
        values = [_at_most(1e6 * cost.at(rate), bound=bound) for rate, bound in zip(_RATES, bounds, strict=True)]
        shown.append((f"`{symbol}`", what, "µs", *values, f"`{source}`"))
    return _table(("", "Cost", "", *(f"at {rate:,}/s" for rate in _RATES), "From"), shown)


def _capacity(record: Record) -> str:
    costs = Costs.of(record.figures)
    if costs is None:
        return _NOT_MEASURED
    rows: tuple[tuple[str, Callable[[Plan], str]], ...] = (
        ("messages/s", lambda plan: _number(plan.messages)),
        ("delivery processes", lambda plan: _number(plan.replicas)),
        ("cells", lambda plan: _number(plan.cells)),
        ("messages/s of a cell", lambda plan: _number(plan.messages_of_cell)),
        ("memory of all sockets, GiB", lambda plan: _number(plan.memory_gib)),
        ("one delivery process, cores", lambda plan: _number(plan.cell.replica_cores)),
        ("the same at worst", lambda plan: _number(plan.cell_at_worst.replica_cores)),
        ("broker of a cell, cores", lambda plan: _broker_cores(plan.cell)),
        ("the same at worst", lambda plan: _broker_cores(plan.cell_at_worst)),
        ("log shards", lambda plan: _number(plan.shards)),
        ("conversations, cores", lambda plan: _number(plan.conversations_cores)),
        ("conversations, processes", lambda plan: _number(plan.conversations_processes)),
        ("PostgreSQL, cores", lambda plan: _number(plan.postgresql_cores)),
        ("notifications, cores", lambda plan: _number(plan.notifications_cores)),
        ("stored a day at this rate, GiB", lambda plan: _number(plan.stored_gib_per_day)),
        ("cores to provide in all", lambda plan: _number(plan.machine_cores)),
    )
    plans = [Plan(sockets, costs) for sockets in _SIZES]
    shown = [(name, *map(tell, plans)) for name, tell in rows]
    return _table(("Sockets", *(f"{sockets:,}" for sockets in _SIZES)), shown)


def _cell_sizes(record: Record) -> str:
    costs = Costs.of(record.figures)
    if costs is None:
        return _NOT_MEASURED
    cells = [cell_of(replicas, costs) for replicas in _CELLS]
    rows = (
        ("messages/s of the cell", [_number(cell.messages) for cell in cells]),
        ("one delivery process, cores", [_number(cell.replica_cores) for cell in cells]),
        ("of these for hearing, %", [f"{100 * cell.hearing_cores / cell.replica_cores:.0f}" for cell in cells]),
        ("hearing in the whole cell, cores", [_number(cell.replicas * cell.hearing_cores) for cell in cells]),
        ("broker, cores", [_broker_cores(cell) for cell in cells]),
        ("from the broker to its replicas, MiB/s", [_number(cell.published_mib_per_second) for cell in cells]),
    )
    shown = [(name, *values) for name, values in rows]
    return _table(("Replicas in a cell", *map(str, _CELLS)), shown)


def _broker_cores(cell: Cell) -> str:
    return _at_most(cell.broker_cores, bound=cell.costs.carrying_on_is_bound(cell.rate))


def _network(record: Record) -> str:
    frames = ("bytes.socket_sender_bytes_per_message", "bytes.socket_recipient_bytes_per_message")
    rows = [("published, to each replica of its cells", _number(PUBLISHED_BYTES_PER_MESSAGE), "a batch of 50")]
    for whose, name in zip(("at the sender's socket", "at the recipient's socket"), frames, strict=True):
        if name in record.figures:
            rows.append((whose, _number(record.figures[name]), f"`{name}`"))
    return _table(("A message", "Bytes", "From"), rows)


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


def _at_most(value: float, *, bound: bool) -> str:
    return f"≤ {_number(value)}" if bound else _number(value)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (headings, ["---"] * len(headings), *rows)]
    return "\n".join(lines) + "\n"
