"""Where the running system answers."""

import os

from deploy.native.state import gateway_url


def base_url() -> str:
    """MESSAGING_URL if set, else the address of the system `make up` started; exits with a hint when there is none."""
    address = os.environ.get("MESSAGING_URL") or gateway_url()
    if address is None:
        raise SystemExit("Nothing is running here. Start it with `make up`, or set MESSAGING_URL.")
    return address.rstrip("/")
