"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# No test judges by the clock: a busy machine is no failure.
settings.register_profile("hairpipe", deadline=None)
settings.load_profile("hairpipe")
