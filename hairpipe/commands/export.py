"""The command ``export``."""

from __future__ import annotations

from pathlib import Path

import click

from hairpipe.commands.options import output_argument
from hairpipe.results.coco import write_coco
from hairpipe.results.flat_file import write_csv, write_parquet
from hairpipe.results.huggingface import write_dataset
from hairpipe.results.selection import Selection, select
from hairpipe.results.target import new_file, new_folder
from hairpipe.store.schema import PUBLIC_TABLES, TableName
from hairpipe.terminal import printable

_TABLES = {"csv": write_csv, "parquet": write_parquet}


@click.command()
@output_argument
@click.argument("target", metavar="DEST", type=click.Path(path_type=Path))
@click.option("--to", "kind", type=click.Choice([*_TABLES, "coco", "huggingface"]), required=True)
@click.option(
    "--table",
    type=click.Choice([str(table) for table in PUBLIC_TABLES]),
    default=None,
    help="For csv and parquet: the table; default: portraits.",
)
@click.option("--quality", type=click.FloatRange(0, 1), default=None, help="Only from this quality on.")
@click.option("--color", "colors", multiple=True, metavar="NAME", help="May be given several times.")
@click.option("--run", default=None, metavar="RUN_ID", help="Only rows that this run wrote.")
@click.option("--source", default=None, metavar="NAME", help="Only portraits of this source.")
@click.option(
    "--pictures", is_flag=True, help="For huggingface: put the pictures in, which stay their owners'."
)
@click.option("--force", is_flag=True, help="Replace a file of that name.")
def export(
    output: str,
    target: Path,
    kind: str,
    table: str | None,
    quality: float | None,
    colors: tuple[str, ...],
    run: str | None,
    source: str | None,
    pictures: bool,
    force: bool,
) -> None:
    """\b
    Examples:
      hairpipe export out/characters --to csv characters.csv
      hairpipe export out/characters --to parquet tones.parquet --table hair_colors --quality 0.4
      hairpipe export out/characters --to coco hair.json --color blue --color aqua
      hairpipe export out/characters --to huggingface hair-dataset

    Write the portraits and what was found for others: a table as one CSV or Parquet file, the masks as COCO
    instance annotations, or all as a folder with a card that datasets.load_dataset reads. It is written
    whole or not at all; a folder is never replaced.
    """
    if table is not None and kind not in _TABLES:
        raise click.UsageError("--table is for csv and parquet")
    if kind == "csv" and table == TableName.MASKS:
        # Run lengths are text that may look like a formula, and wouldn't survive being made harmless.
        raise click.UsageError("masks are for parquet and coco")
    if pictures and kind != "huggingface":
        raise click.UsageError("--pictures is for huggingface")
    selected = select(output, Selection(quality, colors, run, source))
    if kind == "huggingface":
        with new_folder(target, selected.store.folder) as folder:
            rows = write_dataset(selected, folder, pictures)
    else:
        with new_file(target, force, selected.store.folder) as file:
            if kind in _TABLES:
                rows = _TABLES[kind](selected, TableName(table or TableName.PORTRAITS), file)
            else:
                rows = write_coco(selected, file)
    click.echo(printable(f"{target}: {rows} rows from version {selected.store.version}"))
