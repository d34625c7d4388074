"""The page on what people are told: its commands run, and its check of signatures tried on real requests."""

from __future__ import annotations

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
from support.documents import ROOT, blocks
from support.pages import replayed

PAGE: Final = ROOT / "docs" / "notifications.md"


@pytest.mark.slow
def test_the_page_is_so(tmp_path: Path, golden: Golden) -> None:
    golden(PAGE, replayed(PAGE, tmp_path))


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
