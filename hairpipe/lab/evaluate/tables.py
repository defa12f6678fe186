"""The reports as tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from hairpipe.hair_color_names import COLOR_NAMES
from hairpipe.lab.evaluate.colors import NO_NAME, ColorReport
from hairpipe.lab.evaluate.masks import MaskReport
from hairpipe.lab.evaluate.statistics import Calibration

# So many letters tell the names apart and let all of them stand side by side.
_INITIALS = 3
_MOST_PAIRS = 10
# No terminal is as wide.
_WIDEST = 1000


def print_mask_reports(reports: Sequence[MaskReport], console: Console) -> None:
    """Print one line per method and way of giving the face, then the quality's worth."""
    table = _table("Masks against exact masks")
    for heading in ("source", "method", "face"):
        table.add_column(heading)
    headings = ("pictures", "IoU", "median", "p10", "> .7", "dE2000", "median", "no hair", "faces", "ms")
    for heading in headings:
        table.add_column(heading, justify="right")
    for report in reports:
        table.add_row(
            report.source,
            report.method,
            "given" if report.face_given else "found",
            str(report.pictures),
            _number(report.iou.mean),
            _number(report.iou.median),
            _number(report.iou.p10),
            _percent(report.iou_right),
            _number(report.delta_e.mean, 1),
            _number(report.delta_e.median, 1),
            str(report.no_color),
            _percent(report.face_recall),
            _number(report.milliseconds, 1),
        )
    _print(table, console)
    if any(_told(report) for report in reports):
        _print(_told_table(reports), console)
    backgrounds = sorted({name for report in reports for name in report.iou_by_background})
    if backgrounds:
        _print(_background_table(reports, backgrounds), console)
    _print_quality([(_trial(report), report.quality) for report in reports], "an IoU over .7", console)
    _print_decoding(reports[0].decode_milliseconds if reports else None, console)


def print_color_reports(reports: Sequence[ColorReport], console: Console) -> None:
    """Print one line per method, then names, confusions and the quality's worth."""
    table = _table("Names of hair colours (on pictures with a found face)")
    table.add_column("method")
    for heading in ("pictures", "faces", "right", "accepted", "by name", "by character", "all", "ms"):
        table.add_column(heading, justify="right")
    for report in reports:
        table.add_row(
            report.method,
            str(report.pictures),
            _percent(report.face_recall),
            _percent(report.right_with_face),
            _percent(report.accepted_with_face),
            _percent(report.accepted_by_name),
            _percent(report.accepted_by_character),
            _percent(report.accepted),
            _number(report.milliseconds, 1),
        )
    _print(table, console)
    for report in reports:
        table = _confusion_table(report)
        _print(table if _fits(table, console) else _confused_pairs(report), console)
    _print_quality([(report.method, report.quality) for report in reports], "an accepted name", console)
    _print_decoding(reports[0].decode_milliseconds if reports else None, console)


def _trial(report: MaskReport) -> str:
    return f"{report.method}, face {'given' if report.face_given else 'found'}"


def _told(report: MaskReport) -> tuple[float | None, ...]:
    """Return what only some folders' tables can be held against; empty where this one's can't."""
    parts = (report.refused, report.accepted, report.right, report.length_right)
    return parts if any(part is not None for part in parts) else ()


def _told_table(reports: Sequence[MaskReport]) -> Table:
    table = _table("What people say of the same pictures")
    table.add_column("source")
    table.add_column("method")
    for heading in ("no hair, no colour", "name accepted", "first choice", "length"):
        table.add_column(heading, justify="right")
    for report in reports:
        table.add_row(report.source, _trial(report), *[_percent(part) for part in _told(report)])
    return table


def _background_table(reports: Sequence[MaskReport], backgrounds: Sequence[str]) -> Table:
    table = _table("Mean IoU by background")
    table.add_column("method")
    for background in backgrounds:
        table.add_column(background, justify="right")
    for report in reports:
        cells = [_number(report.iou_by_background.get(background)) for background in backgrounds]
        table.add_row(_trial(report), *cells)
    return table


def _confusion_table(report: ColorReport) -> Table:
    given = {answer for row in report.confusion.values() for answer in row}
    answers = [name for name in (*COLOR_NAMES, NO_NAME) if name in given]
    table = _table(f"{report.method}: what people say (rows) and what it says (columns)")
    table.add_column("")
    for heading in ("pictures", "accepted", *(answer[:_INITIALS] for answer in answers)):
        table.add_column(heading, justify="right")
    for score in report.by_name:
        row = report.confusion[score.name]
        counts = [str(row.get(answer, "")) for answer in answers]
        table.add_row(score.name, str(score.pictures), _percent(score.accepted), *counts)
    return table


def _confused_pairs(report: ColorReport) -> Table:
    """Return what is confused most often, for a terminal that has no room for all answers side by side."""
    pairs = [
        (count, said, answer)
        for said, row in report.confusion.items()
        for answer, count in row.items()
        if answer != said
    ]
    table = _table(f"{report.method}: confused most often")
    for heading in ("people say", "it says"):
        table.add_column(heading)
    table.add_column("pictures", justify="right")
    for count, said, answer in sorted(pairs, key=lambda pair: (-pair[0], *pair[1:]))[:_MOST_PAIRS]:
        table.add_row(said, answer, str(count))
    return table


def _print_quality(rows: Sequence[tuple[str, Calibration]], target: str, console: Console) -> None:
    rated = [(name, quality) for name, quality in rows if quality.rated]
    if not rated:
        return
    coverages = list(rated[0][1].right_at_coverage)
    table = _table(f"Quality as a forecast of {target}: parts right among the best rated")
    table.add_column("method")
    for heading in ("AUC", "Brier", "calibration error", *(f"{float(part):.0%}" for part in coverages)):
        table.add_column(heading, justify="right")
    for name, quality in rated:
        parts = [_percent(quality.right_at_coverage[part]) for part in coverages]
        numbers = (quality.auc, quality.brier, quality.calibration_error)
        table.add_row(name, *(_number(number) for number in numbers), *parts)
    _print(table, console)


def _print_decoding(milliseconds: float | None, console: Console) -> None:
    console.print(f"ms: median processor time a portrait; decoding, {_number(milliseconds, 1)} ms, is extra.")


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 1, 0, 0))


def _print(table: Table, console: Console) -> None:
    """Print a table, upright where there is no room for its columns side by side."""
    console.print(table if _fits(table, console) else _upright(table))


def _fits(table: Table, console: Console) -> bool:
    wide = console.options.update_width(_WIDEST)
    return Measurement.get(console, wide, table).maximum <= console.width


def _upright(table: Table) -> Table:
    """Return a table with a line for each cell: its heading and what stands in it."""
    upright = _table(str(table.title))
    upright.add_column()
    upright.add_column(justify="right")
    for cells in zip(*(column.cells for column in table.columns), strict=True):
        for column, cell in zip(table.columns, cells, strict=True):
            upright.add_row(column.header, cell)
        upright.add_section()
    upright.show_header = False
    return upright


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
