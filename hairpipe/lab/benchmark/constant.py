"""A cluster whose workers don't look at pictures: what is left is the cost of everything around it."""

from __future__ import annotations

import hashlib
from typing import Any

from distributed import LocalCluster, WorkerPlugin

from hairpipe.extract.extract import extract_hair
from hairpipe.extract.settings import Settings
from hairpipe.lab.synthetic import draw_portrait
from hairpipe.run import batch
from hairpipe.run.image import ImageResult
from hairpipe.run.work import ImageTask, Rate
from hairpipe.source.profile import Pictures
from hairpipe.status import Status

_DRAWN = draw_portrait(0)
_EXTRACTION = extract_hair(_DRAWN.image, _DRAWN.face_box, Settings(method="article"))


def constant_result(
    work: ImageTask, pictures: Pictures, settings: Settings, rate: Rate | None = None
) -> ImageResult:
    """Return the same hair for every picture, unread."""
    height, width = _DRAWN.image.shape[:2]
    digest = hashlib.sha256(work.portraits[0].portrait_id.encode()).hexdigest()
    return ImageResult(
        Status.OK,
        digest=digest,
        width=width,
        height=height,
        extraction=_EXTRACTION,
        quality=_EXTRACTION.quality,
        stage_seconds={"extract": 0.0},
    )


class ConstantLook(WorkerPlugin):
    """Puts the constant in the place of looking, in a worker's process."""

    name = "hairpipe-benchmark-constant"

    def setup(self, worker: Any) -> None:
        """Replace the one function through which a batch looks at a picture."""
        setattr(batch, "process_image", constant_result)  # noqa: B010  the name is the batch's own, not exported


class ConstantCluster(LocalCluster):
    """For ``cluster: {kind: class, name: hairpipe.lab.benchmark.constant.ConstantCluster}``."""

    def __init__(self, **arguments: Any) -> None:
        fixed = {"threads_per_worker": 1, "dashboard_address": ":0", "plugins": (ConstantLook(),)}
        super().__init__(**fixed, **arguments)  # type: ignore[no-untyped-call]
