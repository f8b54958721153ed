"The row on bounded resources: how full are they?"

from deploy.observability.grafana_json import Panel, Query, Row
from deploy.observability.queries import OURS, quantile, rate

FULL = Row(
    title="How full?",
    width=6,
    height=8,
    panels=(
        Panel(
            title="Sockets of a replica",
            description="Share of MAX_CONNECTIONS. At 1, new sockets are refused.",
            unit="percentunit",
            most=1,
            warn_at=0.8,
            bad_at=0.95,
            queries=(Query("delivery_sockets / delivery_sockets_limit", "{{instance}}"),),
            runbooks=("DeliveryFull", "FilesRunOut"),
        ),
        Panel(
            title="Queues of commands",
            description="Share of the maximum. At 1, senders receive `overloaded`.",
            unit="percentunit",
            most=1,
            warn_at=0.25,
            bad_at=0.8,
            queries=(
                Query("delivery_commands_queued / delivery_commands_queued_limit", "delivery {{instance}}"),
                Query(
                    "max by (shard) (conversations_commands_queued / conversations_commands_queued_limit)",
                    "conversations, shard {{shard}}",
                ),
            ),
            runbooks=("WriteQueueFills",),
        ),
        Panel(
            title="Slowest client of a replica",
            description="Bytes queued for it, as a share of OUTBOX_MAX_BYTES. At 1, it is closed with 4002 and "
            "resumes.",
            unit="percentunit",
            most=1,
            queries=(Query("delivery_outbox_fullest_bytes / delivery_outbox_limit_bytes", "{{instance}}"),),
            runbooks=("SlowClients",),
        ),
        Panel(
            title="Database connections for reads",
            description="Share of POOL_MAX_SIZE that is busy. At 1, lists and histories wait.",
            unit="percentunit",
            most=1,
            warn_at=0.8,
            queries=(
                Query(
                    'conversations_pool_connections{state="busy"}'
                    " / ignoring (state) conversations_pool_connections_limit",
                    "{{instance}}",
                ),
            ),
        ),
        Panel(
            title="CPU",
            description="Share of one core; a process cannot use more.",
            unit="percentunit",
            warn_at=0.8,
            bad_at=0.95,
            queries=(Query(rate(f"process_cpu_seconds_total{{{OURS}}}"), "{{job}} {{instance}}"),),
            runbooks=("EventLoopLate",),
        ),
        Panel(
            title="Event loop, p99",
            description="Delay of the event loop. Everything the process does is late by this time.",
            unit="s",
            warn_at=0.05,
            bad_at=0.25,
            queries=(Query(quantile(0.99, "event_loop_lag_seconds", "job", "instance"), "{{job}} {{instance}}"),),
            runbooks=("EventLoopLate",),
        ),
        Panel(
            title="Memory",
            description="Resident memory. Growth that neither sockets nor messages explain is a leak.",
            unit="bytes",
            queries=(Query(f"process_resident_memory_bytes{{{OURS}}}", "{{job}} {{instance}}"),),
            runbooks=("ServiceDown",),
        ),
        Panel(
            title="Open files",
            description="Share of the open files that a process may have; each socket is one.",
            unit="percentunit",
            most=1,
            warn_at=0.8,
            bad_at=0.95,
            queries=(Query(f"process_open_fds{{{OURS}}} / process_max_fds", "{{job}} {{instance}}"),),
            runbooks=("FilesRunOut",),
        ),
    ),
)
