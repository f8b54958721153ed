"""A service that is configured wrongly stops at once, and says all that is wrong."""

import subprocess
import sys

import pytest

from chassis.settings import EXIT_WRONG_SETTINGS
from deploy.native.folders import REPOSITORY
from tests.kit.wrong_settings import CASES, WrongSettings, check_message


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_stops_and_names_every_wrong_variable(case: WrongSettings) -> None:
    """Before it connects to anything: none of these addresses exists."""
    ended = subprocess.run(
        [sys.executable, "-m", f"services.{case.service}", *case.arguments],
        cwd=REPOSITORY,
        env=case.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout) == (EXIT_WRONG_SETTINGS, "")
    check_message(case, ended.stderr)
