import gzip
from pathlib import Path

import numpy as np
import pytest

from hairpipe.errors import ConfigError
from hairpipe.extract.network.session import OnnxSession

torch = pytest.importorskip("torch", reason="PyTorch is needed for training only")
onnx = pytest.importorskip("onnx", reason="onnx is needed for training only")
pytest.importorskip("efficientnet_lite_pytorch", reason="the encoder is needed for training only")


def pictures(seed: int, count: int):  # type: ignore[no-untyped-def]
    torch.manual_seed(seed)
    return torch.rand(count, 4, 192, 192) * 2 - 1


def with_outputs(data: bytes, *names: str) -> bytes:
    """A network of which only some outputs are left, and what they need."""
    model = onnx.load_from_string(data)
    kept = [output for output in model.graph.output if output.name in names]
    del model.graph.output[:]
    model.graph.output.extend(kept)
    nodes = [node for node in model.graph.node if node.op_type != "Gemm"]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return bytes(model.SerializeToString())


def test_a_network_goes_on_from_the_shipped_one_with_new_batch_norms() -> None:
    from hairpipe.lab.train.network.hair_network import HairNetwork
    from hairpipe.lab.train.network.warm_start import read_start, take_over

    start = read_start("shipped")
    assert start is not None
    network = HairNetwork(from_imagenet=False)
    take_over(network, start, [pictures(0, 2)])
    seen = pictures(1, 1)
    with torch.no_grad():
        maps, presence = network(seen)
    expected = OnnxSession(start).run(seen.numpy())
    np.testing.assert_allclose(maps.numpy(), expected[0], atol=0.05)
    np.testing.assert_allclose(presence.numpy(), expected[1], atol=0.05)
    # The norms now describe what reaches them, so a step of fitting changes little.
    assert float((network.normal.running_var - 1).abs().max()) > 0.01


def test_a_network_without_presence_leaves_that_part_new() -> None:
    from hairpipe.lab.train.network.hair_network import HairNetwork
    from hairpipe.lab.train.network.warm_start import read_start, take_over

    start = read_start("shipped")
    assert start is not None
    network = HairNetwork(from_imagenet=False)
    before = network.presence.weight.detach().clone()
    take_over(network, with_outputs(start, "maps"), [pictures(0, 1)])
    assert torch.equal(network.presence.weight, before)


def test_a_network_of_another_shape_is_refused() -> None:
    from onnx import TensorProto, helper, numpy_helper

    from hairpipe.lab.train.network.hair_network import HairNetwork
    from hairpipe.lab.train.network.warm_start import take_over

    weight = numpy_helper.from_array(np.zeros((1, 3, 7, 7), np.float32), "w")
    node = helper.make_node("Conv", ["picture", "w"], ["maps"])
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("picture", "maps")]
    other = helper.make_model(helper.make_graph([node], "other", ends[:1], ends[1:], [weight]))
    empty = helper.make_model(helper.make_graph([], "empty", ends[:1], ends[:1]))
    for model in (other, empty):
        with pytest.raises(ConfigError, match="start from one made by this command"):
            take_over(HairNetwork(from_imagenet=False), model.SerializeToString(), [])


def test_what_to_start_from_is_read(tmp_path: Path) -> None:
    from hairpipe.lab.train.network.warm_start import read_start

    shipped = read_start("shipped")
    assert shipped is not None
    (tmp_path / "a.onnx").write_bytes(shipped)
    (tmp_path / "a.onnx.gz").write_bytes(gzip.compress(shipped))
    assert read_start(str(tmp_path / "a.onnx")) == shipped
    assert read_start(str(tmp_path / "a.onnx.gz")) == shipped
    assert read_start("imagenet") is None


@pytest.mark.parametrize(("name", "content"), [("b.onnx", b"no network"), ("b.onnx.gz", b"no gzip")])
def test_what_is_no_network_is_an_error(tmp_path: Path, name: str, content: bytes) -> None:
    from hairpipe.lab.train.network.warm_start import read_start

    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match="can't be read as an ONNX network"):
        read_start(str(tmp_path / name))
    with pytest.raises(ConfigError, match="is no file"):
        read_start(str(tmp_path / "missing.onnx"))
