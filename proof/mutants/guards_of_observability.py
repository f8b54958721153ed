"""Guards of what an operator sees, and of how links, tasks and lines end."""

from proof.mutants.damage import drop, instead, never, text, without
from proof.mutants.mutant import At, Guards

_CHASSIS = "tests/unit/chassis"
_INTEGRATION = "tests/integration"

GUARDS: Guards = {
    f"{_CHASSIS}/http/test_app.py": {
        "failures of requests are counted from the start": At("create_app", drop("_expect_requests")),
    },
    "tests/unit/delivery/test_metrics.py": {
        "failures of commands are counted from the start": At(
            "CountersCollector._counters", without("_FROM_THE_START")
        ),
    },
    f"{_INTEGRATION}/delivery/test_operations.py": {
        "an answered command is counted": At("_Lane._answer_one", drop("commands"), "metrics"),
    },
    f"{_INTEGRATION}/conversations/test_database_faults.py": {
        "a queue is seen while the database is silent": At(
            "Batcher.__init__", instead("commands", "0"), "queue_before_a_silent_database"
        ),
    },
    "tests/unit/conversations/test_metrics.py": {
        "a former leader is silent about the log": At(
            "conversations.metrics.ServiceMetrics.lead", drop("_unpublished")
        ),
    },
    "tests/unit/notifications/test_metrics.py": {
        "a passive consumer is silent about its lag": At("ServiceMetrics.show_active", drop("lag")),
    },
    f"{_INTEGRATION}/observability/test_alert_rules.py": {
        "a service without any process is noticed": At(
            "deploy/observability/alerts.yaml", text('or absent(up{job=~"conversations|delivery|notifications"})', "")
        ),
    },
    f"{_INTEGRATION}/observability/test_traces.py": {
        "the trace goes with the request": At("_Lane._attempt", instead("trace_headers", "{}"), "from_the_frame"),
        "the trace goes with the broker's message": At(
            "_batch_message", instead("trace_headers", "{}"), "from_the_frame"
        ),
    },
    f"{_CHASSIS}/observability/test_tracing.py": {
        "further causes are linked": At("OpenTelemetry.follow", instead("links", "[]")),
        "unsampled traces are not recorded": At("open_telemetry._context", without("sampled")),
        "an absent collector is given up": At("OpenTelemetry.close", never("is_alive")),
    },
    f"{_INTEGRATION}/chassis/test_broker.py": {
        "a closed broker link does not live on": At("BrokerLink._supervise", never("_closing")),
    },
    f"{_CHASSIS}/test_tasks.py": {
        "a task that missed its cancellation is cancelled again": At(
            "BackgroundTasks.close", without("REPEAT_SECONDS")
        ),
        "a task that is started after the end does not run": At("BackgroundTasks._start", never("_closing")),
    },
    f"{_CHASSIS}/observability/test_logging.py": {
        "an unwritable log line disturbs nobody": At("_LineWriter.msg", without("OSError")),
    },
}
