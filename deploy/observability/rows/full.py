"""How full is what is bounded?"""

from deploy.observability.grafana_json import Panel, Query, Row
from deploy.observability.queries import OURS, quantile, rate

FULL = Row(
    title="How full?",
    width=6,
    height=8,
    panels=(
        Panel(
            title="Sockets of a replica",
            description="Share of MAX_CONNECTIONS. At 1 new sockets are refused.",
            unit="percentunit",
            most=1,
            warn_at=0.8,
            bad_at=0.95,
            queries=(Query("delivery_sockets / delivery_sockets_limit", "{{instance}}"),),
            runbooks=("DeliveryFull", "FilesRunOut"),
        ),
        Panel(
            title="Queues of commands",
            description="Share of what may wait. At 1 senders are told `overloaded`.",
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
            description="What waits for it, as a share of OUTBOX_MAX_BYTES. At 1 it is closed with 4002 and resumes.",
            unit="percentunit",
            most=1,
            queries=(Query("delivery_outbox_fullest_bytes / delivery_outbox_limit_bytes", "{{instance}}"),),
            runbooks=("SlowClients",),
        ),
        Panel(
            title="Connections for reads",
            description="Share of POOL_MAX_SIZE that is busy. At 1 lists and history wait.",
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
            title="Processor",
            description="Of one core; a process cannot use more.",
            unit="percentunit",
            warn_at=0.8,
            bad_at=0.95,
            queries=(Query(rate(f"process_cpu_seconds_total{{{OURS}}}"), "{{job}} {{instance}}"),),
            runbooks=("EventLoopLate",),
        ),
        Panel(
            title="Event loop, p99",
            description="How late a process wakes. All it does is late by that much.",
            unit="s",
            warn_at=0.05,
            bad_at=0.25,
            queries=(Query(quantile(0.99, "event_loop_lag_seconds", "job", "instance"), "{{job}} {{instance}}"),),
            runbooks=("EventLoopLate",),
        ),
        Panel(
            title="Memory",
            description="Resident. Growth that neither sockets nor messages explain is a leak.",
            unit="bytes",
            queries=(Query(f"process_resident_memory_bytes{{{OURS}}}", "{{job}} {{instance}}"),),
            runbooks=("ServiceDown",),
        ),
        Panel(
            title="Files and sockets",
            description="Share of the open files a process may have; a socket is one.",
            unit="percentunit",
            most=1,
            warn_at=0.8,
            bad_at=0.95,
            queries=(Query(f"process_open_fds{{{OURS}}} / process_max_fds", "{{job}} {{instance}}"),),
            runbooks=("FilesRunOut",),
        ),
    ),
)
