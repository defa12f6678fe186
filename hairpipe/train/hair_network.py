"""The small network that says where hair and face are: its shape, how it is fitted, its ONNX file.

A U-Net of inverted residuals (Sandler et al., "MobileNetV2", 2018) with separable convolutions on
the way up. PyTorch is needed here and nowhere else.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from hairpipe.extract.learned.network import INPUT_HEIGHT, INPUT_WIDTH, network_input
from hairpipe.train.samples import Sample

# Samples are made on the processor that also trains: each is seen several times before it is
# replaced, mirrored and relit anew each time.
_POOL, _FIRST, _NEW_PER_STEP, _BATCH = 2400, 64, 5, 16
_LEARNING_RATE, _WARM_UP_STEPS = 3e-3, 150
_WEIGHT_DECAY = 1e-2
_LARGEST_GRADIENT = 2.0
_FORGET_BOX = 0.15
_DICE_WEIGHT, _FACE_WEIGHT = 0.5, 0.3
_AVERAGED = 0.995
_OPSET = 13


@dataclass(frozen=True)
class Schedule:
    """How long a network is fitted.

    Attributes
    ----------
    steps : int
        Of 16 samples each.
    seed : int
    """

    steps: int
    seed: int


class HairNetwork(nn.Module):
    """From (N, 4, H, W), RGB and the face box, to the log odds of hair and face, (N, 2, H/2, W/2)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = _convolution(4, 16, 3, 2)
        self.e0 = _Residual(16, 16, 1, 2)
        self.e1 = nn.Sequential(_Residual(16, 28, 2, 4), _Residual(28, 28, 1, 3))
        self.e2 = nn.Sequential(_Residual(28, 44, 2, 4), _Residual(44, 44, 1, 3), _Residual(44, 44, 1, 3))
        self.e3 = nn.Sequential(_Residual(44, 64, 2, 4), _Residual(64, 64, 1, 3), _Residual(64, 64, 1, 3))
        self.e4 = nn.Sequential(_Residual(64, 88, 2, 4), _Residual(88, 88, 1, 3))
        self.d3 = _separable(88 + 64, 64)
        self.d2 = _separable(64 + 44, 48)
        self.d1 = _separable(48 + 28, 32)
        self.d0 = _separable(32 + 16, 24)
        self.out = nn.Conv2d(24, 2, 1)

    def forward(self, picture: Tensor) -> Tensor:
        """Return the log odds at half the input's size."""
        half = self.e0(self.stem(picture))
        quarter = self.e1(half)
        eighth = self.e2(quarter)
        sixteenth = self.e3(eighth)
        found = self.d3(torch.cat([_doubled(self.e4(sixteenth)), sixteenth], 1))
        found = self.d2(torch.cat([_doubled(found), eighth], 1))
        found = self.d1(torch.cat([_doubled(found), quarter], 1))
        found = self.d0(torch.cat([_doubled(found), half], 1))
        answer: Tensor = self.out(found)
        return answer


def fit_network(
    make: Callable[[np.random.Generator], Sample], schedule: Schedule, told: Callable[[int, float], None]
) -> HairNetwork:
    """Return a network fitted to samples; its weights are a running mean over the last steps.

    Parameters
    ----------
    make : callable
        Returns a new sample of the network's input size.
    schedule : Schedule
    told : callable
        Given the number of each step and its loss: the place for a progress bar.
    """
    torch.manual_seed(schedule.seed)
    rng = np.random.default_rng(schedule.seed)
    pool = _Pool(make, rng)
    network = HairNetwork()
    mean = copy.deepcopy(network)
    mean.eval()
    optimizer = torch.optim.AdamW(network.parameters(), lr=_LEARNING_RATE, weight_decay=_WEIGHT_DECAY)
    for step in range(schedule.steps):
        for group in optimizer.param_groups:
            group["lr"] = _learning_rate(step, schedule.steps)
        pictures, maps = pool.batch()
        loss = _loss(network(pictures), maps)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), _LARGEST_GRADIENT)
        optimizer.step()
        _follow(mean, network, min(_AVERAGED, (step + 1) / (step + 10)))
        told(step, float(loss.detach()))
    return mean


def hair_probability(network: HairNetwork, blob: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the probabilities of hair and face, (2, H/2, W/2).

    Parameters
    ----------
    network : HairNetwork
    blob : ndarray of float32, (1, 4, H, W)
        From :func:`hairpipe.extract.learned.network.network_input`.
    """
    with torch.no_grad():
        return np.asarray(network(torch.from_numpy(blob)).sigmoid()[0].numpy(), np.float32)


def as_onnx(network: HairNetwork) -> bytes:
    """Return the network as an ONNX file.

    Parameters
    ----------
    network : HairNetwork
    """
    example = torch.zeros(1, 4, INPUT_HEIGHT, INPUT_WIDTH)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "network.onnx"
        torch.onnx.export(
            network.eval(),
            (example,),
            file,
            input_names=["picture"],
            output_names=["maps"],
            opset_version=_OPSET,
            # The exporter that needs no package beside onnx.
            dynamo=False,
        )
        return file.read_bytes()


class _Pool:
    """Samples at hand, of which each step replaces a few."""

    def __init__(self, make: Callable[[np.random.Generator], Sample], rng: np.random.Generator) -> None:
        self._make, self._rng = make, rng
        self._pictures = np.empty((_POOL, 4, INPUT_HEIGHT, INPUT_WIDTH), np.float16)
        self._maps = np.empty((_POOL, 2, INPUT_HEIGHT // 2, INPUT_WIDTH // 2), np.float16)
        self._made = 0
        self._add(_FIRST)

    def batch(self) -> tuple[Tensor, Tensor]:
        """Return pictures and the maps to be found in them."""
        self._add(_NEW_PER_STEP)
        chosen = self._rng.integers(0, min(self._made, _POOL), _BATCH)
        pictures = torch.from_numpy(self._pictures[chosen].astype(np.float32))
        maps = torch.from_numpy(self._maps[chosen].astype(np.float32))
        if self._rng.random() < 0.5:
            pictures, maps = pictures.flip(3), maps.flip(3)
        contrast, tint = 1 + 0.1 * torch.randn(_BATCH, 1, 1, 1), 0.06 * torch.randn(_BATCH, 3, 1, 1)
        pictures[:, :3] = (pictures[:, :3] * contrast + tint).clamp(-1, 1)
        pictures[torch.rand(_BATCH) < _FORGET_BOX, 3] = 0
        # Channels last is the layout in which convolutions on the processor are fastest.
        return pictures.contiguous(memory_format=torch.channels_last), maps

    def _add(self, count: int) -> None:
        for _ in range(count):
            sample, place = self._make(self._rng), self._made % _POOL
            self._pictures[place] = network_input(sample.image, sample.known_face)[0]
            face = network_input(sample.image, sample.face)[0, 3]
            both = np.stack([sample.hair, face])
            self._maps[place] = both.reshape(2, INPUT_HEIGHT // 2, 2, INPUT_WIDTH // 2, 2).mean((2, 4))
            self._made += 1


class _Residual(nn.Module):
    def __init__(self, into: int, out: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = into * expansion
        self.res = stride == 1 and into == out
        self.f = nn.Sequential(
            _convolution(into, hidden, 1, 1),
            _convolution(hidden, hidden, 3, stride, hidden),
            nn.Conv2d(hidden, out, 1, bias=False),
            nn.BatchNorm2d(out),
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.f(x)
        return x + y if self.res else y


def _convolution(into: int, out: int, size: int, stride: int, groups: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(into, out, size, stride, size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(inplace=True),
    )


def _separable(into: int, out: int) -> nn.Sequential:
    return nn.Sequential(
        _convolution(into, out, 1, 1), _convolution(out, out, 3, 1, out), _convolution(out, out, 1, 1)
    )


def _doubled(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2, mode="nearest")


def _learning_rate(step: int, steps: int) -> float:
    """Return the rate of a warm-up followed by a half cosine."""
    cosine = 0.5 * (1 + np.cos(np.pi * step / steps)) + 0.01
    return float(_LEARNING_RATE * min(1, (step + 1) / _WARM_UP_STEPS) * cosine)


def _loss(found: Tensor, maps: Tensor) -> Tensor:
    """Return cross-entropy of both maps, and of the hair the Dice loss, which rates small hair as much."""
    entropy = functional.binary_cross_entropy_with_logits
    hair, target = found[:, 0].sigmoid(), maps[:, 0]
    both = (hair * target).sum((1, 2))
    dice = 1 - (2 * both + 1) / (hair.sum((1, 2)) + target.sum((1, 2)) + 1)
    face = entropy(found[:, 1], maps[:, 1])
    return entropy(found[:, 0], target) + _DICE_WEIGHT * dice.mean() + _FACE_WEIGHT * face


def _follow(mean: HairNetwork, network: HairNetwork, kept: float) -> None:
    with torch.no_grad():
        for old, new in zip(mean.state_dict().values(), network.state_dict().values(), strict=True):
            if old.dtype.is_floating_point:
                old.lerp_(new, 1 - kept)
            else:
                old.copy_(new)
