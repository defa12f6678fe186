"""What Dask may say in the driver's terminal."""

from __future__ import annotations

import logging


def quiet_dask() -> None:
    """Leave telling of lost workers to the driver, which deals with them; Dask would only repeat it."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
