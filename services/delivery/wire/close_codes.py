"""Rules about close codes; the codes themselves are `CloseCode` in contracts.generated.catalogues."""

from contracts.generated.catalogues import CloseCode

ABNORMAL = 1006  # means that there was no close frame
_FIRST_FREE, _END_OF_CODES = 3000, 5000
_RESERVED = frozenset({1004, 1005, ABNORMAL})
_FIRST, _END_OF_STANDARD = 1000, 1015
_KNOWN = frozenset(CloseCode)


def may_be_sent(code: int) -> bool:
    """Whether a client may send this code: RFC 6455, section 7.4, and the registry it refers to."""
    if code < _FIRST_FREE:
        return _FIRST <= code < _END_OF_STANDARD and code not in _RESERVED
    return code < _END_OF_CODES


def closing_label(code: int) -> str:
    """The value of a metric's label: from 3000 on clients choose codes freely, and labels must stay few."""
    return str(int(code)) if code < _FIRST_FREE or code in _KNOWN else "other"
