"""The base of every configuration model."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Group(BaseModel):
    """Base of every configuration model: frozen, and unknown keys are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
