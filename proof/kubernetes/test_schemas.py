"""Both overlays, checked against the schemas of the current release of Kubernetes and of the one before."""

import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.native.folders import REPOSITORY

RELEASES = ("1.36", "1.37")


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("overlay", ["dev", "production"])
def test_every_manifest_is_valid(overlay: str, release: str, tmp_path: Path) -> None:
    """Strictly: an unknown field is an error."""
    for tool in ("kubectl", "kubernetes-validate"):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
    folder, rendered = REPOSITORY / "deploy" / "kubernetes" / "overlays" / overlay, tmp_path / "rendered.yaml"
    write_secrets = folder / "write-secrets.sh"
    if write_secrets.exists():
        subprocess.run([write_secrets], check=True)
    with rendered.open("w") as out:
        subprocess.run(["kubectl", "kustomize", folder], stdout=out, check=True)
    checked = subprocess.run(
        ["kubernetes-validate", "--strict", "-k", release, rendered], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
