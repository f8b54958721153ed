"The row on delays that users notice."

from deploy.observability.grafana_json import Panel, Query, Row
from deploy.observability.queries import NOT_PROBES, OURS, median_and_p99, quantile

LATE = Row(
    title="How late?",
    width=8,
    height=8,
    panels=(
        Panel(
            title="Commit to socket",
            description="From the transaction, by the database's clock, until the frames are written to the sockets. "
            "Includes the difference between the clocks.",
            unit="s",
            warn_at=0.5,
            bad_at=2,
            queries=median_and_p99("delivery_log_batch_age_seconds"),
            runbooks=("MessagesLate",),
        ),
        Panel(
            title="Frame to acknowledgement",
            description="From a client's frame to its answer, retries included.",
            unit="s",
            warn_at=0.5,
            bad_at=2,
            queries=median_and_p99("delivery_command_answer_seconds"),
            runbooks=("WritesSlow", "SendsFail"),
        ),
        Panel(
            title="Behind the log",
            description="Positions that are not sent to sockets, not decided on, or not confirmed by the broker yet. "
            "It should return to 0 quickly.",
            unit="none",
            queries=(
                Query("max by (instance) (delivery_log_lag)", "delivery {{instance}}"),
                Query("max(notifications_lag_positions)", "notifications"),
                Query("max(conversations_log_unpublished)", "not confirmed by the broker"),
            ),
            runbooks=("DeliveryBehind", "NotificationsBehind", "LogUnpublished"),
        ),
        Panel(
            title="Transaction",
            description="One group commit, measured by conversations. Mostly fsync on the database's disk.",
            unit="s",
            warn_at=0.25,
            queries=median_and_p99("conversations_batch_duration_seconds"),
            runbooks=("WritesSlow",),
        ),
        Panel(
            title="Commit to the broker's confirmation",
            description="Nothing waits for it: delivery receives the message earlier.",
            unit="s",
            queries=median_and_p99("conversations_log_publish_duration_seconds"),
            runbooks=("LogUnpublished",),
        ),
        Panel(
            title="HTTP, p99",
            description="The slowest 1 % of requests to each service, without probes.",
            unit="s",
            warn_at=1,
            queries=(
                Query(
                    quantile(0.99, "http_request_duration_seconds", "job", where=f"{OURS}, {NOT_PROBES}"),
                    "{{job}}",
                ),
            ),
            runbooks=("RequestsFail",),
        ),
    ),
)
