"The row on failures: what goes wrong, who caused it, and what was lost?"

from deploy.observability.grafana_json import Panel, Query, Row
from deploy.observability.queries import NOT_PROBES, OURS, total

WRONG = Row(
    title="What goes wrong?",
    width=6,
    height=8,
    panels=(
        Panel(
            title="Commands not executed",
            description="By answer. Server errors: unavailable, outcome_unknown, overloaded, internal_error. The "
            "others are client errors.",
            unit="cps",
            queries=(Query(total('delivery_commands_total{outcome!~"stored|read"}', "outcome"), "{{outcome}}"),),
            runbooks=("SendsFail",),
        ),
        Panel(
            title="Requests answered 5xx",
            description="By service, without probes. 503: a dependency is down; 500: a bug.",
            unit="cps",
            queries=(
                Query(
                    total(f'http_requests_total{{{OURS}, {NOT_PROBES}, status=~"5.."}}', "job", "status"),
                    "{{job}} {{status}}",
                ),
            ),
            runbooks=("RequestsFail",),
        ),
        Panel(
            title="Rejected frames",
            description="Answered with an `error` frame, by code.",
            unit="cps",
            queries=(Query(total("delivery_frames_refused_total", "code"), "{{code}}"),),
            runbooks=("SendsFail",),
        ),
        Panel(
            title="Refused handshakes",
            description="By code.",
            unit="cps",
            queries=(Query(total("delivery_handshakes_refused_total", "code"), "{{code}}"),),
            runbooks=("LogInsRefused",),
        ),
        Panel(
            title="Tokens refused",
            description="Of users and services, by reason; `expired` is normal, the others are errors of clients or "
            "of the configuration.",
            unit="cps",
            queries=(Query(total("credentials_refused_total", "reason"), "{{reason}}"),),
            runbooks=("LogInsRefused",),
        ),
        Panel(
            title="Sockets opened and closed",
            description="Closed sockets by code: 1000, 1001 the client left; 1006 the connection was lost; 4000 a "
            "replica drains; 4001 the token expired; 4002 the client reads too slowly; 4003 the heartbeat "
            "was missed; 45xx the client was banned.",
            unit="cps",
            queries=(
                Query(total("delivery_sockets_opened_total"), "opened"),
                Query(total("delivery_sockets_closed_total", "code"), "{{code}}"),
            ),
            runbooks=("SlowClients",),
        ),
        Panel(
            title="Repairs of the stream",
            description="Batches that the broker lost or delayed, and that were read from the log instead. Nothing is "
            "missing, only late.",
            unit="cps",
            queries=(
                Query(total("delivery_log_holes_filled_total"), "delivery: gaps filled"),
                Query(total("delivery_log_polls_total"), "delivery: log polled"),
                Query(total("notifications_holes_filled_total"), "notifications: positions filled"),
                Query(total("conversations_log_republished_total"), "conversations: published again"),
            ),
            runbooks=("PushIsPolling", "LogUnpublished"),
        ),
        Panel(
            title="Failed writes and publications",
            description="Attempts without an answer of the database or a confirmation of the broker. They are retried.",
            unit="cps",
            queries=(
                Query(total("conversations_batch_failures_total"), "transactions"),
                Query(total("conversations_log_publish_failures_total"), "publications"),
                Query(total("conversations_log_publish_dropped_total"), "left for the leader"),
                Query(total("delivery_command_attempts_total"), "batches of commands"),
            ),
            runbooks=("WritesSlow", "LogUnpublished"),
        ),
        Panel(
            title="Rejected events, lost positions",
            description="In the last quarter of an hour. Rejected: violates the contract, kept in `messaging.dead`. "
            "Lost: the log's epoch changed, or a consumer's position is no longer in the log. Topology: a "
            "queue or exchange was removed.",
            unit="none",
            bad_at=1,
            queries=(
                Query("sum(increase(notifications_dead_lettered_total[15m]))", "notifications: rejected"),
                Query("sum(increase(delivery_events_invalid_total[15m]))", "delivery: rejected"),
                Query(
                    'sum(increase(conversations_marketplace_events_total{result="dead_lettered"}[15m]))',
                    "marketplace: rejected",
                ),
                Query(
                    "sum(increase(delivery_log_resyncs_total[15m])"
                    " or increase(notifications_positions_lost_total[15m]))",
                    "positions lost",
                ),
                Query("sum(increase(broker_topology_lost_total[15m]))", "topology removed"),
            ),
            runbooks=("EventsRejected", "PlaceInLogLost", "TopologyChanged"),
        ),
    ),
)
