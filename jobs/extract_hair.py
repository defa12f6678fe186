"""Extract the hair of a scraped database: what a scheduler launches.

The same as ``hairpipe run CONFIG``; see the README for exit codes.
"""

from __future__ import annotations

if __name__ == "__main__":
    # Every worker process imports this file, too; it need not wait for what only the driver uses.
    from hairpipe.cli import main_with
    from hairpipe.lean_process import make_lean

    make_lean()
    from hairpipe.commands.run import extract_hair

    main_with(extract_hair)
