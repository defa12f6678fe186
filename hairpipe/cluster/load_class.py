"""Finding a cluster class by its name."""

from __future__ import annotations

import importlib
import signal
from typing import Any

from hairpipe.errors import ConfigError

_EXTRAS = {"dask_jobqueue": "jobqueue", "dask_kubernetes": "kubernetes", "asyncssh": "ssh"}


def load_class(name: str) -> Any:
    """Import a class by its dotted name.

    Raises
    ------
    ConfigError
        If there is no such module or class.
    """
    module, _, attribute = name.rpartition(".")
    # dask_jobqueue replaces the handler of Ctrl-C when it is imported; the driver has its own.
    before = signal.getsignal(signal.SIGINT)
    try:
        return getattr(importlib.import_module(module), attribute)
    except ImportError as error:
        package = module.partition(".")[0]
        extra = _EXTRAS.get(error.name or package)
        remedy = f"pip install 'hairpipe[{extra}]'" if extra else f"install the package that has {package}"
        raise ConfigError(f"cluster.name: {name} can't be imported ({error}); {remedy}") from error
    except AttributeError:
        raise ConfigError(f"cluster.name: {module} has no {attribute}") from None
    finally:
        if signal.getsignal(signal.SIGINT) is not before:
            signal.signal(signal.SIGINT, before)
