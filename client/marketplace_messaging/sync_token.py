"""The one thing a client must know about sync tokens: how a pushed frame's partial token updates the one it holds."""

PARTIAL = "~"


def updated(held: str, pushed: str) -> str:
    """The token to hold after a frame that carries `pushed`: that token, or `held` with one shard's position replaced.

    A partial token of another epoch changes nothing; neither does one while `held` itself is partial.
    """
    if not pushed.startswith(PARTIAL):
        return pushed
    epoch, _, position = pushed.removeprefix(PARTIAL).partition(".")
    held_epoch, *positions = held.split(".")
    if not held_epoch.startswith(epoch):
        return held
    shard = _shard_of(position)
    others = [other for other in positions if _shard_of(other) != shard]
    return ".".join((held_epoch, *sorted((*others, position), key=_shard_of)))


def _shard_of(position: str) -> int:
    return int(position.partition("-")[0])
