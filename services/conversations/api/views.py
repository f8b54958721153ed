"""Renders rows as the bodies of contracts/rest and contracts/types.json."""

from collections.abc import Mapping
from typing import Any

import asyncpg

from services.conversations.domain import Message, placeholder_name, rfc3339
from services.conversations.store.messages import shown_extras
from services.conversations.store.sync import SyncedConversation

Body = Mapping[str, Any]


def conversation(row: asyncpg.Record) -> Body:
    """Conversation, from one participant's view. Own messages never count as unread."""
    return {
        "id": str(row["id"]),
        "role": row["role"],
        "counterpart": person(row["counterpart_id"], row["counterpart_name"], row["counterpart_avatar_url"]),
        "item": item(row, item_id=row["item_id"]),
        "lastMessage": _last_message(row),
        "lastSeq": row["last_seq"],
        **_personal(row, last_seq=row["last_seq"]),
        "unreadCount": row["last_seq"] - row["last_read_seq"],
        **({"muted": True} if row["muted"] else {}),
        "createdAt": rfc3339(row["created_at"]),
        "lastActivityAt": rfc3339(row["last_activity_at"]),
    }


def resumed_conversation(changes: SyncedConversation) -> Body:
    """ResumedConversation."""
    return {
        "conversationId": str(changes.row["conversation_id"]),
        "lastSeq": changes.last_seq,
        **_personal(changes.row, last_seq=changes.last_seq),
        "changed": changes.row["changed"],
        "messages": [message(message_) for message_ in changes.messages],
        "limited": changes.limited,
        **_changed_messages(changes),
    }


def unread_conversation(row: asyncpg.Record) -> Body:
    """UnreadConversation."""
    return {"conversationId": str(row["id"]), "lastSeq": row["last_seq"], "lastReadSeq": row["last_read_seq"]}


def message(message: Message) -> Body:
    """Message."""
    return {
        "id": str(message.id),
        "seq": message.seq,
        "content": message.content,
        "senderId": message.sender_id,
        "clientMessageId": message.client_message_id,
        "createdAt": rfc3339(message.created_at),
        **_version(message.version),
        **message.extras,
    }


def version(row: asyncpg.Record) -> Body:
    """MessageVersion."""
    return {"version": row["version"], "content": row["content"], "writtenAt": rfc3339(row["written_at"])}


def person(user_id: str, name: str | None, avatar_url: str | None) -> Body:
    """Person; an unknown user gets a placeholder name."""
    return {"id": user_id, "name": name or placeholder_name(user_id), "avatarUrl": avatar_url}


def item(row: asyncpg.Record, *, item_id: str) -> Body:
    """Item."""
    amount = row["price_amount"]
    return {
        "id": item_id,
        "sellerId": row["seller_id"],
        "title": row["title"],
        "price": None if amount is None else {"amount": format(amount, "f"), "currency": row["price_currency"]},
        "imageUrl": row["image_url"],
        "status": row["status"],
    }


def detailed_item(row: asyncpg.Record, *, item_id: str) -> Body:
    """DetailedItem: includes the fields that lists omit."""
    details = {"description": row["description"], "moreImageUrls": row["more_image_urls"]}
    return {**item(row, item_id=item_id), **{name: value for name, value in details.items() if value}}


def item_view(row: asyncpg.Record) -> Body:
    """ItemView: an item and its seller."""
    return {"item": item(row, item_id=row["id"]), "seller": _seller(row)}


def item_details(row: asyncpg.Record) -> Body:
    """ItemDetails: one item in full, and its seller."""
    return {"item": detailed_item(row, item_id=row["id"]), "seller": _seller(row)}


def _seller(row: asyncpg.Record) -> Body:
    return person(row["seller_id"], row["seller_name"], row["seller_avatar_url"])


def _personal(row: asyncpg.Record, *, last_seq: int) -> Body:
    """The fields that differ between the two participants.

    The row is current, so its read marks may be later than `last_seq`; events repeat any later change.
    """
    return {
        "lastReadSeq": min(row["last_read_seq"], last_seq),
        "counterpartLastReadSeq": min(row["counterpart_last_read_seq"], last_seq),
    }


def _changed_messages(changes: SyncedConversation) -> Body:
    if not changes.changed_messages:
        return {}
    changed = [message(message_) for message_ in changes.changed_messages]
    return {"changedMessages": changed, **({"changedLimited": True} if changes.changed_limited else {})}


def _version(version: int | None) -> Body:
    """A message that never changed has none."""
    return {"version": version} if version else {}


def _last_message(row: asyncpg.Record) -> Body | None:
    if row["last_message_id"] is None:
        return None
    return {
        "id": str(row["last_message_id"]),
        "seq": row["last_seq"],
        "preview": row["last_message_preview"],
        "senderId": row["last_sender_id"],
        "createdAt": rfc3339(row["last_message_at"]),
        **_version(row["last_message_version"]),
        **{name: value for name, value in shown_extras(row["last_extras"]).items() if name in ("kind", "card")},
        **({"deleted": True} if row["last_deleted_seq"] == row["last_seq"] else {}),
    }
