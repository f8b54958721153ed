"""The code agrees with the catalogues of the contract."""

from contracts.schemas import ROOT, load
from services.delivery.wire.close_codes import CloseCode
from services.delivery.wire.errors import MEANINGS

CLOSE_CODES = load(ROOT / "close-codes.json")["codes"]
ERROR_CODES = {entry["code"]: entry for entry in load(ROOT / "error-codes.json")["codes"]}


def test_close_codes_are_those_of_the_contract() -> None:
    """All of them, by code and name."""
    assert {code.value: code.reason for code in CloseCode} == {entry["code"]: entry["name"] for entry in CLOSE_CODES}


def test_error_codes_are_in_the_contract_and_equally_retryable() -> None:
    """A client decides by the contract."""
    assert {code: meaning.retryable for code, meaning in MEANINGS.items()} == {
        code: ERROR_CODES[code]["retryable"] for code in MEANINGS
    }
