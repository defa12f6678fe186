"""The command line, in a process that kills itself when it is about to change a certain file, or has.

python -m tests.chaos.dying before '^portraits/' run config.yaml
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable
from typing import Any

from hairpipe.cli import main
from hairpipe.storage.folder import Folder


def die_at(when: str, pattern: str) -> None:
    """Let this process kill itself at the first change of a file whose path in the output matches.

    Parameters
    ----------
    when : str
        ``before`` or ``after`` the change.
    pattern : str
        Regular expression.
    """
    for name, place in {"write": 0, "create": 0, "copy": 1, "delete": 0}.items():
        setattr(Folder, name, _dying(getattr(Folder, name), place, when, re.compile(pattern)))


def _dying(change: Callable[..., Any], place: int, when: str, pattern: re.Pattern[str]) -> Callable[..., Any]:
    def changed(folder: Folder, *arguments: Any) -> Any:
        hit = pattern.search(arguments[place])
        if hit and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = change(folder, *arguments)
        if hit:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return changed


if __name__ == "__main__":
    when, pattern = sys.argv[1:3]
    del sys.argv[1:3]
    die_at(when, pattern)
    main()
