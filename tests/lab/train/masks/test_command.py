from pathlib import Path

import pytest
from click.testing import CliRunner

from hairpipe.errors import ConfigError
from hairpipe.extract.learned.judges import JUDGES_FILE, Judges
from hairpipe.extract.network.prediction import predict_hair
from hairpipe.extract.network.session import OnnxSession
from hairpipe.lab.train.commands import train
from hairpipe.lab.train.masks.command import settings_key
from hairpipe.lab.train.samples.examples import drawn_example
from hairpipe.lab.train.samples.sources import read_source
from tests.lab.train.drawn_folder import write_cutouts, write_masks


def test_the_command_writes_a_model_and_goes_on_from_its_states(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is needed for training only")
    pytest.importorskip("onnx", reason="onnx is needed for training only")
    pytest.importorskip("efficientnet_lite_pytorch", reason="the encoder is needed for training only")
    from hairpipe.lab.train.network.warm_start import read_start

    torch.set_num_threads(1)
    write_masks(tmp_path / "eye", range(3), {1: {"visible": "no", "note": "bald"}})
    write_cutouts(tmp_path / "cut", [4, 5])
    arguments = ["masks", f"{tmp_path}/eye=2", f"{tmp_path}/cut", "--output", f"{tmp_path}/model"]
    arguments += ["--checkpoints", f"{tmp_path}/states", "--start", "imagenet", "--drawn", "1"]
    arguments += ["--steps", "1", "--half-steps", "1", "--colors", "8"]
    result = CliRunner().invoke(train, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert "not learnt from" in result.stdout
    files = {file.name: file.read_bytes() for file in (tmp_path / "model").iterdir()}
    assert set(files) == {"hair.onnx.gz", "regions.npz", JUDGES_FILE, "MODEL.md"}
    Judges.model_validate_json(files[JUDGES_FILE])
    network = read_start(f"{tmp_path}/model/hair.onnx.gz")
    assert network is not None
    image = drawn_example(1).image[..., :3].copy()
    assert predict_hair(image, None, OnnxSession(network)).hair.shape == image.shape[:2]
    states = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "states").rglob("*.pt")}
    assert set(states) == {"half-1.pt", "half-2.pt", "all.pt"}

    assert CliRunner().invoke(train, arguments, catch_exceptions=False).exit_code == 0
    assert {file.name: file.stat().st_mtime_ns for file in (tmp_path / "states").rglob("*.pt")} == states
    assert {file.name: file.read_bytes() for file in (tmp_path / "model").iterdir()} == files


def test_states_are_those_of_the_same_pictures_and_settings(tmp_path: Path) -> None:
    folder = write_masks(tmp_path / "a", [1, 2])
    source = read_source(str(folder), "drawings")
    recipe = {"seed": "7"}
    key = settings_key(recipe, None, [source], None)
    assert key == settings_key(recipe, None, [read_source(str(folder), "drawings")], None)
    heavier = read_source(f"{folder}=2", "drawings")
    others = [
        settings_key({"seed": "8"}, None, [source], None),
        settings_key(recipe, b"network", [source], None),
        settings_key(recipe, None, [heavier], None),
        settings_key(recipe, None, [source], tmp_path),
    ]
    (folder / "1.hair.png").write_bytes((folder / "2.hair.png").read_bytes())
    others.append(settings_key(recipe, None, [source], None))
    assert len({key, *others}) == 6


def test_a_folder_without_pictures_is_named(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="PyTorch is needed for training only")
    arguments = ["masks", str(tmp_path / "missing"), "--output", str(tmp_path / "model")]
    with pytest.raises(ConfigError, match="missing is no folder"):
        CliRunner().invoke(train, arguments, catch_exceptions=False)
