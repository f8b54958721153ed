"""`python -m proof.kubernetes`: replaces every pod under load, and tells what anybody noticed of it.

The dev overlay must be applied in the cluster that kubectl's current context leads to. MESSAGING_URL says where the
system answers; without it, each service's own address is used, which a node reaches.
"""

import argparse
import asyncio
import random
import sys

import uvloop

from proof.kubernetes.cluster import DEPLOYMENTS, NAMESPACE, Cluster
from proof.kubernetes.rollout import roll_out

LISTENERS = 300


def main() -> int:
    arguments = _arguments()
    try:
        return uvloop.run(_run(arguments))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("interrupted")
        return 130


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m proof.kubernetes", description=__doc__.splitlines()[0])
    parser.add_argument("--namespace", default=NAMESPACE)
    parser.add_argument("--listeners", type=int, default=LISTENERS, help="people with a socket who only listen")
    parser.add_argument(
        "deployments",
        nargs="*",
        default=[*DEPLOYMENTS, "+".join(DEPLOYMENTS)],
        help="which, one after the other; joined by a plus, at once. Default: each, and then all at once",
    )
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> int:
    cluster = Cluster(arguments.namespace)
    passed = True
    for names in arguments.deployments:
        seed = random.randrange(1, 1_000_000)  # noqa: S311 - no secret
        rollout = await roll_out(cluster, tuple(names.split("+")), listeners=arguments.listeners, seed=seed)
        print(rollout, flush=True)
        passed = passed and rollout.passed
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
