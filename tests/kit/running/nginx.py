"""The web image's nginx without a container: its configuration and entry point, run by the distribution's nginx."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from deploy.native import processes
from deploy.native.debian_packages import PackagesUnavailable, have_apt, unpack
from deploy.native.folders import REPOSITORY
from deploy.native.locks import exclusive
from deploy.native.ports import free_port

CONFIGURATION = REPOSITORY / "deploy" / "docker" / "web"
DOWNLOAD = REPOSITORY / ".local" / "nginx"
DOWNLOAD_SECONDS = 60.0  # nothing that must work depends on it
START_SECONDS = 60.0
_ONE_WORKER = {"WEB_WORKERS": "1", "RESOLVER": "127.0.0.1"}  # which is never asked: addresses are numbers
_PACKAGES = ("nginx", "nginx-common")


class NginxNotAvailable(Exception):
    """There is none, and none can be had; the text says why."""


def find_or_fetch(download: Path = DOWNLOAD) -> Path:
    """The installed nginx, else one downloaded (about 3 MB, once)."""
    installed = shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if installed:
        return Path(installed)
    root = download / "root"
    with exclusive(download / "lock"):  # test workers may ask together
        if not root.exists():
            _fetch(root)
    return root / "usr" / "sbin" / "nginx"


def _fetch(root: Path) -> None:
    if not have_apt() or not shutil.which("envsubst"):
        raise NginxNotAvailable("nginx is not installed, or envsubst is not")
    with tempfile.TemporaryDirectory(dir=root.parent, prefix="unfinished-") as folder:
        try:
            unpack(_PACKAGES, Path(folder), libraries_for="nginx", timeout_seconds=DOWNLOAD_SECONDS).rename(root)
        except PackagesUnavailable as error:
            raise NginxNotAvailable(f"apt could not download it: {error}") from None


@contextlib.contextmanager
def running_nginx(dist: Path, environment: Mapping[str, str]) -> Iterator[tuple[str, processes.Process]]:
    """Its address and its process; the paths of the image are replaced by those of a temporary folder."""
    program, port = find_or_fetch(), free_port()
    with tempfile.TemporaryDirectory(prefix="messaging-nginx-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        _write_configuration(folder, dist, port)
        process = processes.start(
            "nginx",
            ["sh", folder / "entrypoint.sh", program, "-p", folder, "-c", folder / "nginx.conf", "-g", _directives()],
            log=folder / "nginx.log",
            environment={
                **processes.inherited_environment(),
                "RESOLVER": "127.0.0.1",
                "WEB_WORKERS": "1",
                **environment,
            },
            directory=folder,
        )
        try:
            processes.wait_until_ready(process, lambda: processes.answers_http(port, "/healthz"), within=START_SECONDS)
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.kill()


def _write_configuration(folder: Path, dist: Path, port: int) -> None:
    replaced = {
        "/tmp/": f"{folder}/",  # noqa: S108 - the container's own
        "/etc/nginx/": f"{folder}/",
        "/usr/share/nginx/web": str(dist),
        "listen 8080": f"listen 127.0.0.1:{port}",
    }
    for source in CONFIGURATION.iterdir():
        text = source.read_text()
        for old, new in replaced.items():
            text = text.replace(old, new)
        (folder / source.name).write_text(text)
    (folder / "mime.types").write_text("types { text/html html; text/javascript js; image/svg+xml svg; }\n")


def _directives() -> str:
    return "daemon off; user root;" if os.geteuid() == 0 else "daemon off;"
