"""`make compose-up` writes the secrets once, and only the owner may read them."""

import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
SCRIPT = Path("deploy", "docker", "write-env.sh")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / SCRIPT).parent.mkdir(parents=True)
    shutil.copy(ROOT / SCRIPT, tmp_path / SCRIPT)
    shutil.copy(ROOT / ".env.example", tmp_path)
    return tmp_path


def _write(copy: Path) -> dict[str, str]:
    subprocess.run(["sh", copy / SCRIPT], check=True, capture_output=True)
    return dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", (copy / ".env").read_text(), flags=re.MULTILINE))


def test_every_value_that_is_missing_gets_a_secret_of_its_own(copy: Path) -> None:
    written = _write(copy)
    example = re.findall(r"^([A-Z0-9_]+)=$", (copy / ".env.example").read_text(), flags=re.MULTILINE)
    made = [written[name] for name in example]
    assert len(set(made)) == len(made) == 5
    assert all(re.fullmatch(r"[0-9a-f]{64}", value) for value in made)
    assert written["JWT_AUDIENCE"] == "messaging"
    assert "DEV_LOGIN" not in written
    assert stat.S_IMODE((copy / ".env").stat().st_mode) == 0o600


def test_existing_values_stay(copy: Path) -> None:
    assert _write(copy) == _write(copy)
