"""The texts of the kinds that need no text of the marketplace, by language.

A language is one entry, with every kind. A sentence is left out if a param in it is not given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """How one language says it."""

    decimal_point: str
    sentences: Mapping[str, Sequence[str]]
    """By kind."""


LANGUAGES: Mapping[str, Language] = {
    "en": Language(
        decimal_point=".",
        sentences={
            "order.paid": ["The order has been paid: {price}."],
            "order.shipped": [
                "The item has been shipped.",
                "Carrier: {carrier}.",
                "Tracking number: {trackingNumber}.",
            ],
            "order.cancelled": ["The order has been cancelled.", "Refund: {refund}."],
        },
    ),
    "de": Language(
        decimal_point=",",
        sentences={
            "order.paid": ["Die Bestellung wurde bezahlt: {price}."],
            "order.shipped": [
                "Der Artikel wurde verschickt.",
                "Versanddienst: {carrier}.",
                "Sendungsnummer: {trackingNumber}.",
            ],
            "order.cancelled": ["Die Bestellung wurde storniert.", "Erstattung: {refund}."],
        },
    ),
    "es": Language(
        decimal_point=",",
        sentences={
            "order.paid": ["El pedido se ha pagado: {price}."],
            "order.shipped": [
                "El artículo se ha enviado.",
                "Transportista: {carrier}.",
                "Número de seguimiento: {trackingNumber}.",
            ],
            "order.cancelled": ["El pedido se ha cancelado.", "Reembolso: {refund}."],
        },
    ),
    "fr": Language(
        decimal_point=",",
        sentences={
            "order.paid": ["La commande a été payée\u00a0: {price}."],
            "order.shipped": [
                "L’article a été expédié.",
                "Transporteur\u00a0: {carrier}.",
                "Numéro de suivi\u00a0: {trackingNumber}.",
            ],
            "order.cancelled": ["La commande a été annulée.", "Remboursement\u00a0: {refund}."],
        },
    ),
}
