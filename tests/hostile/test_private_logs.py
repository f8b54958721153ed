"""What people write, and what they prove themselves with, is in no log; the end of every hostile run checks it too."""

from pathlib import Path

import pytest

from tests.hostile.asking import ask_for_upgrade
from tests.hostile.callers import FORGED, expired
from tests.hostile.rest import call
from tests.hostile.world import MARKER, World
from tests.kit.private_logs import assert_private
from tests.kit.raw_websocket import RawConnection

OPAQUE = "opaque-token-of-another-marketplace-0123456789"  # no JWT, so no pattern finds it


def test_tokens_and_texts_stay_out_of_the_logs(world: World) -> None:
    """Wherever a client puts them: where they belong, and where they do not."""
    talk, gateway = world.talk, world.system.gateway.url
    tokens = [world.mint(talk.buyer), expired(world.mint, talk.buyer), OPAQUE]
    tokens += [forge(world.mint, talk.buyer) for forge in FORGED.values()]
    for token in tokens:
        for protocols in ([f"bearer.{token}"], ["messaging.v1", f"bearer.{token}"], ["bearer", token], [token]):
            for url in (world.socket_url, gateway):
                ask_for_upgrade(url, protocols=protocols)
        ask_for_upgrade(world.socket_url, request_line=f"GET /ws?access_token={token} HTTP/1.1")
        for url in (world.rest_url, gateway):
            call(url, "GET", "/api/me", token=token)
            call(url, "GET", f"/api/items/{token}?token={token}&q={MARKER}", headers={"X-Request-ID": f"{token} x"})
            call(url, "POST", "/api/dev/login", body={"userId": token, "content": MARKER})
            send_raw(url, f"GET /api/me HTTP/1.1\r\nHost: x\r\nAuthorization\x00: Bearer {token}\r\n\r\n")
            send_raw(url, f"GET /api/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\x01\r\n\r\n")
            send_raw(url, f"{token} /{MARKER} HTTP/1.1\r\n\r\n")
    with world.sockets(talk.buyer) as (socket,):
        for token in tokens:
            socket.ask({"type": "authenticate", "accessToken": token, "ref": "asked"})
            socket.ask({"type": "mark_read", "conversationId": token, "message": MARKER, "ref": "asked"})
        sent = socket.ask({"type": "send_message", "conversationId": talk.id, "message": MARKER, "ref": "asked"})
        assert sent["type"] == "message_sent"
    assert_private([service.log for service in world.system.services], tokens=tokens, texts=[MARKER, OPAQUE])


@pytest.mark.parametrize(
    "line", [f"a {OPAQUE} b", f'{{"content":"{MARKER}"}}', "x.claims-of-a-token.y", "signature-part"]
)
def test_the_check_finds_what_it_looks_for(tmp_path: Path, line: str) -> None:
    """Whole tokens, parts of one, and texts."""
    log = tmp_path / "service.log"
    log.write_text(f"harmless\n{line}\n")
    with pytest.raises(AssertionError, match=r"service\.log:2"):
        assert_private([log], tokens=[OPAQUE, "header.claims-of-a-token.signature-part"], texts=[MARKER])


def send_raw(url: str, request: str) -> None:
    with RawConnection(url) as connection:
        connection.send(request.encode("latin-1"))
        connection.finish_sending()
        connection.read_to_end()
