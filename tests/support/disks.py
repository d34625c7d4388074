"""Disks that are small, full or read-only. Mounting one takes root; where a test runs without, it is left out."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Disk:
    """A disk of its own, in memory, at `path`."""

    path: Path

    def grow(self, size: str) -> None:
        self._remount(f"size={size}")

    def leave(self, room: int) -> None:
        """Let there be so many bytes of room, and no more."""
        found = os.statvfs(self.path)
        used = (found.f_blocks - found.f_bfree) * found.f_frsize
        self._remount(f"size={used + room}")

    def read_only(self) -> None:
        self._remount("ro")

    def writable(self) -> None:
        self._remount("rw")

    def _remount(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.path)], check=True)


@contextmanager
def disk(path: Path, size: str = "50m") -> Iterator[Disk]:
    """A disk mounted at `path`, which is made for it."""
    if os.geteuid() != 0:
        pytest.skip("mounting a disk takes root")
    path.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.skip("disks cannot be mounted here")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)
