"""Labelled folders, drawn."""

from pathlib import Path

import numpy as np
import pytest

from hairpipe.lab.synthetic import draw_portrait
from hairpipe.report.views import png

PORTRAITS = 4


@pytest.fixture(scope="session")
def masked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of drawn portraits with exact masks; the last has no face box."""
    folder = tmp_path_factory.mktemp("masked")
    lines = ["image,mask,drawing,background,x,y,w,h"]
    for seed in range(PORTRAITS):
        drawn = draw_portrait(seed)
        (folder / f"{seed}.png").write_bytes(png(drawn.image))
        (folder / f"{seed}.hair.png").write_bytes(png(np.where(drawn.hair_mask, 255, 0).astype(np.uint8)))
        box = ",".join(str(value) for value in drawn.face_box) if seed < PORTRAITS - 1 else ",,,"
        lines.append(f"{seed}.png,{seed}.hair.png,d{seed // 2},drawn,{box}")
    (folder / "masks.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="session")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of drawn portraits with the names of their hair's main colour."""
    folder = tmp_path_factory.mktemp("tagged")
    lines = ["image,character,hair,also_acceptable"]
    for seed in range(PORTRAITS):
        drawn = draw_portrait(seed)
        (folder / f"{seed}.png").write_bytes(png(drawn.image))
        lines.append(f"{seed}.png,c{seed // 2},{drawn.colors[0].name},silver/teal")
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")
    return folder
