import numpy as np
import pytest

from hairpipe.extract.network.prediction import INPUT_SIZES
from hairpipe.extract.network.session import OnnxSession

torch = pytest.importorskip("torch", reason="PyTorch is needed for training only")
pytest.importorskip("onnx", reason="onnx is needed for training only")
pytest.importorskip("efficientnet_lite_pytorch", reason="the encoder is needed for training only")


def test_the_network_answers_alike_as_an_onnx_file_at_every_size() -> None:
    from hairpipe.lab.train.network.hair_network import HairNetwork, as_onnx

    torch.manual_seed(0)
    network = HairNetwork(from_imagenet=True).eval()
    session = OnnxSession(as_onnx(network))
    for size in INPUT_SIZES:
        blob = np.random.default_rng(0).normal(0, 0.5, (1, 4, *size)).astype(np.float32)
        maps, presence = session.run(blob)
        assert maps.shape == (1, 2, size[0] // 2, size[1] // 2)
        assert presence.shape == (1, 5)
        with torch.no_grad():
            expected = network(torch.from_numpy(blob))
        # The file's weights are rounded.
        np.testing.assert_allclose(maps, expected[0].numpy(), atol=0.02)
        np.testing.assert_allclose(presence, expected[1].numpy(), atol=0.02)
