"""A progress bar on a terminal, once work takes over a second; nothing anywhere else."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

PATIENCE: Final = 1.0
"""Seconds before a bar appears."""

_SCREEN: Final = threading.Lock()
"""Held by the one bar that is shown: work within work shows none of its own."""


class Progress:
    """Counts what is done. Counting costs an addition: the bar, where there is one, looks by itself.

    `total` is how many there are in all, or what counts them, which is called only when a bar appears; None
    where nobody knows. Where results stream to the same terminal they are the progress, and no bar disturbs
    them: `streaming` says that results go to standard output as they come.
    """

    def __init__(
        self, doing: str, total: int | Callable[[], int | None] | None = None, streaming: bool = False
    ) -> None:
        self.done = 0
        self.phase: tuple[str, int, int] | None = None
        """What is being done within, how much of it is done, and of how much; None where nobody says."""
        self._doing = doing
        self._total = total
        self._wanted = _on_terminal() and not (streaming and sys.stdout.isatty())
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._bar: Bar | None = None
        self._ended = False

    def tell(self, phase: str, done: int, total: int) -> None:
        """Say how far the work within is. As cheap as counting."""
        self.phase = (phase, done, total)

    def __enter__(self) -> Self:
        if self._wanted:
            self._timer = threading.Timer(PATIENCE, self._appear)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._ended = True
            bar, self._bar = self._bar, None
        if bar is not None:
            bar.stop()
            _SCREEN.release()

    def _appear(self) -> None:
        total = self._total() if callable(self._total) else self._total
        bar = _bar(self, self._doing, total)
        with self._lock:
            if not self._ended and _SCREEN.acquire(blocking=False):
                self._bar = bar
                bar.start()


def _on_terminal() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _bar(progress: Progress, doing: str, total: int | None) -> Bar:
    """A bar on standard error that is gone when the work is done, so that what is left are the results."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        SpinnerColumn,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.progress import Progress as RichProgress

    class Looking(RichProgress):
        """Reads the count when it draws."""

        def get_renderables(self) -> Any:
            if self.tasks and progress.phase is not None:
                phase, done, within = progress.phase
                self.update(TaskID(0), description=f"{doing}: {phase}", completed=done, total=within)
            elif self.tasks:
                # an estimated total may be short: a bar that is full before the end would be a lie
                most = None if total is None else max(total, progress.done)
                self.update(TaskID(0), completed=progress.done, total=most)
            return super().get_renderables()

    colour = not os.environ.get("NO_COLOR")
    bar = Looking(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True, no_color=not colour),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    bar.add_task(doing, total=total)
    return bar
