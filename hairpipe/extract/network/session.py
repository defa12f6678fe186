"""An ONNX network, run by ONNX Runtime on one thread of the processor."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Of ONNX Runtime's messages, errors alone: warnings about a user's network are of no use to who runs a job.
_ERRORS = 3


class NetworkError(Exception):
    """A file is no network that can be run, or an input is not what it was made for."""


class OnnxSession:
    """A network with one input.

    Parameters
    ----------
    model : bytes
        The ONNX file.

    Raises
    ------
    NetworkError
        If it is no network that can be run.
    """

    def __init__(self, model: bytes) -> None:
        # Imported here, as it opens files: they would get the numbers of standard streams that are closed.
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # A task has one core, and sums in another order would give other results.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS
        with _as_network_error():
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def run(self, values: Floats) -> list[Floats]:
        """Return the network's outputs for one input.

        Parameters
        ----------
        values : ndarray of float32
            Of the shape that the network was made for.

        Raises
        ------
        NetworkError
            If it has another.
        """
        with _as_network_error():
            return [
                np.asarray(output, np.float32) for output in self._session.run(None, {self._input: values})
            ]


@contextlib.contextmanager
def _as_network_error() -> Iterator[None]:
    """Turn what ONNX Runtime raises, which shares no class of its own, into a NetworkError."""
    from onnxruntime.capi import onnxruntime_pybind11_state as failures

    raised = (
        failures.Fail,
        failures.InvalidArgument,
        failures.InvalidGraph,
        failures.InvalidProtobuf,
        failures.NotImplemented,
        failures.RuntimeException,
    )
    try:
        yield
    except raised as error:
        raise NetworkError(str(error)) from error
