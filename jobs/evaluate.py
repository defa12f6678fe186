"""Measure the extraction on labelled portraits.

The same as ``hairpipe evaluate masks DIR`` and ``hairpipe evaluate colors DIR``.
"""

from __future__ import annotations

from hairpipe.cli import main_with
from hairpipe.lab.evaluate.commands import evaluate

if __name__ == "__main__":
    main_with(evaluate)
