"""A network that goes on from the weights in an ONNX file, where batch norms are folded into them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Sequence
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from hairpipe.errors import ConfigError
from hairpipe.extract.network.prediction import INPUT_SIZES, NETWORK_FILE
from hairpipe.extract.network.session import NetworkError, OnnxSession
from hairpipe.lab.train.network.hair_network import HairNetwork

SHIPPED, IMAGENET = "shipped", "imagenet"

# Keeps the scale of a channel that is always the same from being 0.
_LEAST_VARIANCE = 1e-5


def read_start(start: str) -> bytes | None:
    """Return the ONNX file that a network is to go on from; None for one that starts from ImageNet.

    It is ``shipped``, ``imagenet``, or the path of an ``.onnx`` or ``.onnx.gz`` file; ConfigError if there is
    no such file, or it is no network.
    """
    if start == IMAGENET:
        return None
    if start == SHIPPED:
        shipped = files("hairpipe.extract.network").joinpath("model", NETWORK_FILE)
        return gzip.decompress(shipped.read_bytes())
    file = Path(start)
    if not file.is_file():
        raise ConfigError(f"{start} is no file; start from {SHIPPED}, {IMAGENET} or an ONNX file.")
    try:
        data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        OnnxSession(data)
    except (OSError, EOFError, zlib.error, NetworkError) as error:
        raise ConfigError(f"{start} can't be read as an ONNX network; start from another.") from error
    return data


def take_over(network: HairNetwork, start: bytes, calibration: Sequence[Tensor]) -> None:
    """Give a network the weights of an ONNX file, and batch norms that fit what they make of pictures.

    Folded into a convolution, a batch norm changes nothing more. So that fitting can go on as it began, each
    is given the mean and the scale of what now reaches it, and turns them back into the same. ConfigError if
    it is of another shape.

    Parameters
    ----------
    start : bytes
        Of the same shape; where it says nothing of the presence, that part stays as it is.
    calibration : sequence of Tensor, (N, 4, H, W)
        Batches of the pictures to come.
    """
    graph = onnx.load_from_string(start).graph
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    network.eval()
    executed = _executed(network)
    norms = {
        first: second
        for first, second in pairwise(executed)
        if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d)
    }
    waiting = [module for module in executed if isinstance(module, nn.Conv2d)]
    for node in graph.node:
        parts = [weights[name] for name in node.input[1:] if name in weights]
        if node.op_type == "Conv" and parts:
            module = _of_shape(waiting, parts[0])
            waiting.remove(module)
            _set(module, norms.get(module), *parts)
        elif node.op_type == "Gemm" and parts and _fits(network.presence, parts[0]):
            _set(network.presence, None, *parts)
    if waiting:
        raise ConfigError(
            "the network to start from has too few layers; start from one made by this command."
        )
    _fit_norms(network, norms, calibration)


def _executed(network: HairNetwork) -> list[nn.Module]:
    """Return the convolutions and batch norms in the order in which they run."""
    order: list[nn.Module] = []

    def note(module: nn.Module, inputs: Any, output: Any) -> None:
        order.append(module)

    watched = [module for module in network.modules() if isinstance(module, nn.Conv2d | nn.BatchNorm2d)]
    _run(network, watched, note, [torch.zeros(1, 4, *INPUT_SIZES[0])])
    return order


def _run(
    network: HairNetwork, watched: Iterable[nn.Module], hook: Callable[..., None], batches: Iterable[Tensor]
) -> None:
    """Show batches of pictures to a network; the hook is given what goes into and out of the modules."""
    handles = [module.register_forward_hook(hook) for module in watched]
    with torch.no_grad():
        for pictures in batches:
            network(pictures)
    for handle in handles:
        handle.remove()


def _of_shape(waiting: Sequence[nn.Conv2d], weight: NDArray[np.float32]) -> nn.Conv2d:
    for module in waiting:
        if _fits(module, weight):
            return module
    raise ConfigError("the network to start from has another shape; start from one made by this command.")


def _fits(module: nn.Conv2d | nn.Linear, weight: NDArray[np.float32]) -> bool:
    return tuple(module.weight.shape) == weight.shape


def _set(
    module: nn.Conv2d | nn.Linear,
    norm: nn.BatchNorm2d | None,
    weight: NDArray[np.float32],
    bias: NDArray[np.float32] | None = None,
) -> None:
    """Give a module its weights; the bias goes to the batch norm behind it, which else changes nothing."""
    module.weight.data = torch.from_numpy(weight.copy())
    if norm is not None:
        norm.weight.data.fill_(1)
        norm.bias.data = torch.zeros_like(norm.bias) if bias is None else torch.from_numpy(bias.copy())
        norm.running_mean = torch.zeros_like(norm.bias)
        norm.running_var = torch.full_like(norm.bias, 1 - norm.eps)
    elif bias is not None:
        module.bias = nn.Parameter(torch.from_numpy(bias.copy()))


def _fit_norms(
    network: HairNetwork, norms: dict[nn.Conv2d, nn.BatchNorm2d], calibration: Sequence[Tensor]
) -> None:
    # By module: how many values, and the sums of them and of their squares, of each channel.
    sums: dict[nn.Module, tuple[float, Tensor, Tensor]] = {}

    def add(module: nn.Module, inputs: Any, output: Tensor) -> None:
        variance, mean = torch.var_mean(output, (0, 2, 3), correction=0)
        mean, more = mean.double(), output.numel() / output.shape[1]
        count, total, squares = sums.get(module, (0.0, torch.zeros(1), torch.zeros(1)))
        squares = squares + more * (variance.double() + mean * mean)
        sums[module] = count + more, total + more * mean, squares

    _run(network, norms, add, calibration)
    for convolution, norm in norms.items():
        count, total, squares = sums[convolution]
        mean = total / count
        variance = (squares / count - mean * mean).clamp_min(_LEAST_VARIANCE)
        norm.running_mean, norm.running_var = mean.float(), variance.float()
        norm.weight.data = (variance + norm.eps).sqrt().float()
        norm.bias.data = norm.bias.data + mean.float()
