"""A service that is configured wrongly stops at once, and names everything that is wrong."""

import importlib
import subprocess
import sys

import pytest

from chassis.settings import EXIT_WRONG_SETTINGS
from deploy.native.folders import REPOSITORY
from tests.kit.wrong_settings import CASES, WrongSettings, check_message


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_wrong_variable_is_named(
    case: WrongSettings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before it connects to anything: none of these addresses exists."""
    monkeypatch.setattr("os.environ", case.environment)
    monkeypatch.setattr("sys.argv", [case.service, *case.arguments])
    with pytest.raises(SystemExit) as ended:
        importlib.import_module(f"services.{case.service}.__main__").main()
    printed = capsys.readouterr()
    assert (ended.value.code, printed.out) == (EXIT_WRONG_SETTINGS, "")
    check_message(case, printed.err)


@pytest.mark.parametrize("case", [case for case in CASES if str(case).endswith("several")], ids=str)
def test_the_process_ends_with_the_message(case: WrongSettings) -> None:
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
