"""The code agrees with the catalogues of the contract."""

from contracts import kinds
from contracts.generated.catalogues import ERROR_CODES
from services.delivery.upstream.commands import COMMANDS
from services.delivery.wire.errors import RETRY_AFTER_MS, SENTENCES


def test_every_error_that_sockets_get_is_in_the_contract() -> None:
    """A client decides by the code."""
    assert SENTENCES.keys() <= ERROR_CODES.keys()
    assert RETRY_AFTER_MS.keys() <= {code for code in SENTENCES if ERROR_CODES[code].retryable}


def test_every_command_of_the_contract_has_one_definition() -> None:
    """And every result but a rejection belongs to one."""
    defined = {command.kind: command.status for command in COMMANDS.values()}
    assert defined.keys() == set(kinds.COMMANDS)
    assert {*defined.values(), "rejected"} == set(kinds.RESULT_STATUSES)
