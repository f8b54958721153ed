"""Guards of what an operator sees, and of how links, tasks and lines end."""

from proof.mutants.damage import drop, instead, never, text, without
from proof.mutants.mutant import Mutant, noticed_by

_CHASSIS = "tests/unit/chassis"
_INTEGRATION = "tests/integration"

GUARDS = (
    *noticed_by(
        f"{_CHASSIS}/http/test_app.py",
        Mutant("failures of requests are counted from the start", "create_app", drop("_expect_requests")),
    ),
    *noticed_by(
        "tests/unit/delivery/test_metrics.py",
        Mutant(
            "failures of commands are counted from the start", "CountersCollector._counters", without("_FROM_THE_START")
        ),
    ),
    *noticed_by(
        f"{_INTEGRATION}/delivery/test_operations.py",
        Mutant("an answered command is counted", "_Lane._answer_one", drop("commands"), "metrics"),
    ),
    *noticed_by(
        f"{_INTEGRATION}/conversations/test_database_faults.py",
        Mutant(
            "a queue is seen while the database is silent",
            "Batcher.__init__",
            instead("commands", "0"),
            "queue_before_a_silent_database",
        ),
    ),
    *noticed_by(
        "tests/unit/conversations/test_metrics.py",
        Mutant(
            "a former leader is silent about the log", "conversations.metrics.ServiceMetrics.lead", drop("_unpublished")
        ),
    ),
    *noticed_by(
        "tests/unit/notifications/test_metrics.py",
        Mutant("a passive consumer is silent about its lag", "ServiceMetrics.show_active", drop("lag")),
    ),
    *noticed_by(
        f"{_INTEGRATION}/observability/test_alert_rules.py",
        Mutant(
            "a service without any process is noticed",
            "deploy/observability/alerts.yaml",
            text('or absent(up{job=~"conversations|delivery|notifications"})', ""),
        ),
    ),
    *noticed_by(
        f"{_INTEGRATION}/observability/test_traces.py",
        Mutant("the trace goes with the request", "_Lane._attempt", instead("trace_headers", "{}"), "from_the_frame"),
        Mutant(
            "the trace goes with the broker's message",
            "_batch_message",
            instead("trace_headers", "{}"),
            "from_the_frame",
        ),
    ),
    *noticed_by(
        f"{_CHASSIS}/observability/test_tracing.py",
        Mutant("further causes are linked", "OpenTelemetry.follow", instead("links", "[]")),
        Mutant("unsampled traces are not recorded", "open_telemetry._context", without("sampled")),
        Mutant("an absent collector is given up", "OpenTelemetry.close", never("is_alive")),
    ),
    *noticed_by(
        f"{_INTEGRATION}/chassis/test_broker.py",
        Mutant("a closed broker link does not live on", "BrokerLink._supervise", never("_closing")),
    ),
    *noticed_by(
        f"{_CHASSIS}/test_tasks.py",
        Mutant(
            "a task that missed its cancellation is cancelled again", "BackgroundTasks.close", without("REPEAT_SECONDS")
        ),
        Mutant("a task that is started after the end does not run", "BackgroundTasks._start", never("_closing")),
    ),
    *noticed_by(
        f"{_CHASSIS}/observability/test_logging.py",
        Mutant("an unwritable log line disturbs nobody", "_LineWriter.msg", without("OSError")),
    ),
)
