"""The images' health check, run as the engine runs it, against a server that answers this or that."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from deploy.native.ports import free_port

CHECK = Path(__file__).parents[4] / "deploy" / "docker" / "healthcheck.py"
PATIENCE_SECONDS = 60
NOT_READY = b'{"code":"unavailable","errors":[{"field":"stream","message":"neither the broker nor the log"}]}'


@contextmanager
def _service(status: int, body: bytes) -> Iterator[int]:
    """Answers /readyz so, and nothing else; yields its port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def _check(port: int) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [sys.executable, "-IS", CHECK]
    environment = {"PORT": str(port)}
    return subprocess.run(
        command, env=environment, check=False, capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )


@pytest.mark.parametrize(
    ("status", "body", "code", "said"),
    [
        (200, b'{"status":"ready"}', 0, ""),
        (503, NOT_READY, 1, f"503 Service Unavailable: {NOT_READY.decode()}"),
        (500, b"\xff" * 100_000, 1, "500 Internal Server Error"),
        (500, b"", 1, "500 Internal Server Error"),
    ],
)
def test_a_service_is_healthy_when_it_is_ready_else_its_answer_is_shown(
    status: int, body: bytes, code: int, said: str
) -> None:
    """The engine keeps it, and `docker compose exec` shows it: shortened, and without what does not print."""
    with _service(status, body) as port:
        done = _check(port)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(said)
    assert len(done.stderr) < 5000
    assert bool(done.stderr) == bool(code)


def test_a_service_that_does_not_answer_is_unhealthy() -> None:
    done = _check(free_port())
    assert done.returncode == 1
    assert "ConnectionRefusedError" in done.stderr
