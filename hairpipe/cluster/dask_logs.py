"""What Dask may say in the driver's terminal."""

from __future__ import annotations

import logging


def quiet_dask() -> None:
    """Leave telling of lost workers to the driver, which deals with them; Dask would only repeat it."""
    # Dask gives these loggers levels of their own, which would count for more than their parent's.
    for name in ("distributed", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
