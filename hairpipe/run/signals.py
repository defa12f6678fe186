"""SIGINT, SIGTERM and SIGHUP: the first asks for a quiet stop, the second stops at once."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any

import psutil

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """A person or a supervisor asked the run to stop while it was where it can simply be left."""


def exit_code_of(received: signal.Signals) -> int:
    """Return the exit code by which a shell knows the signal, such as 130 for SIGINT."""
    return 128 + received


class StopSignals:
    """While entered, remembers the first stop signal; a second one ends the process at once."""

    def __init__(self) -> None:
        self.received: signal.Signals | None = None
        self._before: dict[signal.Signals, Any] = {}
        self._interrupts = False

    @property
    def stopping(self) -> bool:
        """Whether a stop was asked for."""
        return self.received is not None

    @contextlib.contextmanager
    def interrupting(self) -> Iterator[None]:
        """While entered, a stop signal raises StopRequested: for what takes long and leaves nothing behind.

        Raises
        ------
        StopRequested
            Also on entry, if the signal came before.
        """
        if self.stopping:
            raise StopRequested
        before, self._interrupts = self._interrupts, True
        try:
            yield
        finally:
            self._interrupts = before

    def __enter__(self) -> StopSignals:
        # A run started from a thread of somebody else's program leaves that program's signals alone.
        if threading.current_thread() is threading.main_thread():
            for number in STOP_SIGNALS:
                # Whoever ignores a closed terminal, as nohup does, goes on.
                if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.received is not None:
            if number == signal.SIGHUP:
                # A terminal that closes may say so twice, itself and through its shell.
                return
            # Nothing of this run may go on working once it is gone.
            for child in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    child.kill()
            os._exit(exit_code_of(self.received))
        self.received = signal.Signals(number)
        if self._interrupts:
            raise StopRequested
