"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

from tests.browser import browser

__all__ = ["browser"]

# No test judges by the clock: a busy machine is no failure.
settings.register_profile("hairpipe", deadline=None)
settings.load_profile("hairpipe")
