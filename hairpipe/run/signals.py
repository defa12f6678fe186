"""SIGINT and SIGTERM: the first asks for a quiet stop, the second stops at once."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class StopSignals:
    """While entered, remembers the first stop signal; a second one ends the process at once."""

    def __init__(self) -> None:
        self.received: signal.Signals | None = None
        self._before: dict[signal.Signals, Any] = {}

    @property
    def stopping(self) -> bool:
        """Whether a stop was asked for."""
        return self.received is not None

    def __enter__(self) -> StopSignals:
        # A run started from a thread of somebody else's program leaves that program's signals alone.
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.received is not None:
            # Workers of a local cluster notice that their parent is gone and end by themselves.
            os._exit(128 + number)
        self.received = signal.Signals(number)
