"""Secrets are made once and are readable by their owner only."""

import stat
from pathlib import Path

from deploy.native.credentials import load_or_create


def test_secrets_are_made_once(tmp_path: Path) -> None:
    path = tmp_path / "credentials.json"
    first = load_or_create(path)
    assert load_or_create(path) == first
    assert len({first.service_token, first.jwt_secret, first.postgres_password, first.rabbitmq_password}) == 4
    assert len(first.service_token) >= 32


def test_nobody_else_may_read_them(tmp_path: Path) -> None:
    path = tmp_path / "credentials.json"
    load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
