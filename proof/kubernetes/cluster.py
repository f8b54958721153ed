"""The system that an applied dev overlay runs, by way of `kubectl` and its current context."""

import asyncio
import base64
import contextlib
import json
import os
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.load.target import Target
from deploy.native.ports import free_port

NAMESPACE = "messaging-dev"
DEPLOYMENTS = ("conversations", "delivery", "notifications", "web")
ROLLOUT_SECONDS = 300.0
FORWARD_SECONDS = 30.0

Manifest = dict[str, Any]


class KubectlFailed(Exception):
    """A command failed; the text is what it said."""


@dataclass(frozen=True)
class Cluster:
    """One namespace of the cluster that kubectl leads to."""

    namespace: str = NAMESPACE

    async def run(self, *arguments: str, within: float = 60.0) -> str:
        """`kubectl …` in the namespace; what it printed. Raises KubectlFailed or TimeoutError."""
        process = await self._start(*arguments)
        try:
            async with asyncio.timeout(within):
                out, err = await process.communicate()
        finally:
            await _end(process)
        if process.returncode:
            raise KubectlFailed(f"kubectl {' '.join(arguments)}: {err.decode().strip()}")
        return out.decode()

    async def get(self, *what: str) -> Manifest:
        found: Manifest = json.loads(await self.run("get", *what, "--output=json"))
        return found

    async def pods(self, name: str) -> list[Manifest]:
        """The pods of a part that are not about to end."""
        listed = await self.get("pods", f"--selector=app.kubernetes.io/name={name}")
        return [pod for pod in listed["items"] if "deletionTimestamp" not in pod["metadata"]]

    async def execute(self, pod: str, *command: str) -> str:
        """What a command prints in a pod, its errors too."""
        return await self.run("exec", pod, "--", "sh", "-c", f"({' '.join(command)}) 2>&1; true")

    async def restart(self, deployments: Sequence[str]) -> None:
        """Replace all pods of these at once; return when the new ones are ready and the old ones have ended."""
        await self.run("rollout", "restart", *(f"deployment/{name}" for name in deployments))
        for name in deployments:
            await self.run("rollout", "status", f"deployment/{name}", within=ROLLOUT_SECONDS)
        selector = f"app.kubernetes.io/name in ({','.join(deployments)})"
        async with asyncio.timeout(ROLLOUT_SECONDS):
            # kubectl does not wait for the end of what was replaced.
            while await self._ending(selector):  # noqa: ASYNC110 - that is up to the cluster
                await asyncio.sleep(0.5)

    @contextlib.asynccontextmanager
    async def forwarded(self, resource: str, port: int) -> AsyncIterator[int]:
        """A port of this machine that leads to one pod for as long as that lives."""
        here = free_port()
        process = await self._start("port-forward", resource, f"{here}:{port}")
        try:
            assert process.stdout is not None
            async with asyncio.timeout(FORWARD_SECONDS):
                if not (await process.stdout.readline()).startswith(b"Forwarding"):
                    raise KubectlFailed(f"kubectl port-forward {resource}: {(await process.communicate())[1].decode()}")
            yield here
        finally:
            await _end(process)

    async def secrets(self) -> dict[str, str]:
        """What `write-secrets.sh` wrote."""
        held = await self.get("secret", "messaging-secrets")
        return {name: base64.b64decode(value).decode() for name, value in held["data"].items()}

    async def url_of(self, service: str) -> str:
        """MESSAGING_URL if set, else the service's own address: a node reaches it, as an ingress controller does."""
        if url := os.environ.get("MESSAGING_URL"):
            return url.rstrip("/")
        found = await self.get("service", service)
        return f"http://{found['spec']['clusterIP']}:{found['spec']['ports'][0]['port']}"

    async def target(self) -> Target:
        """The system as behind an ingress: each request comes to its service, past web."""
        secrets, config = await self.secrets(), (await self.get("configmap", "messaging-config"))["data"]
        return Target(
            conversations_url=await self.url_of("conversations"),
            delivery_url=await self.url_of("delivery"),
            service_token=secrets["service-token"],
            jwt_secret=secrets["jwt-hs256-secret"],
            jwt_issuer=config["JWT_ISSUER"],
            jwt_audience=config["JWT_AUDIENCE"],
        )

    @contextlib.asynccontextmanager
    async def database(self) -> AsyncIterator[str]:
        """The database's address, as seen from here."""
        url = (await self.secrets())["database-url"]
        async with self.forwarded("pod/postgres-0", 5432) as port:
            yield re.sub(r"@[^/]+/", f"@127.0.0.1:{port}/", url)

    async def _ending(self, selector: str) -> bool:
        listed = await self.get("pods", f"--selector={selector}")
        return any("deletionTimestamp" in pod["metadata"] for pod in listed["items"])

    async def _start(self, *arguments: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *("kubectl", f"--namespace={self.namespace}", *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        await process.communicate()
