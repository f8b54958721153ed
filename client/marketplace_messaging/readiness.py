"""Waits for containers: until one is ready, or until a one-off job has finished."""

import time
from collections.abc import Sequence

from docker.errors import APIError, DockerException
from docker.models.containers import Container
from testcontainers.core.container import DockerContainer

_START_SECONDS = 120.0
_POLL_SECONDS = 0.1
_TAIL_LINES = 15


class StackFailed(RuntimeError):
    """The engine or an image is missing, or a container ended or did not become ready; the text says which."""


def start(container: DockerContainer) -> None:
    """Start a container whose image exists locally or can be pulled."""
    try:
        container.start()
    except DockerException as error:
        raise StackFailed(f"{container.image} does not start; `make images` builds the system's own: {error}") from None


def wait_until_succeeds(container: DockerContainer, command: Sequence[str]) -> None:
    """Return when the command succeeds in the container. Raises StackFailed."""
    handle = container.get_wrapped_container()
    deadline = time.monotonic() + _START_SECONDS
    while not _succeeds(handle, command):
        handle.reload()
        if handle.status == "exited" or time.monotonic() > deadline:
            raise StackFailed(f"{container.image} is not ready. The end of its log:\n{_tail(handle)}")
        time.sleep(_POLL_SECONDS)  # polls with the command, because engines do not report readiness


def wait_until_done(container: DockerContainer) -> None:
    """Return when the container has ended successfully. Raises StackFailed."""
    handle = container.get_wrapped_container()
    if handle.wait(timeout=_START_SECONDS)["StatusCode"] != 0:
        raise StackFailed(f"{container.image} failed. The end of its log:\n{_tail(handle)}")


def _succeeds(handle: Container, command: Sequence[str]) -> bool:
    try:
        return handle.exec_run(list(command)).exit_code == 0
    except APIError:
        return False  # it has ended or is about to


def _tail(handle: Container) -> str:
    return b"".join(handle.logs(tail=_TAIL_LINES, stream=True)).decode(errors="replace")
