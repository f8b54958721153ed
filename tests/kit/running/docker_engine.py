"""A Docker engine that knows what there is, and starts only so many containers."""

import contextlib
import itertools
import json
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Engine(ThreadingHTTPServer):
    """Speaks as much of the engine's API as starting and removing need."""

    def __init__(self, *, starts: int) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.there: set[str] = set()
        """Networks and containers, by their path."""
        self.made = 0
        self.starts_left = starts
        self.ids = itertools.count(1)

    @property
    def url(self) -> str:
        """For DOCKER_HOST."""
        return f"tcp://127.0.0.1:{self.server_port}"


@contextlib.contextmanager
def running_engine(*, starts: int) -> Iterator[Engine]:
    """An engine that refuses to start more containers than that."""
    with Engine(starts=starts) as engine:
        thread = threading.Thread(target=engine.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield engine
        finally:
            engine.shutdown()
            thread.join()


class _Request(BaseHTTPRequestHandler):
    server: Engine

    def do_GET(self) -> None:
        if self.path == "/version":
            self._answer(HTTPStatus.OK, {"ApiVersion": "1.45"})
        elif self._object in self.server.there or self._object.startswith("images/"):
            self._answer(HTTPStatus.OK, {"Id": self._object.rpartition("/")[2], "State": {"Status": "running"}})
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"message": "unknown"})

    def do_POST(self) -> None:
        if self._object.endswith("/create"):
            made = f"{next(self.server.ids)}"
            self.server.there.add(self._object.replace("create", made))
            self.server.made += 1
            self._answer(HTTPStatus.CREATED, {"Id": made})
        elif self._action == "start" and self.server.starts_left:
            self.server.starts_left -= 1
            self._answer(HTTPStatus.NO_CONTENT)
        else:
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, {"message": "the engine refuses"})

    def do_DELETE(self) -> None:
        self.server.there.discard(self._object)
        self._answer(HTTPStatus.NO_CONTENT)

    @property
    def _object(self) -> str:
        """Such as `containers/1`: without the version of the API in front and the action behind."""
        return "/".join(self.path.partition("?")[0].split("/")[2:4])

    @property
    def _action(self) -> str:
        return self.path.partition("?")[0].rpartition("/")[2]

    def _answer(self, status: HTTPStatus, body: object = None) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        payload = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
