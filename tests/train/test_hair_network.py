import cv2
import numpy as np
import pytest

from hairpipe.extract.learned.network import INPUT_HEIGHT, INPUT_WIDTH
from hairpipe.train.examples import drawn_example
from hairpipe.train.samples import Sample, draw_sample

torch = pytest.importorskip("torch", reason="PyTorch is needed for training only")
pytest.importorskip("onnx", reason="onnx is needed for training only")
pytest.importorskip("efficientnet_lite_pytorch", reason="the encoder is needed for training only")


def test_a_fitted_network_answers_alike_in_opencv() -> None:
    from hairpipe.train.hair_network import Schedule, as_onnx, fit_network, hair_probability

    torch.set_num_threads(1)
    examples = [drawn_example(seed) for seed in range(2)]
    losses = []

    def make(rng: np.random.Generator) -> Sample:
        example = examples[int(rng.integers(len(examples)))]
        return draw_sample(example, INPUT_HEIGHT, INPUT_WIDTH, (), rng)

    network = fit_network(make, Schedule(steps=3, seed=1), lambda step, loss: losses.append(loss))
    assert len(losses) == 3
    blob = np.random.default_rng(0).normal(0, 0.5, (1, 4, INPUT_HEIGHT, INPUT_WIDTH)).astype(np.float32)
    read = cv2.dnn.readNetFromONNX(np.frombuffer(as_onnx(network), np.uint8))
    read.setInput(blob)
    answer = 1 / (1 + np.exp(-read.forward()[0]))
    # The file's weights are rounded.
    np.testing.assert_allclose(answer, hair_probability(network, blob), atol=0.01)
