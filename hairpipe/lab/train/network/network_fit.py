"""Fits the network to samples."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from hairpipe.errors import ConfigError
from hairpipe.lab.train.network.hair_network import HairNetwork
from hairpipe.lab.train.network.warm_start import take_over
from hairpipe.lab.train.samples.sample_pool import Batch, SamplePool
from hairpipe.lab.train.samples.sources import MakeSample

# What was learnt already is changed in smaller steps.
_LEARNING_RATE, _WARM_UP_STEPS = 3e-3, 150
_GOING_ON_RATE, _GOING_ON_WARM_UP_STEPS = 1.5e-3, 60
_CALIBRATION_BATCHES = 6
_WEIGHT_DECAY = 2e-2
_LARGEST_GRADIENT = 2.0
_DICE_WEIGHT, _FACE_WEIGHT, _PRESENCE_WEIGHT = 0.5, 0.3, 0.1
# Pictures without hair are few: each counts as two with hair.
_PRESENCE_CLASS_WEIGHTS = (1.0, 2.0, 2.0, 2.0, 2.0)
_AVERAGED = 0.995
_CHECKPOINT_STEPS = 200


@dataclass(frozen=True)
class Checkpoint:
    """The file that one network's state is kept in."""

    file: Path
    """Its name says what the network is fitted to and how, so that another's state is never taken for it."""
    every: int = _CHECKPOINT_STEPS
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


@dataclass(frozen=True)
class Schedule:
    """How a network is fitted."""

    steps: int
    """Of 16 samples each."""
    seed: int
    start: bytes | None = None
    """The ONNX network to go on from; without one, only the encoder knows something: ImageNet."""


def fit_network(
    make: MakeSample,
    schedule: Schedule,
    observe: Callable[[int, float], None],
    checkpoint: Checkpoint | None = None,
) -> HairNetwork:
    """Return a network fitted to samples; its weights are a running mean over the last steps.

    Given to `observe` are each step's number and its loss. If there is a checkpoint's state, fitting goes
    on from it, with other samples than it would have had without the end.
    """
    state = None if checkpoint is None else checkpoint.load()
    first = 0 if state is None else int(state["step"])
    torch.manual_seed(schedule.seed + first)
    rng = np.random.default_rng([schedule.seed, first])
    if state is not None and first == schedule.steps:
        return _restored(state["mean"])
    pool = SamplePool(make, rng)
    network = _restored(state["network"]) if state is not None else _started(schedule.start, pool)
    for parameter in network.parameters():
        if parameter.dim() == 4:
            # As the pictures are laid out.
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    network.train()
    mean = copy.deepcopy(network) if state is None else _restored(state["mean"])
    mean.eval()
    optimizer = torch.optim.AdamW(network.rates(), lr=_LEARNING_RATE, weight_decay=_WEIGHT_DECAY)
    if state is not None:
        optimizer.load_state_dict(state["optimizer"])
    for step in range(first, schedule.steps):
        for group in optimizer.param_groups:
            group["lr"] = group["part"] * _learning_rate(step, schedule)
        loss = _loss(network, pool.batch())
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(network.parameters(), _LARGEST_GRADIENT)
        optimizer.step()
        _follow(mean, network, min(_AVERAGED, (step + 1) / (step + 10)))
        done = step + 1
        if checkpoint is not None and (done % checkpoint.every == 0 or done == schedule.steps):
            weights = {"network": network.state_dict(), "mean": mean.state_dict()}
            checkpoint.save({"step": done, **weights, "optimizer": optimizer.state_dict()})
        observe(step, float(loss.detach()))
    return mean


def _started(start: bytes | None, pool: SamplePool) -> HairNetwork:
    network = HairNetwork(from_imagenet=start is None)
    if start is not None:
        take_over(network, start, [pool.batch().pictures for _ in range(_CALIBRATION_BATCHES)])
    return network


def _restored(weights: dict[str, Tensor]) -> HairNetwork:
    network = HairNetwork(from_imagenet=False)
    network.load_state_dict(weights)
    return network.eval()


def _learning_rate(step: int, schedule: Schedule) -> float:
    """Return the rate of a warm-up followed by a half cosine."""
    goes_on = schedule.start is not None
    rate = _GOING_ON_RATE if goes_on else _LEARNING_RATE
    warm_up = _GOING_ON_WARM_UP_STEPS if goes_on else _WARM_UP_STEPS
    cosine = 0.5 * (1 + np.cos(np.pi * step / schedule.steps)) + 0.01
    return float(rate * min(1, (step + 1) / warm_up) * cosine)


def _loss(network: HairNetwork, batch: Batch) -> Tensor:
    """Return how wrong the maps and the presence are.

    Cross-entropy of all, and of the hair the Dice loss too, which rates small hair as much.
    """
    entropy = functional.binary_cross_entropy_with_logits
    maps, presence = network(batch.pictures)
    hair, target = maps[:, 0].sigmoid(), batch.maps[:, 0]
    both = (hair * target).sum((1, 2))
    dice = 1 - (2 * both + 1) / (hair.sum((1, 2)) + target.sum((1, 2)) + 1)
    face = entropy(maps[:, 1], batch.maps[:, 1], reduction="none").mean((1, 2)) * batch.face_weights
    loss: Tensor = entropy(maps[:, 0], target) + _DICE_WEIGHT * dice.mean() + _FACE_WEIGHT * face.mean()
    known = batch.presences >= 0
    if known.any():
        weights = torch.tensor(_PRESENCE_CLASS_WEIGHTS)
        loss = loss + _PRESENCE_WEIGHT * functional.cross_entropy(
            presence[known], batch.presences[known], weight=weights
        )
    return loss


def _follow(mean: HairNetwork, network: HairNetwork, kept: float) -> None:
    with torch.no_grad():
        for old, new in zip(mean.state_dict().values(), network.state_dict().values(), strict=True):
            if old.dtype.is_floating_point:
                old.lerp_(new, 1 - kept)
            else:
                old.copy_(new)
