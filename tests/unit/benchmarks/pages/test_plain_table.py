"""The table that shows the product beside the plain server."""

from pathlib import Path

from benchmarks.pages.performance_tables import with_tables
from benchmarks.record import Record

PRODUCT = {
    "pairs_50.throughput_messages_per_second": 3000.0,
    "pairs_50.receipt_p50_ms": 15.0,
    "pairs_50.receipt_p99_ms": 30.0,
    "pairs_50.load_generator_us_per_message": 70.0,
    "pairs_50.delivery_us_per_message": 200.0,
    "pairs_50.postgresql_us_per_message": 100.0,
}
PLAIN = {
    "plain_50.throughput_messages_per_second": 4000.0,
    "plain_50.receipt_p50_ms": 10.0,
    "plain_50.receipt_p99_ms": 20.0,
    "plain_50.load_generator_us_per_message": 50.0,
    "plain_50.server_us_per_message": 250.0,
    "plain_50.postgresql_us_per_message": 150.0,
}


def table(figures: dict[str, float], folder: Path) -> str:
    Record(figures, {}).write(folder / "bench.json")
    page = with_tables("<!-- begin plain -->\n<!-- end plain -->\n", folder / "bench.json")
    return page.removeprefix("<!-- begin plain -->\n").removesuffix("<!-- end plain -->\n")


def test_both_are_shown_with_their_ratio(tmp_path: Path) -> None:
    """The processor time is that of all parts but the load generator."""
    row = table(PRODUCT | PLAIN, tmp_path).splitlines()[2]
    assert row == ("| 50 pairs | 4,000 / 3,000 (0.75×) | 10 / 15 (1.50×) | 20 / 30 (1.50×) | 400 / 300 (0.75×) |")


def test_a_record_of_one_of_them_compares_nothing(tmp_path: Path) -> None:
    for figures in (PRODUCT, PLAIN, {}):
        assert table(figures, tmp_path) == "Not measured yet.\n"
