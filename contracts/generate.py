"""Generates code from the contracts: `python -m contracts.generate [--check]`."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from contracts.catalogues import catalogues
from contracts.limits import LIMITS, limits
from contracts.schemas import ROOT, bundle

MODELS = ROOT / "generated" / "models.py"
LIMITS_MODULE = ROOT / "generated" / "limits.py"
CATALOGUES = ROOT / "generated" / "catalogues.py"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail when the committed files are not current"
    )
    arguments = parser.parse_args()
    fresh = render_all()
    stale = [path for path, text in fresh.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if arguments.check:
        for path in stale:
            sys.stderr.write(f"{path.relative_to(ROOT.parent)} is not current: run `make generate`\n")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(fresh[path], encoding="utf-8")
    return 0


def render_all() -> dict[Path, str]:
    """The expected content of every generated file, by path."""
    return {
        MODELS: render_models(),
        CATALOGUES: catalogues(),
        LIMITS_MODULE: render_limits(),
    }


def render_limits() -> str:
    """The limits, as Python source, each with its origin in the contracts."""
    values = limits()
    lines = [f"{limit.name} = {json.dumps(values[limit.name])}  # {limit.file}: {limit.pointer}" for limit in LIMITS]
    return "\n".join(['"""Generated from contracts/ by `make generate`. Do not edit."""', "", *lines, ""])


def render_models() -> str:
    """The pydantic models, as Python source."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "bundle.json"), Path(folder, "models.py")
        source.write_text(json.dumps(_without_uuid_patterns(bundle())), encoding="utf-8")
        subprocess.run([sys.executable, "-m", "datamodel_code_generator", *_options(source, target)], check=True)
        return target.read_text(encoding="utf-8").replace(
            "from uuid import UUID\n", "from contracts.model import CanonicalUuid as UUID\n"
        )


def _without_uuid_patterns(node: Any) -> Any:
    """pydantic does not allow a pattern on a UUID: CanonicalUuid checks it instead."""
    if isinstance(node, list):
        return [_without_uuid_patterns(item) for item in node]
    if not isinstance(node, dict):
        return node
    is_uuid = node.get("format") == "uuid"
    return {key: _without_uuid_patterns(value) for key, value in node.items() if not (is_uuid and key == "pattern")}


def _options(source: Path, target: Path) -> list[str]:
    return [
        *("--input", str(source), "--input-file-type", "jsonschema", "--output", str(target)),
        *("--output-model-type", "pydantic_v2.BaseModel", "--base-class", "contracts.model.ContractModel"),
        *("--target-python-version", "3.11", "--formatters", "ruff-format", "--disable-timestamp"),
        *("--custom-file-header", '"""Generated from contracts/ by `make generate`. Do not edit."""'),
        *(
            "--snake-case-field",
            "--use-annotated",
            "--use-standard-collections",
            "--use-union-operator",
            "--no-alias",
        ),
        *("--enum-field-as-literal", "all", "--use-one-literal-as-default", "--use-title-as-name"),
        *(
            "--use-type-alias",
            "--use-schema-description",
            "--use-single-line-docstring",
            "--field-constraints",
        ),
    ]


if __name__ == "__main__":
    sys.exit(main())
