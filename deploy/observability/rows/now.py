"The top line: the state in six metrics."

from deploy.observability.grafana_json import Panel, Query, Row
from deploy.observability.queries import OURS, quantile, total

OUR_FAULT = 'outcome=~"unavailable|outcome_unknown|overloaded|internal_error"'

NOW = Row(
    title="Now",
    width=4,
    height=4,
    panels=(
        Panel(
            kind="stat",
            title="Alerts",
            description="Firing alerts. `page`: users notice, or soon will. `ticket`: for working hours. See "
            "Alerting, or /alerts of Prometheus.",
            unit="none",
            queries=(
                Query('sum(ALERTS{alertstate="firing", severity="page"}) or vector(0)', "page"),
                Query('sum(ALERTS{alertstate="firing", severity="ticket"}) or vector(0)', "ticket"),
            ),
            bad_at=1,
            runbooks=("README",),
        ),
        Panel(
            kind="stat",
            title="Responding replicas",
            description="Processes of each service that respond to Prometheus.",
            unit="none",
            queries=(Query(f"sum by (job) (up{{{OURS}}})", "{{job}}"),),
            bad_at=0.5,
            warn_at=1,
            runbooks=("ServiceDown",),
        ),
        Panel(
            kind="stat",
            title="Open sockets",
            description="Of all replicas of delivery.",
            unit="short",
            queries=(Query("sum(delivery_sockets)", "sockets"),),
        ),
        Panel(
            kind="stat",
            title="Messages",
            description="Messages stored per second, by socket and by REST.",
            unit="cps",
            queries=(Query(total('conversations_commands_total{outcome="stored"}'), "stored"),),
        ),
        Panel(
            kind="stat",
            title="Commit to socket, p99",
            description="Age of messages when they are written to the sockets: the slowest 1 %.",
            unit="s",
            queries=(Query(quantile(0.99, "delivery_log_batch_age_seconds"), "p99"),),
            warn_at=0.5,
            bad_at=2,
            runbooks=("MessagesLate",),
        ),
        Panel(
            kind="stat",
            title="Failed sends",
            description="Share of commands by socket that fail with a server error.",
            unit="percentunit",
            queries=(
                Query(
                    f"{total(f'delivery_commands_total{{{OUR_FAULT}}}')}"
                    f" / clamp_min({total('delivery_commands_total')}, 0.001)",
                    "of all",
                ),
            ),
            warn_at=0.001,
            bad_at=0.01,
            runbooks=("SendsFail",),
        ),
    ),
)
