"""Ctrl-C between two rows of output, never within one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")


class Interrupts:
    """While it is entered, Ctrl-C waits for the row that is being written; a second Ctrl-C does not wait.

    Outside the main thread, where no signal arrives, it changes nothing.
    """

    def __init__(self) -> None:
        self._writing = False
        self._waiting = False
        self._before: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self._writing and not self._waiting:
            self._waiting = True
            return
        raise KeyboardInterrupt

    def whole(self, write: Callable[[T], object], row: T) -> None:
        """Write one row to its end; raises KeyboardInterrupt after it where Ctrl-C came meanwhile."""
        self._writing = True
        try:
            write(row)
        finally:
            self._writing = False
        if self._waiting:
            raise KeyboardInterrupt
