"""The system under load, addressed past the gateway, and the people who load it."""

from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from chassis.auth.tokens import mint_hs256
from tests.kit.running.system import System


@dataclass(frozen=True)
class Target:
    conversations_url: str
    delivery_url: str
    service_token: str
    jwt_secret: str
    jwt_issuer: str
    jwt_audience: str
    internal_url: str | None = None
    """Where the internal API answers, if not beside REST."""

    @property
    def socket_url(self) -> str:
        return self.delivery_url.replace("http", "ws", 1) + "/ws"

    def token(self, user_id: str, *, seconds: float = 3600) -> str:
        """An access token, by default for an hour."""
        return mint_hs256(
            secret=self.jwt_secret,
            user_id=user_id,
            issuer=self.jwt_issuer,
            audience=self.jwt_audience,
            lifetime=timedelta(seconds=seconds),
        )

    async def put_user(self, http: aiohttp.ClientSession, user_id: str) -> None:
        await self._put(http, f"/internal/users/{user_id}", {"name": user_id})

    async def put_item(self, http: aiohttp.ClientSession, item_id: str, seller_id: str) -> None:
        await self._put(http, f"/internal/items/{item_id}", {"sellerId": seller_id, "title": item_id})

    async def start_conversation(self, http: aiohttp.ClientSession, buyer_id: str, item_id: str) -> str:
        """Contact the seller; returns the conversation's id."""
        headers = {"Authorization": f"Bearer {self.token(buyer_id)}"}
        url = self.conversations_url + "/api/conversations"
        async with http.post(url, json={"itemId": item_id}, headers=headers, raise_for_status=True) as response:
            conversation: dict[str, str] = await response.json()
            return conversation["id"]

    async def _put(self, http: aiohttp.ClientSession, path: str, body: dict[str, str]) -> None:
        headers = {"Authorization": f"Bearer {self.service_token}"}
        url = (self.internal_url or self.conversations_url) + path
        async with http.put(url, json=body, headers=headers, raise_for_status=True):
            pass


@dataclass(frozen=True)
class Couple:
    """Two people with a conversation."""

    buyer_id: str
    seller_id: str
    conversation_id: str


async def introduce(http: aiohttp.ClientSession, target: Target, name: str) -> Couple:
    """A fresh couple; the name is the end of their ids."""
    buyer_id, seller_id, item_id = f"buyer-{name}", f"seller-{name}", f"item-{name}"
    await target.put_user(http, buyer_id)
    await target.put_user(http, seller_id)
    await target.put_item(http, item_id, seller_id)
    return Couple(buyer_id, seller_id, await target.start_conversation(http, buyer_id, item_id))


def target_of(system: System) -> Target:
    return Target(
        conversations_url=system.conversations.url,
        delivery_url=system.delivery[0].url,
        service_token=system.service_token,
        jwt_secret=system.jwt_secret,
        jwt_issuer=system.issuer,
        jwt_audience=system.audience,
    )
