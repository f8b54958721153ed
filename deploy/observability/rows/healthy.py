"Is it healthy?"

from deploy.observability.grafana_json import Panel, Query, Row
from deploy.observability.queries import total

HEALTHY = Row(
    title="Is it healthy?",
    width=6,
    height=8,
    panels=(
        Panel(
            title="Connections to the broker",
            description="1: up, 0: down; the worst of all replicas. Without the broker sends continue, delivery polls "
            "the log, and notifications wait.",
            unit="none",
            most=1,
            queries=(Query("min by (job, link) (broker_connected)", "{{job}} {{link}}"),),
            runbooks=("PushIsPolling",),
        ),
        Panel(
            title="One leader, one consumer",
            description="Exactly one process of conversations is the leader (beacons, late publishing, maintenance of "
            "the log), and one of notifications decides. During a handover there may be none for a second "
            "or two.",
            unit="none",
            queries=(
                Query("sum(conversations_leader)", "leader of conversations"),
                Query("sum(notifications_active)", "active notifications"),
            ),
            runbooks=("NoLeader", "NotificationsBehind"),
        ),
        Panel(
            title="Open sockets by replica",
            description="A drop that recovers within seconds is a release. Uneven numbers even out over time, because "
            "sockets stay where they are.",
            unit="short",
            stacked=True,
            queries=(Query("sum by (instance) (delivery_sockets)", "{{instance}}"),),
        ),
        Panel(
            title="Messages",
            description="Stored; sent to sockets (each message goes to all sockets of both participants); decided on "
            "by notifications.",
            unit="cps",
            queries=(
                Query(total('conversations_commands_total{outcome="stored"}'), "stored"),
                Query(total('delivery_frames_sent_total{type="new_message"}'), "to sockets"),
                Query(total("notifications_decided_total"), "notifications decided"),
            ),
        ),
    ),
)
