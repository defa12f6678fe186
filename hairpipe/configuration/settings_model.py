"""The base of every configuration model."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

# What is larger is a slip, and would overflow in one library or another.
MOST = 10**9
LONGEST_SECONDS = 10**7

Count = Annotated[int, Field(ge=1, le=MOST)]


class SettingsModel(BaseModel):
    """Base of every configuration model: frozen, numbers are finite, and unknown keys are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
