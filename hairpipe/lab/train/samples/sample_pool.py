"""Samples at hand: made on the processor that also trains, each is seen several times before it goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from hairpipe.extract.network.prediction import INPUT_SIZES, network_input
from hairpipe.lab.train.samples.samples import Sample
from hairpipe.lab.train.samples.sources import MakeSample

BATCH = 16

# Of each size; those after the first are made as steps go by.
_POOL, _FIRST, _NEW_PER_STEP = 700, 64, 6
# Batches are made of a size once there are so many samples of it.
_ENOUGH = 8
_FORGET_BOX = 0.15


@dataclass(frozen=True, eq=False)
class Batch:
    """Samples of one size as tensors."""

    pictures: Tensor
    """(N, 4, H, W)."""
    maps: Tensor
    """(N, 2, H/2, W/2). Hair and face, 0 to 1."""
    face_weights: Tensor
    presences: Tensor
    """(N,), whole numbers; -1 where it isn't known."""


_Stored = tuple[NDArray[np.float16], NDArray[np.float16], float, int]


class SamplePool:
    """Samples of every size, of which each batch replaces a few."""

    def __init__(self, make: MakeSample, rng: Generator) -> None:
        self._make, self._rng = make, rng
        self._stored: dict[tuple[int, int], list[_Stored]] = {size: [] for size in INPUT_SIZES}
        self._made = dict.fromkeys(INPUT_SIZES, 0)
        self._add(_FIRST)

    def batch(self) -> Batch:
        """Return samples of one size, mirrored and relit anew."""
        self._add(_NEW_PER_STEP)
        counts = np.array([len(self._stored[size]) for size in INPUT_SIZES], float)
        counts[counts < _ENOUGH] = 0
        stored = self._stored[INPUT_SIZES[self._rng.choice(len(counts), p=counts / counts.sum())]]
        chosen = [stored[place] for place in self._rng.integers(0, len(stored), BATCH)]
        pictures, maps = (
            torch.from_numpy(np.stack(each).astype(np.float32))
            for each in ([one[0] for one in chosen], [one[1] for one in chosen])
        )
        if self._rng.random() < 0.5:
            pictures, maps = pictures.flip(3), maps.flip(3)
        contrast, tint = 1 + 0.1 * torch.randn(BATCH, 1, 1, 1), 0.06 * torch.randn(BATCH, 3, 1, 1)
        pictures[:, :3] = (pictures[:, :3] * contrast + tint).clamp(-1, 1)
        pictures[torch.rand(BATCH) < _FORGET_BOX, 3] = 0
        # Channels last is the layout in which convolutions on the processor are fastest.
        return Batch(
            pictures.contiguous(memory_format=torch.channels_last),
            maps,
            torch.tensor([one[2] for one in chosen]),
            torch.tensor([one[3] for one in chosen]),
        )

    def _add(self, count: int) -> None:
        for _ in range(count):
            sample = self._make(self._rng)
            height, width = sample.image.shape[:2]
            stored, place = self._stored[height, width], self._made[height, width] % _POOL
            # Once there are enough, the oldest goes.
            stored[place : place + 1] = [_as_arrays(sample)]
            self._made[height, width] += 1


def _as_arrays(sample: Sample) -> _Stored:
    height, width = size = (sample.image.shape[0], sample.image.shape[1])
    picture = network_input(sample.image, sample.known_face, size)[0].astype(np.float16)
    face = network_input(sample.image, sample.face, size)[0, 3]
    both = np.stack([sample.hair, face]).reshape(2, height // 2, 2, width // 2, 2).mean((2, 4))
    presence = -1 if sample.presence is None else sample.presence
    return picture, both.astype(np.float16), sample.face_weight, presence
