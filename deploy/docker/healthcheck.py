"""A container's health check: exit code 0 when the service in it is ready for work."""

import http.client
import os
import sys

_DEFAULT_PORT = "8080"
_TIMEOUT_SECONDS = 4.0  # below the engine's, so that a silent service is told from a slow check


def main() -> int:
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(os.environ.get("PORT") or _DEFAULT_PORT), timeout=_TIMEOUT_SECONDS
    )
    try:
        connection.request("GET", "/readyz")
        return 0 if connection.getresponse().status == http.client.OK else 1
    except (OSError, http.client.HTTPException) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
