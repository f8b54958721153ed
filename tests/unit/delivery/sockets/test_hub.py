"""Who is connected."""

from dataclasses import dataclass

from services.delivery.sockets.hub import Hub


@dataclass(eq=False)
class Phone:
    user_id: str


def test_every_socket_of_every_user_is_found() -> None:
    """And nobody else's."""
    hub: Hub[Phone] = Hub(max_per_user=3)
    first, second, other = Phone("alice"), Phone("alice"), Phone("bob")
    for phone in (first, second, other):
        assert hub.register(phone) == []
    assert hub.of(["alice", "carol"]) == [first, second]
    assert hub.of(["bob", "alice"]) == [other, first, second]
    assert (len(hub), hub.users) == (3, 2)


def test_one_socket_too_many_displaces_the_oldest() -> None:
    """Of that user only."""
    hub: Hub[Phone] = Hub(max_per_user=2)
    other = Phone("bob")
    hub.register(other)
    phones = [Phone("alice") for _ in range(3)]
    assert [hub.register(phone) for phone in phones] == [[], [], [phones[0]]]
    assert hub.of(["alice"]) == phones[1:]
    assert hub.of(["bob"]) == [other]


def test_leaving_twice_is_harmless() -> None:
    """A socket may be closed and end at the same time."""
    hub: Hub[Phone] = Hub(max_per_user=2)
    phone = Phone("alice")
    hub.register(phone)
    hub.unregister(phone)
    hub.unregister(phone)
    assert (len(hub), hub.users, list(hub)) == (0, 0, [])
