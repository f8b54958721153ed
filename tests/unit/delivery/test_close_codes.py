"""Which close codes a client may send, and how they are counted."""

import pytest

from services.delivery.close_codes import CloseCode, closing_label, may_be_sent


@pytest.mark.parametrize("code", [0, 1000, 1001, 1012, 3000, 4999])
def test_codes_a_client_may_send(code: int) -> None:
    """0 stands for a close frame without one."""
    assert may_be_sent(code)


@pytest.mark.parametrize("code", [1006, 5000, 65535])
def test_codes_that_never_travel(code: int) -> None:
    """Those that aiohttp refuses by itself are not asked about."""
    assert not may_be_sent(code)


def test_labels_stay_few() -> None:
    """Ours and the standard ones have a label each, the thousands that clients may choose one together."""
    assert [closing_label(code) for code in (1000, 1006, CloseCode.FLOODING, 4502)] == ["1000", "1006", "4501", "4502"]
    assert {closing_label(code) for code in range(3000, 5000)} == {"other"} | {
        str(int(code)) for code in CloseCode if code >= 3000
    }
