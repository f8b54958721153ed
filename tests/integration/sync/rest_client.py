"""A client whose state is fetched by REST, and then follows from frames, as docs/delivery-contract.md says."""

from dataclasses import dataclass, field

from tests.kit.client_state import ClientState, Json
from tests.kit.conversations import Conversations

HISTORY_PAGE = 200  # messages


@dataclass
class RestClient:
    """One person's client; REST must show nothing but what follows from messages, marks and facts."""

    service: Conversations
    user: str
    state: ClientState = field(default_factory=ClientState)

    @property
    def shown(self) -> dict[str, Json]:
        return self.state.shown(self.user)

    async def fetch_everything(self) -> None:
        page = await self._fetch("/api/conversations?limit=50")
        assert page["nextCursor"] is None
        unread = {one["id"]: one["unreadCount"] for one in page["conversations"] if one["unreadCount"] > 0}
        assert {one["conversationId"]: one["lastSeq"] - one["lastReadSeq"] for one in page["unread"]} == unread
        assert page["unreadTotal"] == sum(unread.values())
        for conversation in page["conversations"]:
            self._learn(conversation)
            self.state.take_marks(self.user, conversation["id"], conversation)
            await self._fetch_history(conversation["id"])
            shown = self.shown[conversation["id"]]
            assert shown == {**conversation, "messages": shown["messages"]}

    async def take_in(self, resumed: Json) -> None:
        """What a `resumed` frame says to fetch is fetched, and nothing else."""
        for changed in resumed["conversations"]:
            name = changed["conversationId"]
            if changed["changed"]:
                self._learn(await self._fetch(f"/api/conversations/{name}"))
            if changed["limited"] or changed.get("changedLimited"):
                await self._fetch_history(name)
            self.state.take_in(self.user, changed)

    async def fetch_conversation(self, name: str) -> None:
        """All of one, as `conversation_stale` says."""
        view = await self._fetch(f"/api/conversations/{name}")
        self._learn(view)
        self.state.take_marks(self.user, name, view)
        await self._fetch_history(name)

    def _learn(self, view: Json) -> None:
        """A view says who the viewer is, and what they set for themselves."""
        self.state.take_view(view["id"], view)
        other = "seller" if view["role"] == "buyer" else "buyer"
        self.state.learn({**view, view["role"]: {"id": self.user}, other: view["counterpart"]})

    async def _fetch_history(self, name: str) -> None:
        page = await self._fetch(f"/api/conversations/{name}/messages?limit={HISTORY_PAGE}")
        assert not page["hasMore"]
        self.state.messages[name] = {message["seq"]: message for message in page["messages"]}

    async def _fetch(self, path: str) -> Json:
        answer = await self.service.request("GET", path, user=self.user)
        assert answer.status == 200, answer
        body: Json = answer.body
        return body


async def fetched(service: Conversations, user: str) -> RestClient:
    client = RestClient(service, user)
    await client.fetch_everything()
    return client
