"""The page on what people are told: its commands run, and its check of signatures tried on real requests."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from conftest import Golden
from routebook.runtime.notices.outbox import Notice
from routebook.runtime.notices.sending import signature
from routebook.settings import read_settings
from routebook.source import Source
from routebook.syntax.format import format_source
from support.documents import ROOT, Block, blocks

PAGE: Final = ROOT / "docs" / "notifications.md"


def _printed(line: str, folder: Path) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {"PATH": path, "HOME": str(folder), "LC_ALL": "C.UTF-8", "COLUMNS": "100"}
    done = subprocess.run(
        shlex.split(line), capture_output=True, text=True, cwd=folder, env=environment, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # keys are hashes of rows, which hold more than this page is about
    return re.sub(r"\b[0-9a-f]{32}\b", "5d41402abc4b2a76b9719d911017c592", done.stdout + done.stderr)


def _done(block: Block, folder: Path) -> str:
    kind, _, rest = block.info.partition(" ")
    if kind == "console":
        commands = [line.removeprefix("$ ") for line in block.text.splitlines() if line.startswith("$ ")]
        return "".join(f"$ {command}\n{_printed(command, folder)}" for command in commands)
    if rest:
        (folder / rest).write_text(block.text, encoding="utf-8")
    return block.text


@pytest.mark.slow
def test_the_page_is_so(tmp_path: Path, golden: Golden) -> None:
    text = PAGE.read_text(encoding="utf-8")
    done, upto = "", 0
    for block in blocks(PAGE):
        done += text[upto : block.start] + _done(block, tmp_path)
        upto = block.start + len(block.text)
    golden(PAGE, done + text[upto:])


def test_the_policy_is_laid_out_as_fmt_does() -> None:
    (shown,) = (block for block in blocks(PAGE) if block.info.startswith("route "))
    assert format_source(Source("page", shown.text)) == shown.text


def test_the_settings_of_a_webhook_are_settings(tmp_path: Path) -> None:
    (shown,) = (block for block in blocks(PAGE) if block.info == "toml")
    (tmp_path / "routebook.toml").write_text(shown.text)
    settings = read_settings(tmp_path / "routebook.toml")
    assert settings.notify["crm"].attempts == 12
    assert settings.notify["crm"].timeout == timedelta(seconds=10)


def _is_genuine() -> Callable[..., bool]:
    (shown,) = (block for block in blocks(PAGE) if block.info == "python")
    names: dict[str, Any] = {}
    exec(shown.text, names)
    found: Callable[..., bool] = names["is_genuine"]
    return found


def test_the_check_of_signatures_takes_what_is_sent_and_nothing_else() -> None:
    is_genuine, now = _is_genuine(), int(time.time())
    notice = Notice("k1", "crm", 1, "assigned", "L-1", "rep ana", '{"key":"k1"}', datetime.now(UTC))
    body = notice.body.encode()
    signed = signature("the secret", notice.key, now, body)
    headers = {"Webhook-Id": "k1", "Webhook-Timestamp": str(now), "Webhook-Signature": signed}
    assert is_genuine(headers, body, "the secret")
    assert not is_genuine(headers, body, "another secret")
    assert not is_genuine(headers, body + b" ", "the secret")
    assert not is_genuine({**headers, "Webhook-Id": "k2"}, body, "the secret")
    assert not is_genuine({**headers, "Webhook-Timestamp": str(now + 1)}, body, "the secret")
    assert not is_genuine(headers, body, "the secret", now=lambda: now + 301)
