"""A cluster and configurations that the job's tests share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hairpipe.config import Config, load_config


@pytest.fixture
def configured(tmp_path: Path) -> Callable[..., Config]:
    """Return a maker of configurations for a scrape in the table layout."""

    def make(scrape: Path, *overrides: str, out: str = "out", **source: Any) -> Config:
        settings = {"kind": "table", "path": str(scrape / "profiles.jsonl"), **source}
        return load_config(
            [],
            [
                f"source={settings}",
                f"output={tmp_path / out}",
                "method=article",
                "cluster.workers=2",
                "run.batch_size=16",
                *overrides,
            ],
            {},
        ).config

    return make
