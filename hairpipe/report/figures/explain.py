"""Which portrait to draw, and where the figures go."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import jinja2
from pydantic import ValidationError

from hairpipe.errors import ConfigError
from hairpipe.extract.decode import decode
from hairpipe.extract.extract import extract_hair
from hairpipe.extract.result import Face
from hairpipe.extract.settings import Settings
from hairpipe.report.figures.drawing import Drawing, check_matplotlib
from hairpipe.report.figures.outcome import drawings_of, failure
from hairpipe.report.results import open_results
from hairpipe.report.thumbnails import face_of
from hairpipe.report.views import data_uri
from hairpipe.status import Status
from hairpipe.storage.picture_file import read_picture_file
from hairpipe.store.log.records import RunRecord

_DPI = 130


class FigureFormat(StrEnum):
    """The kinds of files figures are written as."""

    PNG = "png"
    SVG = "svg"
    HTML = "html"


@dataclass(frozen=True)
class Explanation:
    """The figures of one portrait."""

    name: str
    """The portrait's id or its file's name."""
    drawings: Sequence[Drawing]


def explain_picture(path: Path, settings: Settings, face: Face | None = None) -> Explanation:
    """Return the figures of a picture file; a face that is not given is found by the detector.

    Raises
    ------
    ConfigError
        If there is no such file, or it can't be read as one.
    """
    try:
        data = read_picture_file(path, settings.decode.max_bytes)
    except OSError as error:
        raise ConfigError(f"{path} can't be read ({error.strerror}); name a picture") from None
    decoded = decode(data, settings.decode)
    if decoded.image is None:
        return Explanation(path.stem, [failure(decoded.status, decoded.error, None)])
    found = extract_hair(decoded.image, face, settings)
    return Explanation(path.stem, drawings_of(decoded.image, found, settings))


def explain_portrait(output: str, portrait_id: str, source: str | None = None) -> Explanation:
    """Return the figures of a portrait of an output, extracted again with the settings of its run.

    Raises
    ------
    ConfigError
        If nothing has been published there, there is no such portrait or more than one, or the record of
        its run is gone.
    """
    results = open_results(output)
    row = results.only_one(portrait_id, source)
    # Portraits of several sources are drawn into the same folder.
    name = portrait_id if source is None else f"{portrait_id} {source}"
    image = results.pictures.read(row)
    # The scrape's impossible face box is not in the table, so it can't be tried again.
    if image is None or row["status"] in _NOT_LOOKED_AT:
        return Explanation(name, [failure(row["status"], row["error"], image)])
    settings = _settings(results.run_record(row["run_id"]))
    return Explanation(name, drawings_of(image, extract_hair(image, _face(row), settings), settings))


def save(explanation: Explanation, folder: Path, kind: FigureFormat) -> list[Path]:
    """Write the figures, one file for each or one HTML page with all of them, and return the files.

    Raises
    ------
    ConfigError
        If matplotlib is not installed.
    """
    check_matplotlib()
    folder.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^\w.-]+", "_", explanation.name).strip("._")[:80] or "portrait"
    if kind is FigureFormat.HTML:
        path = folder / f"{stem}.html"
        path.write_text(_page(explanation), encoding="utf-8", errors="replace")
        return [path]
    paths = []
    for drawing in explanation.drawings:
        path = folder / f"{stem}-{drawing.name}.{kind}"
        path.write_bytes(rendered(drawing, kind))
        paths.append(path)
    return paths


def rendered(drawing: Drawing, kind: FigureFormat, dark: bool = False) -> bytes:
    """Return a figure as a PNG or SVG file, for a page of light or of dark ground."""
    check_matplotlib()
    from matplotlib import rc_context

    buffer = io.BytesIO()
    with rc_context(_DARK if dark else {}):
        drawing.figure().savefig(buffer, format=str(kind), dpi=_DPI)
    return buffer.getvalue()


_INK, _PAPER = "#eceef4", "#1e2128"
_DARK: dict[Any, Any] = {
    **dict.fromkeys(("figure.facecolor", "savefig.facecolor", "axes.facecolor"), _PAPER),
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color"), _INK),
    "axes.edgecolor": "#7a8090",
}


_NOT_LOOKED_AT = frozenset({Status.BAD_FACE_BOX, Status.PLACEHOLDER, Status.CRASHED, Status.TIMED_OUT})


def _settings(record: RunRecord) -> Settings:
    known = {name: record.config[name] for name in Settings.model_fields if name in record.config}
    try:
        return Settings.model_validate(known)
    except ValidationError as error:
        raise ConfigError(f"the record of run {record.run_id} can't be understood: {error}") from None


def _face(row: Mapping[str, Any]) -> Face | None:
    box = face_of(row)
    if box is None:
        return None
    return Face(box, row["face_source"], row["face_score"], row["face_count"])


def _page(explanation: Explanation) -> str:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("hairpipe.report"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    figures = [
        # The page has the title as a heading.
        (
            drawing.title,
            *(
                data_uri(rendered(replace(drawing, title=""), FigureFormat.PNG, dark), "png")
                for dark in (False, True)
            ),
        )
        for drawing in explanation.drawings
    ]
    return environment.get_template("explain.html.j2").render(name=explanation.name, figures=figures)
