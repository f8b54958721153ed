"""Which close codes a client may send, and how they are counted."""

import pytest

from contracts.generated.catalogues import CloseCode
from services.delivery.wire.close_codes import closing_label, may_be_sent


@pytest.mark.parametrize("code", [1000, 1001, 1003, 1007, 1014, 3000, 4999])
def test_codes_a_client_may_send(code: int) -> None:
    """The standard ones, and those that applications choose."""
    assert may_be_sent(code)


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535])
def test_codes_that_are_never_sent(code: int) -> None:
    """Reserved, unassigned or beyond the range."""
    assert not may_be_sent(code)


def test_the_number_of_labels_is_limited() -> None:
    """Ours and the standard ones have a label each, the thousands that clients may choose one together."""
    assert [closing_label(code) for code in (1000, 1006, CloseCode.FLOODING, 4502)] == ["1000", "1006", "4501", "4502"]
    assert {closing_label(code) for code in range(3000, 5000)} == {"other"} | {
        str(int(code)) for code in CloseCode if code >= 3000
    }
