"""The ways on which a notice leaves: a webhook, and a file of JSON lines. Each is a class with `send`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from pathlib import Path
from threading import Lock
from typing import Final, Protocol
from urllib.error import HTTPError, URLError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from routebook.diagnostics import RoutebookError
from routebook.runtime.notices.outbox import Notice
from routebook.settings import Destination, Settings

if sys.platform != "win32":
    import fcntl

STDOUT: Final = "-"
_PREFIX: Final = "whsec_"
_LONGEST_PAUSE: Final = timedelta(hours=24)  # that a server may ask for


class NotDelivered(Exception):
    """Why a notice could not be delivered, in words; `pause` is how long the other side asks to be left alone."""

    def __init__(self, words: str, pause: timedelta | None = None) -> None:
        super().__init__(words)
        self.pause = pause


class Sender(Protocol):
    """One way out."""

    def send(self, notice: Notice, now: datetime) -> None:
        """Deliver a notice. Raises NotDelivered where that is not certain."""


def signature(secret: str, key: str, timestamp: int, body: bytes) -> str:
    """The signature of a notice: HMAC-SHA256 over its key, the time and the body, as Standard Webhooks has it.

    `secret` is the secret itself; one that begins with `whsec_` is the base64 of its bytes.
    See https://www.standardwebhooks.com.
    """
    signed = b".".join((key.encode(), str(timestamp).encode(), body))
    digest = hmac.new(_bytes_of(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _bytes_of(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        return secret.encode("utf-8", "surrogateescape")
    return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Posts notices to an address, signed. An answer of 200 to 299 is delivery; redirects are not followed."""

    url: str
    secret: str
    timeout: timedelta

    def send(self, notice: Notice, now: datetime) -> None:
        body, timestamp = notice.body.encode(), int(now.timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "routebook",
            "Idempotency-Key": notice.key,
            "Webhook-Id": notice.key,
            "Webhook-Timestamp": str(timestamp),
            "Webhook-Signature": signature(self.secret, notice.key, timestamp, body),
        }
        request = Request(self.url, data=body, headers=headers, method="POST")
        try:
            with _opener().open(request, timeout=self.timeout.total_seconds()):
                return
        except HTTPError as error:
            with error:
                moved = ", and redirects are not followed" if 300 <= error.code < 400 else ""
                raise NotDelivered(f"it answered {error.code}{moved}", _pause(error, now)) from None
        except URLError as error:
            raise NotDelivered(f"it cannot be reached: {_why(error.reason)}") from None
        except (OSError, HTTPException) as error:
            raise NotDelivered(f"it does not answer: {_why(error)}") from None


def _opener() -> OpenerDirector:
    """HTTP and HTTPS, by way of a proxy where the environment names one; no redirects, files or passwords."""
    opener = OpenerDirector()
    for handler in (
        ProxyHandler(),
        HTTPHandler(),
        HTTPSHandler(),
        HTTPDefaultErrorHandler(),
        HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _why(reason: object) -> str:
    words = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return words[:1].lower() + words[1:]


def _pause(error: HTTPError, now: datetime) -> timedelta | None:
    """How long a server asks for in `Retry-After`: seconds, or a date."""
    asked = (error.headers.get("Retry-After") or "").strip() if error.headers is not None else ""
    if asked.isdecimal() and asked.isascii():
        return min(timedelta(seconds=int(asked[:9])), _LONGEST_PAUSE)
    try:
        moment = parsedate_to_datetime(asked)
    except ValueError:
        return None
    return min(max(moment.replace(tzinfo=moment.tzinfo or UTC) - now, timedelta()), _LONGEST_PAUSE)


class Lines:
    """Writes notices to the end of a file, a line of JSON each, or to standard output."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = Lock()

    def send(self, notice: Notice, now: datetime) -> None:  # noqa: ARG002
        try:
            with self._lock:
                if self._path is None:
                    sys.stdout.write(f"{notice.body}\n")
                    sys.stdout.flush()
                else:
                    _append(self._path, notice.body.encode())
        except BrokenPipeError:
            raise
        except OSError as error:
            raise NotDelivered(f"the file cannot be written: {_why(error)}") from None


def _append(path: Path, line: bytes) -> None:
    """Add a line. A line that a full disk cut short before is ended first, so that it spoils itself alone."""
    with path.open("ab+", buffering=0) as file:
        if sys.platform != "win32":
            fcntl.flock(file, fcntl.LOCK_EX)
        torn = False
        if end := file.seek(0, os.SEEK_END):
            file.seek(end - 1)
            torn = file.read(1) != b"\n"
        left = memoryview((b"\n" if torn else b"") + line + b"\n")
        while left:
            left = left[file.write(left) :]
        os.fsync(file.fileno())


def sender_of(name: str, destination: Destination, settings: Settings, environ: Mapping[str, str]) -> Sender:
    """The way to a destination. Raises RoutebookError where its secret is not in the environment."""
    if destination.file is not None:
        return Lines(None if destination.file == STDOUT else settings.path(destination.file))
    assert destination.url is not None
    variable = destination.secret or ""
    secret = environ.get(variable, "")
    if not secret:
        raise RoutebookError(
            f"nothing is delivered: the environment variable `{variable}`, which holds the secret of "
            f"`notify.{name}`, is not set"
        )
    try:
        _bytes_of(secret)
    except (binascii.Error, ValueError):
        raise RoutebookError(
            f"nothing is delivered: what `{variable}` holds begins with {_PREFIX} and does not go on in base64"
        ) from None
    return Webhook(destination.url, secret, destination.timeout)
