"""What one portrait costs: by stage and method, against the libraries used plainly."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from sklearn.cluster import DBSCAN, KMeans

from hairpipe.cluster.threads import single_threaded
from hairpipe.extract.article.method import ArticleSteps
from hairpipe.extract.color.naming import name_hair
from hairpipe.extract.color.palette import reduce_colors
from hairpipe.extract.decode import decode
from hairpipe.extract.extract import extract_hair
from hairpipe.extract.face.detectors import detector_for, find_face
from hairpipe.extract.face.search import FaceSearch
from hairpipe.extract.methods import METHODS
from hairpipe.extract.result import Face, Image
from hairpipe.extract.settings import Settings
from hairpipe.lab.benchmark.notebook import notebook_hair
from hairpipe.lab.synthetic import draw_portrait

# Height and width: a scraper's thumbnails, MyAnimeList's and a large one.
SIZES = ((168, 100), (350, 225), (700, 450))
# Plain libraries take seconds for a portrait.
SLOW_PICTURES = 3
_JPEG_QUALITY = 92


@dataclass(frozen=True)
class Cost:
    """What a step costs for pictures of one size."""

    step: str
    height: int
    width: int
    milliseconds: float
    """Processor time, the median over the pictures."""
    pictures: int


@dataclass(frozen=True, eq=False)
class _Sample:
    """A drawn portrait and what the steps before a measured one have made of it."""

    data: bytes
    image: Image
    face: Face
    steps: ArticleSteps
    hair: Any


def portrait_costs(pictures: int = 20, sizes: Iterable[tuple[int, int]] = SIZES) -> Iterator[Cost]:
    """Measure every step at every size, one thread each.

    Of so many drawn portraits per size, height and width in pixels; the slowest steps take fewer.
    """
    with single_threaded():
        for height, width in sizes:
            samples = [_sample(seed, height, width) for seed in range(pictures)]
            for step, (work, count) in _steps(pictures).items():
                costs = [_milliseconds(work, sample) for sample in samples[:count]]
                yield Cost(step, height, width, statistics.median(costs), len(costs))


def _sample(seed: int, height: int, width: int) -> _Sample:
    drawn = draw_portrait(seed, height, width)
    encoded, data = cv2.imencode(".jpg", drawn.image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    image = decode(data.tobytes()).image
    if not encoded or image is None:
        raise RuntimeError(f"drawn portrait {seed} can't be encoded as JPEG and decoded again")
    found = extract_hair(image, drawn.face_box, Settings(method="article"))
    face = Face(found.face, "given") if found.face is not None else None
    if face is None or not isinstance(found.steps, ArticleSteps):
        raise RuntimeError(f"drawn portrait {seed} gave {found.status}")
    return _Sample(data.tobytes(), image, face, found.steps, found.hair_mask)


def _steps(pictures: int) -> dict[str, tuple[Callable[[_Sample], object], int]]:
    settings = Settings(method="article")
    detector = detector_for(settings.face)
    slow = min(SLOW_PICTURES, pictures)
    article = METHODS["article"]
    return {
        "decode (JPEG)": (lambda s: decode(s.data), pictures),
        "face detection": (lambda s: find_face(s.image, detector, settings.face.min_score), pictures),
        "article: palette (k = 12)": (lambda s: reduce_colors(s.image, 12), pictures),
        "article: palette, skin, density, hull, ring": (
            lambda s: article.segment(s.image, FaceSearch(s.face, lambda: None), settings),
            pictures,
        ),
        "article: naming": (
            lambda s: name_hair(s.image, s.hair, s.steps.palette, settings.naming, s.face.box),
            pictures,
        ),
        **{f"{name}: all of it": (_whole(name), pictures) for name in METHODS},
        **{f"{name}: all of it, no box given": (_whole(name, given=False), pictures) for name in METHODS},
        "cv2.kmeans, k = 12, all pixels": (lambda s: _opencv_kmeans(s.image), pictures),
        "scikit-learn KMeans, k = 12, all pixels": (lambda s: _plain_kmeans(s.image), slow),
        "scikit-learn DBSCAN, all skin indices": (lambda s: _plain_dbscan(s.steps), slow),
        "the notebook, read literally": (lambda s: notebook_hair(s.image, s.face.box), slow),
    }


def _whole(method: str, given: bool = True) -> Callable[[_Sample], object]:
    settings = Settings.model_validate({"method": method})
    return lambda sample: extract_hair(sample.image, sample.face if given else None, settings)


def _opencv_kmeans(image: Image) -> object:
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 100, 0.1)
    pixels = image.reshape(-1, 3).astype(np.float32)
    return cv2.kmeans(pixels, 12, np.empty((len(pixels), 1), np.int32), stop, 1, cv2.KMEANS_PP_CENTERS)


def _plain_kmeans(image: Image) -> object:
    return KMeans(n_clusters=12, random_state=0).fit(image.reshape(-1, 3).astype(float))


def _plain_dbscan(steps: ArticleSteps) -> object:
    skin = np.zeros(steps.palette.labels.shape, bool) if steps.skin_mask is None else steps.skin_mask
    points = np.argwhere(np.repeat(skin[..., None], 3, axis=2))
    return DBSCAN(eps=5, min_samples=math.ceil(5**3 / 3)).fit(points)


def _milliseconds(work: Callable[[_Sample], object], sample: _Sample) -> float:
    # Processor time: what else the machine does must not count.
    started = time.process_time()
    work(sample)
    return (time.process_time() - started) * 1000
