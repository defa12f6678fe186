"""How far the fitting of a network has come, kept in a folder so that it can go on after an end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from hairpipe.errors import ConfigError

EVERY_STEPS = 200


@dataclass(frozen=True)
class Checkpoint:
    """The file that one network's state is kept in."""

    file: Path
    """Its name says what the network is fitted to and how, so that another's state is never taken for it."""
    every: int = EVERY_STEPS
    """Steps from one to the next."""

    def load(self) -> dict[str, Any] | None:
        """Return the state that was kept last; None where there is none; ConfigError if it can't be read."""
        if not self.file.is_file():
            return None
        try:
            state: dict[str, Any] = torch.load(self.file, weights_only=True)
        except (OSError, RuntimeError, ValueError, EOFError, UnpicklingError) as error:
            raise ConfigError(f"{self.file} can't be read as a checkpoint; remove it.") from error
        return state

    def save(self, state: dict[str, Any]) -> None:
        """Keep a state in the place of the last."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        # Written beside it first: an end in between leaves the last one whole.
        unfinished = self.file.with_suffix(".unfinished")
        torch.save(state, unfinished)
        unfinished.replace(self.file)
