"""The types of the marketplace's events, and their fields that may be dropped when invalid."""

from typing import Final

USER_UPSERTED: Final = "marketplace.user.upserted.v1"
USER_DELETED: Final = "marketplace.user.deleted.v1"
ITEM_UPSERTED: Final = "marketplace.item.upserted.v1"
ITEM_DELETED: Final = "marketplace.item.deleted.v1"
MESSAGE_POSTED: Final = "marketplace.message.posted.v1"
TYPES = (USER_UPSERTED, USER_DELETED, ITEM_UPSERTED, ITEM_DELETED, MESSAGE_POSTED)

DECORATIVE_FIELDS = {
    USER_UPSERTED: ("name", "avatarUrl"),
    ITEM_UPSERTED: ("title", "description", "price", "imageUrl", "moreImageUrls", "status"),
}
