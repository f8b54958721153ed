"""A container's health check: exit code 0 if the service in it is ready for work.

Otherwise standard error says why; the engine keeps it for `docker inspect`.
"""

import http.client
import os
import sys

_DEFAULT_PORT = "8080"
_MOST_BYTES = 4096  # engines keep no more output
_TIMEOUT_SECONDS = 4.0  # below the engine's timeout, to distinguish a silent service from a slow check


def main() -> int:
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(os.environ.get("PORT") or _DEFAULT_PORT), timeout=_TIMEOUT_SECONDS
    )
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        body = answer.read(_MOST_BYTES).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    finally:
        connection.close()
    if answer.status == http.client.OK:
        return 0
    sys.stderr.write(f"{answer.status} {answer.reason}: {body}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
