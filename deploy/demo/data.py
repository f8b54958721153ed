"""Demo people and items, told to a running system the way a marketplace would: over the internal API.

`python -m deploy.demo.data` reads CONVERSATIONS_URL and SERVICE_TOKEN. Standard library only, for an image of its own.
"""

import json
import os
import urllib.request
from dataclasses import dataclass
from urllib.error import HTTPError

_TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class DemoItem:
    id: str
    seller: str
    title: str
    amount: str


PEOPLE = {
    "maya": "Maya Fischer",
    "jonas": "Jonas Weber",
    "aisha": "Aisha Rahman",
    "luca": "Luca Moretti",
    "ines": "Inês Carvalho",
}

ITEMS = (
    DemoItem("city-bike", "maya", "City bike, 28 inches, new brakes", "140.00"),
    DemoItem("desk-lamp", "maya", "Desk lamp with dimmer", "18.50"),
    DemoItem("calculus-book", "maya", "Calculus, 9th edition", "32.00"),
    DemoItem("espresso-machine", "jonas", "Espresso machine, descaled last week", "65.00"),
    DemoItem("guitar", "jonas", "Acoustic guitar with case", "95.00"),
    DemoItem("headphones", "jonas", "Over-ear headphones", "60.00"),
    DemoItem("desk", "aisha", "Desk, 120 × 60 cm", "75.00"),
    DemoItem("keyboard", "aisha", "Mechanical keyboard, quiet switches", "48.00"),
    DemoItem("denim-jacket", "luca", "Denim jacket, size M", "28.00"),
    DemoItem("skateboard", "luca", "Skateboard, hardly used", "45.00"),
    DemoItem("plant", "ines", "Monstera in a clay pot", "22.00"),
    DemoItem("camera", "ines", "Compact camera with two lenses", "130.00"),
)


def load(conversations_url: str, service_token: str) -> None:
    """Tell about every person and item; telling again changes nothing."""
    for user_id, name in PEOPLE.items():
        _put(f"{conversations_url}/internal/users/{user_id}", {"name": name}, service_token)
    for item in ITEMS:
        _put(f"{conversations_url}/internal/items/{item.id}", _as_body(item), service_token)


def _as_body(item: DemoItem) -> dict[str, object]:
    return {
        "sellerId": item.seller,
        "title": item.title,
        "price": {"amount": item.amount, "currency": "EUR"},
        "imageUrl": f"/demo/items/{item.id}.svg",
        "status": "available",
    }


def _put(url: str, body: dict[str, object], service_token: str) -> None:
    headers = {"Authorization": f"Bearer {service_token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method="PUT")  # noqa: S310 - http, ours
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never by way of a proxy
    try:
        with direct.open(request, timeout=_TIMEOUT_SECONDS):
            pass
    except HTTPError as refusal:
        with refusal:
            raise RuntimeError(f"PUT {url} answered {refusal.code}: {refusal.read().decode()}") from None


def main() -> None:
    load(os.environ["CONVERSATIONS_URL"].rstrip("/"), os.environ["SERVICE_TOKEN"])


if __name__ == "__main__":
    main()
