"""Guards of what an operator sees, and of how links, tasks and lines end."""

from proof.mutants.mutant import Mutant

_UNIT = "tests/unit"
_INTEGRATION = "tests/integration"
_TRACE = f"{_INTEGRATION}/observability/test_traces.py::test_a_trace_leads_from_the_frame_to_the_sockets"

FIGURES = (
    Mutant(
        "failures of requests are counted before there are any",
        "chassis/http/app.py",
        "app.on_startup.append(_expect_requests)",
        "pass",
        (f"{_UNIT}/chassis/http/test_app.py",),
    ),
    Mutant(
        "failures of sockets and commands are counted before there are any",
        "services/delivery/metrics.py",
        "{*counted, *_FROM_THE_START.get(attribute, ())}",
        "{*counted}",
        (f"{_UNIT}/delivery/test_metrics.py",),
    ),
    Mutant(
        "a rejected command is counted by its code",
        "services/delivery/upstream/commands_client.py",
        'return code if code in MEANINGS else "internal_error"',
        'return "rejected"',
        (f"{_INTEGRATION}/delivery/test_operations.py::test_the_figures_are_served",),
    ),
    Mutant(
        "what waits is seen while the database is silent",
        "services/conversations/writes/batcher.py",
        "figures.watch_queue(lambda: pending.commands,",
        "figures.watch_queue(lambda: 0,",
        (f"{_INTEGRATION}/conversations/test_database_faults.py::test_what_waits_for_a_silent_database_can_be_seen",),
    ),
    Mutant(
        "who no longer leads is silent about the log",
        "services/conversations/metrics.py",
        "self._unpublished.clear()",
        "pass",
        (f"{_UNIT}/conversations/test_metrics.py",),
    ),
    Mutant(
        "who no longer consumes is silent about how far it is",
        "services/notifications/metrics.py",
        "self.lag.clear()",
        "pass",
        (f"{_UNIT}/notifications/test_metrics.py",),
    ),
    Mutant(
        "a service without any process is noticed",
        "deploy/observability/alerts.yaml",
        'or absent(up{job=~"conversations|delivery|notifications"})',
        "",
        (f"{_INTEGRATION}/observability/test_alert_rules.py::test_the_alerts_fire_when_they_shall",),
    ),
)

TRACES = (
    Mutant(
        "the trace goes with the request",
        "services/delivery/upstream/commands_client.py",
        "headers={HEADER: span.traceparent}",
        "headers=None",
        (_TRACE,),
    ),
    Mutant(
        "the trace goes with the broker's message",
        "services/conversations/publishing/publisher.py",
        "{} if span is None else {HEADER: span.traceparent}",
        "{}",
        (_TRACE,),
    ),
    Mutant(
        "further causes are linked",
        "chassis/observability/open_telemetry.py",
        "for context in contexts[1:]",
        "for context in contexts[:0]",
        (f"{_UNIT}/chassis/observability/test_tracing.py",),
    ),
    Mutant(
        "what the sender does not trace is not traced here",
        "chassis/observability/open_telemetry.py",
        "context.is_valid and context.trace_flags.sampled",
        "context.is_valid",
        (f"{_UNIT}/chassis/observability/test_tracing.py",),
    ),
)

ENDINGS = (
    Mutant(
        "a broker link that was closed does not live on",
        "chassis/broker/link.py",
        "            if self._closing:\n",
        "            if False:\n",
        ("tests/integration/chassis/test_broker.py",),
    ),
    Mutant(
        "a task whose cancellation was forgotten is told again",
        "chassis/tasks.py",
        "for seconds in (timeout_seconds, REPEAT_SECONDS):",
        "for seconds in (timeout_seconds,):",
        (f"{_UNIT}/chassis/test_tasks.py",),
    ),
    Mutant(
        "a task that is started after the end does not run",
        "chassis/tasks.py",
        "        if self._closing:\n            task.cancel()\n",
        "",
        (f"{_UNIT}/chassis/test_tasks.py",),
    ),
    Mutant(
        "a collector that is away is given up",
        "chassis/observability/open_telemetry.py",
        "        if closing.is_alive():\n            self._exporter.shutdown()\n",
        "",
        (f"{_UNIT}/chassis/observability/test_tracing.py",),
    ),
    Mutant(
        "a log line that cannot be written disturbs nobody",
        "chassis/observability/logging.py",
        "with suppress(OSError, ValueError):",
        "with suppress(ValueError):",
        (f"{_UNIT}/chassis/observability/test_logging.py",),
    ),
)
