"""The system that is broken: real processes, and a proxy on every link between two of them."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.load.target import Target, target_of
from deploy.native.ports import free_port
from tests.kit.running.system import Service, System, gateway_of, running_system
from tests.kit.running.tcp_proxy import TcpProxy

DELIVERY_REPLICAS = 2
# A replica that is asked to stop has moved its sockets within this time.
ENVIRONMENT = {"DRAIN_SECONDS": "1", "LOG_LEVEL": "info"}


@dataclass
class Stage:
    """One system. A second replica of conversations is there, and started by the faults that are about two."""

    system: System
    spare_conversations: Service
    links: dict[str, TcpProxy]
    """Between services and servers, by the names of both."""
    client_links: list[TcpProxy]
    """From clients to each delivery replica."""
    target: Target
    gateway: Service
    """In front of everything, once it is opened."""
    gateway_link: TcpProxy
    """From clients to the gateway."""
    links_of_gateway: dict[str, TcpProxy]
    """From the gateway to the services; it knows one address of each, behind which are all replicas."""
    past_gateway: Target | None = None
    """The target as it was before the gateway was opened."""

    @property
    def conversations(self) -> list[Service]:
        """Both replicas."""
        return [self.system.conversations, self.spare_conversations]

    @property
    def services(self) -> list[Service]:
        """All that run by default."""
        gateway = [self.gateway] if self.past_gateway is not None else []
        return [self.system.conversations, *self.system.delivery, self.system.notifications, *gateway]

    @property
    def sockets(self) -> list[str]:
        if self.past_gateway is not None:
            return [f"ws://127.0.0.1:{self.gateway_link.port}/ws"]
        return [f"ws://127.0.0.1:{link.port}/ws" for link in self.client_links]

    @property
    def direct_sockets(self) -> list[str]:
        """The same, not by way of a proxy that can be broken."""
        if self.past_gateway is not None:
            return [self.target.socket_url]
        return [service.url.replace("http", "ws", 1) + "/ws" for service in self.system.delivery]

    @property
    def links_between(self) -> dict[str, TcpProxy]:
        """Everything that can be cut or slowed down, by the names of both ends."""
        if self.past_gateway is not None:
            return {**self.links, **self.links_of_gateway, "clients → gateway": self.gateway_link}
        return {**self.links, "clients → delivery": self.client_links[0]}

    @property
    def database_url(self) -> str:
        """The database itself, not by way of a proxy."""
        return self.system.database_url

    async def start(self, *services: Service, launcher: tuple[str, ...] = ()) -> None:
        """Start services, and wait until all are ready."""
        await asyncio.gather(*(asyncio.to_thread(service.start, launcher=launcher) for service in services))

    async def stop(self, *services: Service) -> None:
        await asyncio.gather(*(asyncio.to_thread(service.stop) for service in services))

    async def restart(self, *services: Service, launcher: tuple[str, ...] = ()) -> None:
        await self.stop(*services)
        await self.start(*services, launcher=launcher)

    async def rabbitmqctl(self, *arguments: str) -> str:
        return await asyncio.to_thread(self.system.rabbitmq.ctl, *arguments)

    async def open_gateway(self) -> None:
        """From now on clients reach everything through it."""
        assert self.past_gateway is None
        await self.start(self.gateway)
        self.past_gateway = self.target
        self.target = replace(
            self.target,
            conversations_url=self.gateway.url,
            delivery_url=self.gateway.url,
            internal_url=self.target.conversations_url,
        )

    async def close_gateway(self) -> None:
        """Clients reach the services themselves again."""
        assert self.past_gateway is not None
        self.target, self.past_gateway = self.past_gateway, None
        await self.stop(self.gateway)

    async def restore(self) -> None:
        """Whatever a fault has left behind: links are whole and the servers and services of the default run."""
        for link in [*self.links.values(), *self.client_links, *self.links_of_gateway.values(), self.gateway_link]:
            link.heal()
        if not self.system.postgres.is_running():
            await asyncio.to_thread(self.system.postgres.start)
        if not self.system.rabbitmq.is_running():
            await asyncio.to_thread(self.system.rabbitmq.start)
        for service in [*self.services, self.spare_conversations]:
            service.signal(signal.SIGCONT)
        await self.start(*(service for service in self.services if not service.is_running()))


@contextlib.asynccontextmanager
async def standing(*, environment: Mapping[str, str] | None = None, durable: bool = True) -> AsyncIterator[Stage]:
    async with contextlib.AsyncExitStack() as stack:
        whole = running_system(
            delivery_replicas=DELIVERY_REPLICAS,
            environment={**ENVIRONMENT, **(environment or {})},
            services=False,
            durable=durable,
        )
        system = await asyncio.to_thread(whole.__enter__)
        stack.push_async_callback(asyncio.to_thread, whole.__exit__, None, None, None)
        spare = _spare(system.conversations, system.folder)
        system.extra[spare.name] = spare
        links, client_links = _links(system, spare)
        for link in [*links.values(), *client_links]:
            await stack.enter_async_context(link)
        rest = await stack.enter_async_context(_link(system.conversations.port, spare.port))
        target = replace(target_of(system), conversations_url=f"http://127.0.0.1:{rest.port}")
        gateway, links_of_gateway = _gateway(system, spare)
        gateway_link = _link(gateway.port)
        for link in [*links_of_gateway.values(), gateway_link]:
            await stack.enter_async_context(link)
        for variable, link in zip(("CONVERSATIONS_URL", "DELIVERY_URL"), links_of_gateway.values(), strict=True):
            gateway.environment[variable] = f"http://127.0.0.1:{link.port}"
        system.extra[gateway.name] = gateway
        stage = Stage(system, spare, links, client_links, target, gateway, gateway_link, links_of_gateway)
        _lead_through(stage)
        await stage.start(*stage.services)
        yield stage


def _spare(first: Service, folder: Path) -> Service:
    port = free_port()
    return Service(
        "conversations-spare", first.module, port, {**first.environment, "PORT": str(port)}, folder / "spare.log"
    )


def _gateway(system: System, spare: Service) -> tuple[Service, dict[str, TcpProxy]]:
    """The gateway, with links to all replicas; it is not started."""
    links = {
        "gateway → conversations": _link(system.conversations.port, spare.port),
        "gateway → delivery": _link(*(service.port for service in system.delivery)),
    }
    return gateway_of(system), links


def _links(system: System, spare: Service) -> tuple[dict[str, TcpProxy], list[TcpProxy]]:
    conversations = (system.conversations.port, spare.port)
    ends = {
        "delivery → conversations": conversations,
        "notifications → conversations": conversations,
        "conversations → database": (system.postgres.port,),
        "conversations → broker": (system.rabbitmq.port,),
        "delivery → broker": (system.rabbitmq.port,),
        "notifications → broker": (system.rabbitmq.port,),
    }
    return {name: _link(*ports) for name, ports in ends.items()}, [_link(service.port) for service in system.delivery]


def _link(port: int, *more_ports: int) -> TcpProxy:
    return TcpProxy(host="127.0.0.1", port=port, more_ports=more_ports)


def _lead_through(stage: Stage) -> None:
    """Give every service the addresses of proxies for those of its neighbours."""
    system = stage.system
    servers = {"database": ("DATABASE_URL", system.postgres.port), "broker": ("AMQP_URL", system.rabbitmq.port)}
    groups = {
        "conversations": stage.conversations,
        "delivery": system.delivery,
        "notifications": [system.notifications],
    }
    for name, link in stage.links.items():
        client, server = name.split(" → ")
        for service in groups[client]:
            variable, port = servers.get(server, ("CONVERSATIONS_URL", system.conversations.port))
            address = service.environment[variable]
            service.environment[variable] = address.replace(f"127.0.0.1:{port}", f"127.0.0.1:{link.port}")
