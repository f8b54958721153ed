"""Is it healthy?"""

from deploy.observability.grafana_json import Panel, Query, Row
from deploy.observability.queries import total

HEALTHY = Row(
    title="Is it healthy?",
    width=6,
    height=8,
    panels=(
        Panel(
            title="Connections to the broker",
            description="1: up, 0: down, the worst of all replicas. Without it sends go on; pushing turns to polling, "
            "and notifications wait.",
            unit="none",
            most=1,
            queries=(Query("min by (job, link) (broker_connected)", "{{job}} {{link}}"),),
            runbooks=("PushIsPolling",),
        ),
        Panel(
            title="One leader, one consumer",
            description="Exactly one process of conversations leads (beacons, late publishing, upkeep of the log), and "
            "one of notifications decides. For a second or two at a change of place it may be none.",
            unit="none",
            queries=(
                Query("sum(conversations_leader)", "leader of conversations"),
                Query("sum(notifications_active)", "active notifications"),
            ),
            runbooks=("NoLeader", "NotificationsBehind"),
        ),
        Panel(
            title="Open sockets by replica",
            description="A step down that comes back within seconds is a release. Uneven heights even out with time: "
            "sockets stay where they are.",
            unit="short",
            stacked=True,
            queries=(Query("sum by (instance) (delivery_sockets)", "{{instance}}"),),
        ),
        Panel(
            title="Messages",
            description="Stored; put into sockets (each message goes to all sockets of both people); decided about by "
            "notifications.",
            unit="cps",
            queries=(
                Query(total('conversations_commands_total{outcome="stored"}'), "stored"),
                Query(total('delivery_frames_sent_total{type="new_message"}'), "to sockets"),
                Query(total("notifications_decided_total"), "notifications decided"),
            ),
        ),
    ),
)
