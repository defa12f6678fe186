"""Two things at once: one item is used while the next one is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def each_meanwhile(items: Iterable[T], use: Callable[[T], None]) -> None:
    """Call a function with each of many items, one after the other, in a thread of its own."""
    before: Future[None] | None = None
    with ThreadPoolExecutor(1) as thread:
        for item in items:
            if before is not None:
                before.result()
            before = thread.submit(use, item)
        if before is not None:
            before.result()
