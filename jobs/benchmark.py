"""Measure hairpipe: a portrait, the job against a plain loop, a plan, growth, and the machinery alone.

    python jobs/benchmark.py                         # all parts; the last three take long
    python jobs/benchmark.py --part portrait --part job --json measured.json

Every part prints a table; with --json the numbers behind them are kept, part by part.
"""

from __future__ import annotations

if __name__ == "__main__":
    # Every worker process imports this file, too; it need not wait for what only the driver uses.
    from hairpipe.cli import main_with
    from hairpipe.lab.benchmark.command import benchmark

    main_with(benchmark)
