"""Limits the open requests of one socket: each holds a ticket, which is closed with the answer."""


class Tickets:
    """At most `most` are open at once."""

    __slots__ = ("_most", "open_now")

    def __init__(self, most: int) -> None:
        self._most = most
        self.open_now = 0

    def open(self) -> "Ticket | None":
        """None when too many are open."""
        if self.open_now >= self._most:
            return None
        self.open_now += 1
        return Ticket(self)


class Ticket:
    """Closing it is idempotent."""

    __slots__ = ("_of",)

    def __init__(self, of: Tickets) -> None:
        self._of: Tickets | None = of

    def close(self) -> None:
        if self._of is not None:
            self._of.open_now -= 1
            self._of = None
