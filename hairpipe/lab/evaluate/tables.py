"""The reports as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
    numbers = ("pictures", "IoU", "median", "p10", "> .7", "dE2000", "median", "no hair", "faces", "ms")
    rows = [
        (
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
        for report in reports
    ]
    _print(_table("Masks against exact masks", ("source", "method", "face"), numbers, rows), console)
    _print_told(reports, console)
    backgrounds = sorted({name for report in reports for name in report.iou_by_background})
    if backgrounds:
        means = [
            (_trial(report), *(_number(report.iou_by_background.get(name)) for name in backgrounds))
            for report in reports
        ]
        _print(_table("Mean IoU by background", ("method",), backgrounds, means), console)
    _print_quality([(_trial(report), report.quality) for report in reports], "an IoU over .7", console)
    _print_decoding(reports, console)


def print_color_reports(reports: Sequence[ColorReport], console: Console) -> None:
    """Print one line per method, then names, confusions and the quality's worth."""
    numbers = ("pictures", "faces", "right", "accepted", "by name", "by character", "all", "ms")
    rows = [
        (
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
        for report in reports
    ]
    title = "Names of hair colours (on pictures with a found face)"
    _print(_table(title, ("method",), numbers, rows), console)
    for report in reports:
        table = _confusion_table(report)
        _print(table if _fits(table, console) else _confused_pairs(report), console)
    _print_quality([(report.method, report.quality) for report in reports], "an accepted name", console)
    _print_decoding(reports, console)


def _trial(report: MaskReport) -> str:
    return f"{report.method}, face {'given' if report.face_given else 'found'}"


def _print_told(reports: Sequence[MaskReport], console: Console) -> None:
    """Print what only some folders' tables can be held against; empty cells where one's can't."""
    rows = []
    for report in reports:
        parts = (report.refused, report.accepted, report.right, report.length_right)
        told = any(part is not None for part in parts)
        rows.append((report.source, _trial(report), *(map(_percent, parts) if told else ())))
    if any(len(row) > 2 for row in rows):
        numbers = ("no hair, no colour", "name accepted", "first choice", "length")
        _print(_table("What people say of the same pictures", ("source", "method"), numbers, rows), console)


def _confusion_table(report: ColorReport) -> Table:
    given = {answer for row in report.confusion.values() for answer in row}
    answers = [name for name in (*COLOR_NAMES, NO_NAME) if name in given]
    rows = [
        (
            score.name,
            str(score.pictures),
            _percent(score.accepted),
            *(str(report.confusion[score.name].get(answer, "")) for answer in answers),
        )
        for score in report.by_name
    ]
    title = f"{report.method}: what people say (rows) and what it says (columns)"
    initials = [answer[:_INITIALS] for answer in answers]
    return _table(title, ("",), ("pictures", "accepted", *initials), rows)


def _confused_pairs(report: ColorReport) -> Table:
    """Return what is confused most often, for a terminal that has no room for all answers side by side."""
    pairs = [
        (said, answer, count)
        for said, row in report.confusion.items()
        for answer, count in row.items()
        if answer != said
    ]
    most = sorted(pairs, key=lambda pair: (-pair[2], *pair[:2]))[:_MOST_PAIRS]
    rows = [(said, answer, str(count)) for said, answer, count in most]
    return _table(f"{report.method}: confused most often", ("people say", "it says"), ("pictures",), rows)


def _print_quality(rated: Sequence[tuple[str, Calibration]], target: str, console: Console) -> None:
    rated = [(name, quality) for name, quality in rated if quality.rated]
    if not rated:
        return
    coverages = list(rated[0][1].right_at_coverage)
    numbers = ("AUC", "Brier", "calibration error", *(f"{float(part):.0%}" for part in coverages))
    rows = [
        (
            name,
            _number(quality.auc),
            _number(quality.brier),
            _number(quality.calibration_error),
            *(_percent(quality.right_at_coverage[part]) for part in coverages),
        )
        for name, quality in rated
    ]
    title = f"Quality as a forecast of {target}: parts right among the best rated"
    _print(_table(title, ("method",), numbers, rows), console)


def _print_decoding(reports: Sequence[MaskReport | ColorReport], console: Console) -> None:
    spent = _number(reports[0].decode_milliseconds if reports else None, 1)
    console.print(f"ms: median processor time a portrait; decoding, {spent} ms, is extra.")


def _table(title: str, texts: Sequence[str], numbers: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a table of which some columns are texts, and those after them numbers."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 1, 0, 0))
    for heading in texts:
        table.add_column(heading)
    for heading in numbers:
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(*row)
    return table


def _print(table: Table, console: Console) -> None:
    """Print a table, upright where there is no room for its columns side by side."""
    console.print(table if _fits(table, console) else _upright(table))


def _fits(table: Table, console: Console) -> bool:
    wide = console.options.update_width(_WIDEST)
    return Measurement.get(console, wide, table).maximum <= console.width


def _upright(table: Table) -> Table:
    """Return a table with a line for each cell: its heading and what stands in it."""
    upright = _table(str(table.title), ("",), ("",), ())
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
