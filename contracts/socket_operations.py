"""The WebSocket's part of the AsyncAPI document: a message for each frame, and an operation for each client frame."""

from pathlib import Path

from contracts.keywords import ANSWER, PUSHED, Schema
from contracts.schemas import ROOT, load

_SOCKET = {"$ref": "#/channels/socket"}
_TAGS = [{"name": "delivery"}]


def add_frames(document: Schema) -> None:
    """Complete the document with all schemas of frames/client/ and frames/server/."""
    client, server = _frames("client"), _frames("server")
    for path, frame in {**client, **server}.items():
        title = frame["title"]
        document["components"]["messages"][title] = {
            "name": path.stem,
            "payload": {"$ref": path.relative_to(ROOT).as_posix()},
        }
        document["channels"]["socket"]["messages"][title] = {"$ref": f"#/components/messages/{title}"}
    titles = {path.stem: frame["title"] for path, frame in server.items()}
    for frame in client.values():
        answers = [titles[name] for name in (frame.get(ANSWER), "error") if name is not None]
        document["operations"][f"receive{frame['title']}"] = _received(frame["title"], answers)
    pushed = [frame["title"] for frame in server.values() if frame.get(PUSHED)]
    document["operations"]["pushChanges"]["messages"] = [_message(title) for title in pushed]


def _frames(folder: str) -> dict[Path, Schema]:
    return {path: load(path) for path in sorted((ROOT / "frames" / folder).glob("*.json"))}


def _received(title: str, answers: list[str]) -> Schema:
    return {
        "action": "receive",
        "tags": _TAGS,
        "channel": _SOCKET,
        "messages": [_message(title)],
        "reply": {"channel": _SOCKET, "messages": [_message(answer) for answer in answers]},
    }


def _message(title: str) -> Schema:
    return {"$ref": f"#/channels/socket/messages/{title}"}
