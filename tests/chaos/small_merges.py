"""The command line with one merge task for each bucket, however few rows it has.

python -m tests.chaos.small_merges run config.yaml
"""

from __future__ import annotations

from hairpipe.cli import main
from hairpipe.store.publish import build

if __name__ == "__main__":
    build.ROWS_AT_ONCE = 1
    main()
