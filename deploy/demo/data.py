"""Loads demo people and items into a running system as a marketplace would: over the internal API.

`python -m deploy.demo.data` reads CONVERSATIONS_URL and SERVICE_TOKEN. Standard library only, for an image of its own.
"""

import json
import os
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.error import HTTPError

_TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class DemoItem:
    id: str
    seller: str
    title: str
    amount: str
    description: str
    pictures: int = 1


PEOPLE = {
    "maya": "Maya Fischer",
    "jonas": "Jonas Weber",
    "aisha": "Aisha Rahman",
    "luca": "Luca Moretti",
    "ines": "Inês Carvalho",
}

ITEMS = (
    DemoItem(
        "city-bike",
        "maya",
        "City bike, 28 inches, new brakes",
        "140.00",
        "Ridden to lectures for two years and always kept indoors.\n\n"
        "New brake pads and cables this spring; the tyres have another season in them. Lights, "
        "mudguards and rack included.\n\n"
        "Frame height 54 cm, right for about 1.65 to 1.80 m. Come and try it near the library.",
        pictures=4,
    ),
    DemoItem(
        "desk-lamp",
        "maya",
        "Desk lamp with dimmer",
        "18.50",
        "Warm light, dims down to almost nothing, so it does not wake a roommate.\n\nThe LED bulb is included.",
    ),
    DemoItem(
        "calculus-book",
        "maya",
        "Calculus, 9th edition",
        "32.00",
        "Pencil notes in chapters 1 to 6, otherwise clean. All pages there, the back is firm.\n\n"
        "The edition for Analysis I and II.",
    ),
    DemoItem(
        "espresso-machine",
        "jonas",
        "Espresso machine, descaled last week",
        "65.00",
        "Makes a proper espresso and froths milk. Descaled last week, with a new seal at the brew "
        "group.\n\n"
        "Included:\n"
        "– portafilter with two baskets\n"
        "– tamper\n"
        "– half a bottle of descaler\n\n"
        "I only sell it because our flat share got a second one.",
        pictures=3,
    ),
    DemoItem(
        "guitar",
        "jonas",
        "Acoustic guitar with case",
        "95.00",
        "A good first guitar: low action, stays in tune, fresh strings.\n\n"
        "One small scratch on the back, which you do not hear. The padded case and a capo come with "
        "it.",
        pictures=3,
    ),
    DemoItem(
        "headphones",
        "jonas",
        "Over-ear headphones",
        "60.00",
        "Closed, comfortable for hours, 30 hours of battery. The ear pads were replaced in autumn.\n\n"
        "With cable and charger.",
    ),
    DemoItem(
        "desk",
        "aisha",
        "Desk, 120 × 60 cm",
        "75.00",
        "Solid top, 120 × 60 cm, height 74 cm. One ring from a cup at the back edge.\n\n"
        "The legs come off with four screws, so it fits into a small car. Second floor, I help carry.",
        pictures=2,
    ),
    DemoItem(
        "keyboard",
        "aisha",
        "Mechanical keyboard, quiet switches",
        "48.00",
        "Tenkeyless, quiet switches, ISO layout. Cleaned key by key.\n\nUSB-C cable included.",
    ),
    DemoItem(
        "denim-jacket",
        "luca",
        "Denim jacket, size M",
        "28.00",
        "Size M, a little wide. Worn one winter, no stains, all buttons there.\n\nNon-smoking household.",
    ),
    DemoItem(
        "skateboard",
        "luca",
        "Skateboard, hardly used",
        "45.00",
        "Bought with good intentions, used three times. 8.0 deck, soft wheels.\n\nThe grip tape is like new.",
    ),
    DemoItem(
        "plant",
        "ines",
        "Monstera in a clay pot",
        "22.00",
        "About 60 cm tall, four new leaves this year. Likes a bright corner and water once a week.\n\n"
        "The clay pot and its saucer are included.",
    ),
    DemoItem(
        "camera",
        "ines",
        "Compact camera with two lenses",
        "130.00",
        "Works perfectly; about 6,000 pictures taken. With a standard and a short telephoto lens, "
        "two batteries and a charger.\n\n"
        "The strap is worn. Happy to show it before you buy.",
        pictures=2,
    ),
)


def load(conversations_url: str, service_token: str) -> None:
    """Load every person and item. Idempotent."""
    for user_id, name in PEOPLE.items():
        _send("PUT", f"{conversations_url}/internal/users/{user_id}", {"name": name}, service_token)
    for item in ITEMS:
        _send("PUT", f"{conversations_url}/internal/items/{item.id}", _as_body(item), service_token)


def _as_body(item: DemoItem) -> dict[str, object]:
    return {
        "sellerId": item.seller,
        "title": item.title,
        "description": item.description,
        "price": {"amount": item.amount, "currency": "EUR"},
        "imageUrl": f"/demo/items/{item.id}.svg",
        "moreImageUrls": [f"/demo/items/{item.id}-{number}.svg" for number in range(2, item.pictures + 1)],
        "status": "available",
    }


def post_system_message(
    conversations_url: str, service_token: str, conversation_id: str, message: Mapping[str, object]
) -> None:
    """Post a system message in a conversation."""
    url = f"{conversations_url}/internal/conversations/{conversation_id}/system-messages"
    _send("POST", url, message, service_token)


def _send(method: str, url: str, body: Mapping[str, object], service_token: str) -> None:
    headers = {"Authorization": f"Bearer {service_token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method=method)  # noqa: S310 - http, ours
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy
    try:
        with direct.open(request, timeout=_TIMEOUT_SECONDS):
            pass
    except HTTPError as refusal:
        with refusal:
            raise RuntimeError(f"{method} {url} answered {refusal.code}: {refusal.read().decode()}") from None


def main() -> None:
    load(os.environ["CONVERSATIONS_URL"].rstrip("/"), os.environ["SERVICE_TOKEN"])


if __name__ == "__main__":
    main()
