"""A look at a picture that costs nothing: what is left is the cost of everything around it."""

from __future__ import annotations

import hashlib

from hairpipe.extract.extract import extract_hair
from hairpipe.extract.settings import Settings
from hairpipe.lab.synthetic import draw_portrait
from hairpipe.plan.context import Rate
from hairpipe.plan.tasks import ImageTask
from hairpipe.run.worker.image import ImageResult
from hairpipe.source.profile import Pictures
from hairpipe.status import Status

_DRAWN = draw_portrait(0)
_EXTRACTION = extract_hair(_DRAWN.image, _DRAWN.face_box, Settings(method="article"))


def constant_result(
    task: ImageTask, pictures: Pictures, settings: Settings, rate: Rate | None = None
) -> ImageResult:
    """Return the same hair for every picture, unread."""
    height, width = _DRAWN.image.shape[:2]
    digest = hashlib.sha256(task.portraits[0].portrait_id.encode()).hexdigest()
    return ImageResult(
        Status.OK,
        digest=digest,
        width=width,
        height=height,
        extraction=_EXTRACTION,
        quality=_EXTRACTION.quality,
        stage_seconds={"extract": 0.0},
    )
