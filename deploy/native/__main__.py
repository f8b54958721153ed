"""Command line of the one-machine runner: up, down, reset, status, logs."""

import argparse
import os
import signal
import subprocess
import sys

from deploy.native.folders import Folders
from deploy.native.logs import follow
from deploy.native.ports import PortTakenError
from deploy.native.processes import StartFailedError
from deploy.native.progress import complain, say
from deploy.native.rabbitmq_distribution import RabbitNotAvailableError
from deploy.native.stack import Stack

_EXPECTED_FAILURES = (StartFailedError, PortTakenError, RabbitNotAvailableError, PermissionError)


def main() -> int:
    arguments = _parser().parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _run(arguments)
    except _EXPECTED_FAILURES as failure:
        complain(f"\n{failure}")
    except subprocess.CalledProcessError as failure:
        complain(f"\n{failure}\n{failure.stderr or ''}")
    except KeyboardInterrupt:
        complain("\nInterrupted.")
    return 1


def _run(arguments: argparse.Namespace) -> int:
    stack = Stack(Folders.from_environment())
    match arguments.verb:
        case "up":
            stack.up(port=arguments.port, amqp_url=os.environ.get("AMQP_URL") or None)
        case "down":
            stack.down()
        case "reset":
            stack.reset()
        case "status":
            return 0 if stack.status() else 1
        case "logs":
            follow(stack.folders.logs, say)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.native", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    up = verbs.add_parser("up", help="start everything and leave it running")
    up.add_argument("--port", type=int, help="where the gateway must listen; else the first free one from 8080")
    for verb, meaning in {
        "down": "stop what was started",
        "reset": "stop, and wipe all data",
        "status": "say what is running",
        "logs": "follow all logs",
    }.items():
        verbs.add_parser(verb, help=meaning)
    return parser


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
