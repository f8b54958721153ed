"""The running system, a real browser, and whom a test needs: everything is started once, people are new each time."""

import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.async_api import Browser, async_playwright, expect

from deploy.native.folders import REPOSITORY
from deploy.native.locks import exclusive
from deploy.native.web import ensure_built
from tests.e2e.marketplace import Marketplace, Person
from tests.e2e.network import Network
from tests.e2e.visitor import Visitor
from tests.kit.browser import launch_options
from tests.kit.running.composed import composed_system
from tests.kit.running.system import System, running_system

COMPOSE_PROJECT = "MESSAGING_COMPOSE_PROJECT"
PICTURES = REPOSITORY / ".local" / "e2e"
_BUILD_LOCK = REPOSITORY / ".local" / "run" / "web.lock"
PATIENCE_MS = 60_000  # how long a condition may take to come true on a busy machine, which may stand still meanwhile
TEST_SECONDS = 300
# A test types faster than people do.
LIMITS = {"WRITE_RATE_PER_SECOND": "1000", "WRITE_BURST": "2000", "MESSAGE_RATE_PER_SECOND": "1000"}
# A name of the kind a machine has in a network at home or at work: by plain HTTP, browsers withhold many APIs from it.
PLAIN_ADDRESS = "http://messages.test"
# What Chromium writes about a header that has no meaning there.
HTTPS_ONLY = re.compile("Cross-Origin-Opener-Policy header has been ignored")
DESKTOP = {"width": 1280, "height": 800}

_FAILED = pytest.StashKey[bool]()
_FIGURES = pytest.StashKey[list[str]]()

Visit = Callable[..., Awaitable[Visitor]]
Measure = Callable[[str], None]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_FIGURES] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The time limit is the test's own: the first one waits for the build and for the browser's download too."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(TEST_SECONDS, func_only=True))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "call":
        item.stash[_FAILED] = report.failed
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    figures = config.stash[_FIGURES]
    if figures:
        terminalreporter.section("measured in the browser")
        for line in figures:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """One of our own; or, for the tests that stop no part of it, the compose project that the variable names."""
    project = os.environ.get(COMPOSE_PROJECT)
    if project:
        yield cast(System, composed_system(project))  # it has all of a System that browser tests use
        return
    with exclusive(_BUILD_LOCK):  # test workers may want it together
        ensure_built(REPOSITORY / "web")
    with running_system(
        durable=False, gateway=True, environment={**LIMITS, "ALLOWED_ORIGINS": PLAIN_ADDRESS}
    ) as running:
        yield running


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    options = launch_options()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**options, timeout=2 * PATIENCE_MS)
        yield browser
        await browser.close()


@pytest.fixture
async def marketplace(system: System) -> AsyncIterator[Marketplace]:
    async with Marketplace.open(system) as market:
        yield market


@pytest.fixture
async def visit(
    browser: Browser, system: System, marketplace: Marketplace, request: pytest.FixtureRequest
) -> AsyncIterator[Visit]:
    """Open a browser, for a person logged in; a console error or a violated policy in any of them fails the test.

    The browsers are closed before the marketplace takes its people away.
    """
    visitors: list[Visitor] = []
    async with AsyncExitStack() as networks:

        async def arrive(
            person: Person | None = None,
            *,
            path: str = "/messages",
            own_network: bool = False,
            address: str | None = None,
            **options: Any,
        ) -> Visitor:
            network = None
            if address is not None:
                options["base_url"] = address
                network = await networks.enter_async_context(Network(system.gateway.port))
            elif own_network:
                network = await networks.enter_async_context(Network())
            if network is not None:
                options["proxy"] = {"server": network.url}
            settings = {"base_url": system.gateway.url, "viewport": DESKTOP, "locale": "en-GB", **options}
            context = await browser.new_context(**settings)
            context.set_default_timeout(PATIENCE_MS)
            visitor = await Visitor.arrive(context, network)
            visitors.append(visitor)
            if address is not None:
                visitor.tolerate(HTTPS_ONLY)
            if person is not None:
                await visitor.log_in(person, then=path)
            return visitor

        yield arrive
        for number, visitor in enumerate(visitors):
            await visitor.leave(_picture(request.node, number))
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints()]
    assert not complaints, "the browser's console has errors:\n" + "\n".join(complaints)


def _picture(test: pytest.Item, number: int) -> Path | None:
    if not test.stash.get(_FAILED, False):
        return None
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES / f"{re.sub(r'[^A-Za-z0-9_]+', '-', test.name)}-{number}.png"


@pytest.fixture
def measure(request: pytest.FixtureRequest) -> Measure:
    """Note a figure for the end of the report."""
    return request.config.stash[_FIGURES].append
