"""What was started is found again by a later command."""

import os
import signal
import stat
from pathlib import Path

import psutil

from deploy.native.processes import Process
from deploy.native.state import RunState, load


def _this_process(*, created: float | None = None) -> Process:
    actual = psutil.Process(os.getpid()).create_time()
    return Process(
        name="tests",
        pid=os.getpid(),
        created=actual if created is None else created,
        log=Path("/nowhere/tests.log"),
        stop_signal=signal.SIGINT,
    )


def test_state_survives_the_file(tmp_path: Path) -> None:
    state = RunState([_this_process()], {"conversations": "http://127.0.0.1:1"}, "http://localhost:2")
    state.save(tmp_path / "run" / "state.json")
    assert load(tmp_path / "run" / "state.json") == state
    assert load(tmp_path / "none.json").is_down()


def test_nobody_else_may_read_the_state(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    RunState().save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_is_up_when_it_has_an_address_and_all_processes_run() -> None:
    assert RunState([_this_process()], {}, "http://localhost:2").is_up()
    assert not RunState([_this_process()], {}, None).is_up()


def test_a_process_with_our_pid_from_another_time_is_not_ours() -> None:
    stranger = _this_process(created=psutil.Process(os.getpid()).create_time() - 60)
    assert not RunState([stranger], {}, "http://localhost:2").is_up()
    assert RunState([stranger], {}, "http://localhost:2").is_down()
