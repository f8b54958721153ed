"""Applies changes of users and items, and posts system messages: from the marketplace's events, or the internal API."""

from datetime import datetime
from uuid import UUID

import asyncpg

from services.conversations.domain import DELETED_USER_NAME, Rejected
from services.conversations.store import projections
from services.conversations.store.projections import Item, ItemChange, User
from services.conversations.store.system_messages import Posted
from services.conversations.system_messages.rendering import SystemMessage
from services.conversations.use_cases import Commands


class Marketplace:
    """Maintains the projection and notifies the participants concerned.

    The newest time wins, and at equal times a deletion; a change without a time is authoritative and takes effect now.
    Each method returns False if it changed nothing because a newer change is stored. It is idempotent, and must be
    repeated if it raises (Refused, or a database error): the announcement comes after the change.
    """

    def __init__(self, *, pool: asyncpg.Pool, commands: Commands, within: float) -> None:
        self._pool = pool
        self._commands = commands
        self._within = within

    async def put_user(self, user: User) -> bool:
        """Add or change a user."""
        if not await projections.put_user(self._pool, user):
            return False
        await self._announce(await projections.conversations_of_user(self._pool, user.id))
        return True

    async def delete_user(self, user_id: str, at: datetime | None) -> bool:
        """Delete a user: their name and picture are erased, their conversations stay."""
        return await self.put_user(User(user_id, DELETED_USER_NAME, None, deleted=True, updated_at=at))

    async def put_item(self, item: Item) -> bool:
        """Add or change an item. Also False if it was removed at this time or later: it stays removed."""
        async with self._pool.acquire() as connection:
            change = await projections.put_item(connection, item)
        await self._item_changed(item.id, stored=change is not ItemChange.OUTDATED)
        return change is ItemChange.APPLIED

    async def delete_item(self, item_id: str, at: datetime | None) -> bool:
        """Remove an item; its conversations stay."""
        return await self._item_changed(item_id, stored=await projections.remove_item(self._pool, item_id, at))

    async def post(self, conversation_id: UUID, message: SystemMessage) -> Posted | Rejected:
        """Post a system message."""
        return await self._commands.post_system_message(conversation_id, message, within=self._within)

    async def _item_changed(self, item_id: str, *, stored: bool) -> bool:
        if stored:
            await self._announce(await projections.conversations_of_item(self._pool, item_id))
        return stored

    async def _announce(self, conversation_ids: list[UUID]) -> None:
        await self._commands.announce(conversation_ids, within=self._within)
