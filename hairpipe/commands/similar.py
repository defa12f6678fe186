"""The command ``similar``."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hairpipe.commands.options import output_argument
from hairpipe.report.results import Results, Tone
from hairpipe.results.neighbour_sheet import neighbour_sheet
from hairpipe.results.selection import Selection, select
from hairpipe.results.similar import Neighbour, nearest, query_of
from hairpipe.results.target import check_target, new_file
from hairpipe.terminal import printable, table_line


@click.command()
@output_argument
@click.argument("asked", metavar="ID|HEX")
@click.option("--top", type=click.IntRange(1, 1000), default=12, show_default=True, help="How many.")
@click.option("--quality", type=click.FloatRange(0, 1), default=None, help="Only from this quality on.")
@click.option("--source", default=None, metavar="NAME", help="For an id that several sources have.")
@click.option(
    "--sheet",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE.png",
    help="Write their pictures, hair and colours as one picture, too.",
)
@click.option("--force", is_flag=True, help="Replace a file of that name.")
def similar(
    output: str,
    asked: str,
    top: int,
    quality: float | None,
    source: str | None,
    sheet: Path | None,
    force: bool,
) -> None:
    """\b
    Examples:
      hairpipe similar out/characters 1017
      hairpipe similar out/characters '#8a2be2' --top 20 --quality 0.4
      hairpipe similar out/characters 1017 --sheet nearest.png

    The portraits whose hair colours are nearest to those of a portrait, or to one colour. The distance is
    the CIEDE2000 difference over which the shares of one palette must be moved on average to become the
    other (earth mover's distance); 0 is the same.
    """
    selected = select(output, Selection(quality))
    if sheet is not None:
        check_target(sheet, force, selected.store.folder)
    results = Results(selected.store)
    query = query_of(results, asked, source)
    found = nearest(selected, query, top)
    _show(results, found)
    if sheet is not None:
        with new_file(sheet, force, selected.store.folder) as file:
            file.write(neighbour_sheet(results, query, found))
        click.echo(printable(sheet))


def _show(results: Results, found: list[Neighbour]) -> None:
    console = Console()
    rows = [(each, results.portrait(each.key) or {}) for each in found]
    several = len({each.key.source for each in found}) > 1
    if not console.is_terminal:
        for each, row in rows:
            colors = " ".join(tone.hex for tone in each.tones)
            cells = (each.key.portrait_id, each.key.source, f"{each.distance:.2f}", row.get("name"))
            click.echo(table_line((*cells, row.get("hair_color"), colors)))
        return
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("distance", justify="right")
    for title in ("id", *(["source"] if several else []), "name", "hair"):
        table.add_column(title, overflow="fold")
    table.add_column("colours", min_width=len("   #rrggbb"))
    for each, row in rows:
        source = [Text(printable(each.key.source))] if several else []
        table.add_row(
            f"{each.distance:.1f}",
            Text(printable(each.key.portrait_id)),
            *source,
            Text(printable(row.get("name") or "")),
            row.get("hair_color") or "",
            _swatches(each.tones),
        )
    console.print(table)


def _swatches(tones: tuple[Tone, ...]) -> Text:
    """Return the colours, each as a patch beside its hex."""
    patches = [Text.assemble(("  ", f"on {tone.hex}"), f" {tone.hex}") for tone in tones]
    return Text(" ").join(patches)
