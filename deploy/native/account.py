"""The system account that a server runs under, and the folders that it can reach.

PostgreSQL refuses to run as root, so for root it is started as `nobody`. That account can neither run
programs nor keep data in a folder without access for others, such as root's own home.
"""

import grp
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

_UNPRIVILEGED = "nobody"


class PopenArguments(TypedDict):
    user: int | None
    group: int | None
    extra_groups: list[int] | None


@dataclass(frozen=True)
class Account:
    """Another account, for a child process of root."""

    name: str
    uid: int
    gid: int

    def can_enter(self, path: Path) -> bool:
        """Whether the account can traverse every existing part of this path."""
        resolved = path.resolve()
        return all(self._may_pass(step) for step in [resolved, *resolved.parents] if step.exists())

    def own(self, path: Path) -> None:
        shutil.chown(path, self.uid, self.gid)

    def _may_pass(self, path: Path) -> bool:
        found = path.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)


def popen_arguments(account: Account | None) -> PopenArguments:
    """Popen arguments to run a child process under this account; None keeps the current one."""
    if account is None:
        return {"user": None, "group": None, "extra_groups": None}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def unprivileged_account() -> Account | None:
    """The account for servers that refuse root; None if this process is not root."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(_UNPRIVILEGED)
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=grp.getgrgid(entry.pw_gid).gr_gid)
