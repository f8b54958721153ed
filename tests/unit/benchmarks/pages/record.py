"""Figures of a run that never was, in round numbers."""

from benchmarks.pages.costs import Costs

FIGURES = {
    "floors.commit_batches_of_50_messages_per_second": 20_000.0,
    "idle.memory_kib_per_socket": 3.0,
    "idle.heartbeat_cores": 0.15,
    "idle.sockets_count": 15_000.0,
    "bytes.stored_bytes_per_message": 400.0,
    "hearing_200.delivery_us_per_message_per_replica": 400.0,
    "hearing_200.rabbitmq_us_per_message_per_replica": 90.0,
    "hearing_200.rabbitmq_resolution_us_per_message_per_replica": 10.0,
    "hearing_3000.delivery_us_per_message_per_replica": 30.0,
    "hearing_3000.rabbitmq_us_per_message_per_replica": 4.0,
    "hearing_3000.rabbitmq_resolution_us_per_message_per_replica": 4.0,
    **{
        f"{load}.{name}": value
        for load, rate, times in (
            ("open_loop_200", 200.0, 10.0),
            ("open_loop_1000", 1_000.0, 3.0),
            ("open_loop_3000", 3_000.0, 1.1),
            ("pairs_200", 3_500.0, 1.0),
        )
        for name, value in (
            ("throughput_messages_per_second", rate),
            ("delivery_us_per_message", 100.0 * times),
            ("conversations_us_per_message", 62.0 * times),
            ("postgresql_us_per_message", 80.0 * times),
            ("rabbitmq_us_per_message", 40.0 * times),
            ("notifications_us_per_message", 50.0 * times),
        )
    },
}


def costs(**others: float) -> Costs:
    found = Costs.of(FIGURES | others)
    assert found is not None
    return found
