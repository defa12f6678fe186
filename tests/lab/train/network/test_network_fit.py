from pathlib import Path

import numpy as np
import pytest

from hairpipe.errors import ConfigError
from hairpipe.extract.result import Box
from hairpipe.lab.train.samples.samples import Sample

torch = pytest.importorskip("torch", reason="PyTorch is needed for training only")
pytest.importorskip("onnx", reason="onnx is needed for training only")
pytest.importorskip("efficientnet_lite_pytorch", reason="the encoder is needed for training only")


def square(rng: np.random.Generator) -> Sample:
    """A picture with hair in its upper half, of which it is known at times that it has any."""
    image = rng.integers(0, 256, (192, 192, 3)).astype(np.uint8)
    hair = np.zeros((192, 192), np.float32)
    hair[:96] = 1
    return Sample(image, hair, Box(50, 60, 90, 100), None, 1.0, 0 if rng.random() < 0.5 else None)


class StoppedError(Exception):
    """Stands in for a machine that goes away."""


def test_fitting_goes_on_from_its_last_checkpoint(tmp_path: Path) -> None:
    from hairpipe.lab.train.network.network_fit import Checkpoint, Schedule, fit_network

    torch.set_num_threads(1)
    checkpoint = Checkpoint(tmp_path / "states" / "one.pt", every=1)
    schedule = Schedule(steps=2, seed=1)
    steps: list[int] = []

    def observe(step: int, loss: float) -> None:
        assert np.isfinite(loss)
        steps.append(step)
        if len(steps) == 1:
            raise StoppedError

    with pytest.raises(StoppedError):
        fit_network(square, schedule, observe, checkpoint)
    fitted = fit_network(square, schedule, observe, checkpoint)
    again = fit_network(square, schedule, observe, checkpoint)
    assert steps == [0, 1]
    assert not fitted.training
    for one, other in zip(fitted.state_dict().values(), again.state_dict().values(), strict=True):
        assert torch.equal(one, other)


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    from hairpipe.lab.train.network.network_fit import Checkpoint

    file = tmp_path / "one.pt"
    file.write_bytes(b"no state")
    with pytest.raises(ConfigError, match=r"one\.pt can't be read as a checkpoint"):
        Checkpoint(file).load()


def test_batches_hold_what_samples_do() -> None:
    from hairpipe.lab.train.samples.sample_pool import BATCH, SamplePool

    batch = SamplePool(square, np.random.default_rng(0)).batch()
    assert batch.pictures.shape == (BATCH, 4, 192, 192)
    assert batch.maps.shape == (BATCH, 2, 96, 96)
    assert batch.maps[:, 0].mean() == pytest.approx(0.5)
    assert float(batch.maps[:, 1].mean()) == pytest.approx(90 * 100 / 192**2, rel=0.01)
    assert set(batch.presences.tolist()) <= {-1, 0}
    # No box was known.
    assert not batch.pictures[:, 3].any()
