"""Damages tables at random, and looks whether anything is raised or gets lost without a word.

    python -m tests.chaos.damaged_tables --files 500 --runs 30

Most files are only listed: each line, or row, of a file must be a portrait's or be told as rejected, and a
line that the damage has not touched must not be lost in silence. Over some, whole runs are made: what was
found before must stay, and the counts of the run must add up.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from distributed import LocalCluster

from hairpipe.errors import EXIT_CONFIG, EXIT_DAMAGED_SCRAPE, EXIT_OK, ConfigError
from hairpipe.source.open import open_source
from hairpipe.source.profile import Portrait, Reject, RejectReason
from hairpipe.source.rows.row import Row
from hairpipe.source.settings import Columns, TableSettings
from hairpipe.source.table.csv_rows import csv_rows
from hairpipe.source.table.table_files import TableFile
from hairpipe.storage.folder import Folder
from hairpipe.store.check.verify import verify
from tests.commands.scrapes import Told, hairpipe
from tests.extract.drawing import FACE_BOX, head

FORMATS = ("jsonl", "csv", "parquet", "jsonl.gz", "csv.gz")
_LINES = re.compile(r" lines? (\d+)(?: to (\d+))?$")
_NAMES = ("Rei", 'Edward "Ed" Elric', "Lelouch, the prince", "two\nlines", "\u30eb\u30d5\u30a3", "")
# Told of a file as a whole: how many rows it would have had is not known.
_OF_FILES = frozenset({RejectReason.BROKEN_FILE})


@dataclass(frozen=True)
class Table:
    """A table before and after.

    Attributes
    ----------
    format : str
        One of `FORMATS`.
    rows : list of dict
    damage : str
        What was done to it.
    content : bytes
    """

    format: str
    rows: list[dict[str, str]]
    damage: str
    content: bytes


@dataclass
class RunStats:
    """What came of it: portraits, rejects by reason, and what was wrong."""

    files: int = 0
    portraits: int = 0
    rejects: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    wrong: list[str] = field(default_factory=list)


def written(rows: list[dict[str, str]], kind: str, chance: random.Random) -> bytes:
    """Return rows as a file of a format, compressed only by the format itself."""
    if kind == "parquet":
        sink = io.BytesIO()
        options = {
            "row_group_size": chance.choice((7, 50, 1000)),
            "data_page_size": 256,
            "write_batch_size": 16,
        }
        compression = chance.choice(("none", "snappy", "zstd", "gzip"))
        dictionary = chance.random() < 0.5
        pq.write_table(
            pa.Table.from_pylist(rows),
            sink,
            compression=compression,
            use_dictionary=dictionary,
            write_page_checksum=True,
            **options,
        )
        return sink.getvalue()
    text = io.StringIO(newline="")
    if kind.startswith("csv"):
        table = csv.DictWriter(text, list(rows[0]), lineterminator=chance.choice(("\n", "\r\n")))
        table.writeheader()
        table.writerows(rows)
    else:
        text.writelines(json.dumps(row, ensure_ascii=chance.random() < 0.5) + "\n" for row in rows)
    return text.getvalue().encode()


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 9)):
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _span(data: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(data))
    return start, min(len(data), start + chance.choice((1, 10, 100, 1000)))


def _zero(data: bytes, chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + bytes(end - start) + data[end:]


def _lose(data: bytes, chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    return data[:end] + data[start:]


def _append(data: bytes, chance: random.Random) -> bytes:
    return data + chance.choice((b"", b"\xef\xbb\xbf")) + data


def _insert(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    return (
        data[:start]
        + chance.choice((b'"', b'""', b",", b"\n", b"\r", b"\0", b"\xff", b"{", b"]", b"\\"))
        + data[start:]
    )


def _quote(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randrange(1, 5)):
        start = chance.choice([at for at, byte in enumerate(data) if byte in b",\r\n"] or [0])
        data = data[: start + chance.randrange(2)] + b'"' + data[start + chance.randrange(2) :]
    return data


def _keep(data: bytes, _chance: random.Random) -> bytes:
    return data


DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "cut off": _cut,
    "bits flipped": _flip,
    "zeros": _zero,
    "a part lost": _lose,
    "a part twice": _repeat,
    "twice": _append,
    "a character more": _insert,
    "quotes": _quote,
    "nothing": _keep,
}


def damaged_tables(files: int, seed: int) -> Iterator[Table]:
    """Yield so many tables, the same for the same seed."""
    for number in range(files):
        chance = random.Random(f"{seed}/{number}")
        kind = FORMATS[number % len(FORMATS)]
        rows = [
            {"id": str(1000 + row), "name": chance.choice(_NAMES), "image": f"{row}.jpg", "born": str(row)}
            for row in range(chance.choice((1, 12, 100, 300)))
        ]
        content = written(rows, kind, chance)
        if kind.endswith(".gz") and chance.random() < 0.3:
            content = gzip.compress(content)
        names = chance.choices(list(DAMAGES), k=chance.choice((1, 1, 2, 3)))
        for name in names:
            content = DAMAGES[name](content, chance) if content else content
        if kind.endswith(".gz") and content[:2] != b"\x1f\x8b":
            content = gzip.compress(content)
        yield Table(kind, rows, f"{number}: {kind}, {', '.join(names)}", content)


def process_image(table: Table, folder: Path, tally: RunStats) -> None:
    """List a table and note what is not as it should be."""
    path = folder / f"p.{table.format}"
    path.write_bytes(table.content)
    settings = TableSettings(kind="table", path=str(path), carry={"born": "string"})
    tally.files += 1
    try:
        entries = list(open_source(settings).portraits())
    except ConfigError:
        # No profile in it, or not a row with one of the columns: told, and nothing is done.
        tally.refused += 1
        return
    rejects = [entry for entry in entries if isinstance(entry, Reject)]
    portraits = [entry for entry in entries if isinstance(entry, Portrait)]
    tally.portraits += len(portraits)
    tally.rejects.update(str(reject.reason) for reject in rejects)
    found = {portrait.portrait_id for portrait in portraits}
    is_whole = not any(reject.reason in _OF_FILES for reject in rejects)
    faults = []
    accounted = len(portraits) + sum(reject.rows for reject in rejects)
    if table.format == "parquet":
        faults += _parquet_faults(table, portraits, accounted, is_whole)
    elif (lines := _lines(table)) is not None:
        check = _csv_faults if table.format.startswith("csv") else _json_faults
        faults += check(table, TableFile(Folder(str(folder)), path.name), lines, found, accounted, is_whole)
    tally.wrong += [f"{table.damage}: {fault}" for fault in faults]


def _lines(table: Table) -> list[str] | None:
    """Return the lines of a file that can be decompressed, by themselves."""
    content = table.content
    if table.format.endswith(".gz"):
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, ValueError):
            return None
        except Exception as error:  # noqa: BLE001  zlib.error, which is no ValueError
            del error
            return None
    text = content.decode(errors="replace").removeprefix("\ufeff")
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def _json_faults(
    table: Table, file: TableFile, lines: list[str], found: set[str], accounted: int, is_whole: bool
) -> Iterator[str]:
    del file
    filled = [line for line in lines if not line.removeprefix("\ufeff").isspace()]
    good = {json.dumps(row): row["id"] for row in table.rows}
    good |= {json.dumps(row, ensure_ascii=False): row["id"] for row in table.rows}
    lost = {good[text] for line in filled if (text := line.strip("\ufeff\r\n")) in good} - found
    if lost:
        yield f"{len(lost)} lines that nothing has happened to are no portraits: {sorted(lost)[:3]}"
    if is_whole and accounted != len(filled):
        yield f"{len(filled)} lines, and {accounted} portraits and rejects"


def _csv_faults(
    table: Table, file: TableFile, lines: list[str], found: set[str], accounted: int, is_whole: bool
) -> Iterator[str]:
    del accounted
    covered: Counter[int] = Counter()
    rows = list(csv_rows(file, ["id", "image", "born"], "id"))
    spans = [(row, _numbers(row.place)) for row in rows if isinstance(row, Row) or row.rows]
    for _, numbers in spans:
        covered.update(numbers)
    if any(count > 1 for count in covered.values()):
        yield "lines that belong to several rows"
    filled = [number for number, line in enumerate(lines, 1) if line.strip(", \ufeff\r\n\t")]
    silent = [number for number in filled[1:] if number not in covered]
    if is_whole and silent:
        yield f"lines that are neither a row's nor told: {silent[:5]}"
    # A line that nothing has happened to and that lies within another row's cell.
    good = {f"{row['id']},{row['name']},{row['image']},{row['born']}": row["id"] for row in table.rows}
    at = {number: good[text] for number, line in enumerate(lines, 1) if (text := line.strip("\r\n")) in good}
    for row, numbers in spans:
        if isinstance(row, Row):
            within = {at[number] for number in numbers if number in at} - found
            if within:
                yield f"rows within a cell of {row.place}: {sorted(within)[:3]}"


def _numbers(place: str) -> range:
    matched = _LINES.search(place)
    if matched is None:
        return range(0)
    return range(int(matched[1]), int(matched[2] or matched[1]) + 1)


def _parquet_faults(table: Table, portraits: list[Portrait], accounted: int, is_whole: bool) -> Iterator[str]:
    if is_whole:
        rows = pq.ParquetFile(io.BytesIO(table.content)).metadata.num_rows
        if accounted != rows:
            yield f"{rows} rows, and {accounted} portraits and rejects"
    known = {row["id"]: row for row in table.rows}
    for portrait in portraits:
        row = known.get(portrait.portrait_id)
        same = row is not None and portrait.image == row["image"]
        same = same and (portrait.attributes["born"] == row["born"] or bool(portrait.notes))
        if not same:
            yield f"{portrait.portrait_id!r} is not what was written"


def look_at_many(files: int, seed: int, folder: Path, tell: Callable[[str], object] = str) -> RunStats:
    """List so many damaged tables."""
    tally = RunStats()
    for table in damaged_tables(files, seed):
        process_image(table, folder, tally)
        if tally.files % 100 == 0:
            tell(f"{tally.files} files: {len(tally.wrong)} faults")
    return tally


class Database:
    """A table and its pictures, the tables a run made of it, and runs over the same one damaged.

    Parameters
    ----------
    folder : Path
    scheduler : str
        Address of the Dask scheduler that does the work.
    """

    def __init__(self, folder: Path, scheduler: str) -> None:
        self._folder = folder
        self._cluster = {"kind": "scheduler", "address": scheduler}
        self._rows = [
            {
                "id": str(1000 + row),
                "name": name,
                "image": f"{row}.png",
                "face": json.dumps(FACE_BOX),
                "born": "1",
            }
            for row, name in enumerate(_NAMES * 4)
        ]
        (folder / "images").mkdir(parents=True)
        for row in range(len(self._rows)):
            picture = head()
            picture[0, 0] = row
            cv2.imwrite(str(folder / f"images/{row}.png"), picture)
        self.ids = {row["id"] for row in self._rows}

    def run(self, content: bytes, kind: str, output: Path) -> Told:
        """Run over a table and return how that ended."""
        path = self._folder / f"p.{kind}"
        path.write_bytes(content)
        source = {
            "kind": "table",
            "path": str(path),
            "images": str(self._folder / "images"),
            "columns": {"face": "face"},
            "carry": ["born"],
        }
        config = {"source": source, "output": str(output), "method": "article", "cluster": self._cluster}
        (self._folder / "config.yaml").write_text(json.dumps(config | {"run": {"max_failed_share": 1}}))
        return hairpipe("run", self._folder / "config.yaml")

    def faults(self, number: int, seed: int) -> Iterator[str]:
        """Make tables of the good table, run over a damaged one, and yield what is not as it should be."""
        chance = random.Random(f"run {seed}/{number}")
        kind = FORMATS[number % 3]
        content = written(self._rows, kind, chance)
        output = self._folder / f"out-{number}"
        if self.run(content, kind, output).code != EXIT_OK or self._good(output) != self.ids:
            yield f"{number}: the undamaged table"
            return
        damage = chance.choice(list(DAMAGES))
        ended = self.run(DAMAGES[damage](content, chance), kind, output)
        what = f"run {number}: {kind}, {damage}, exit code {ended.code}: {ended.error[:200]}"
        if ended.code not in (EXIT_OK, EXIT_CONFIG, EXIT_DAMAGED_SCRAPE):
            yield what
        # A bit may turn a face box or a path into another one: that is what the scrape says then.
        if lost := self.ids - self._good(output) - self._retold(kind):
            yield f"{what}: {len(lost)} good rows lost: {sorted(lost)[:3]}"
        if problems := verify(Folder(str(output))).problems:
            yield f"{what}: {problems[:2]}"

    def _retold(self, kind: str) -> set[str]:
        """Return the portraits of the table of which it tells another picture or face."""
        columns = Columns(face="face")
        settings = TableSettings(
            kind="table",
            path=str(self._folder / f"p.{kind}"),
            images=str(self._folder / "images"),
            columns=columns,
        )
        told = {row["id"]: (row["image"], tuple(FACE_BOX)) for row in self._rows}
        try:
            entries = [entry for entry in open_source(settings).portraits() if isinstance(entry, Portrait)]
        except ConfigError:
            return set()
        return {
            portrait.portrait_id
            for portrait in entries
            if portrait.problem is None and told.get(portrait.portrait_id) != (portrait.image, portrait.face)
        }

    def _good(self, output: Path) -> set[str]:
        rows = pd.read_parquet(output / "portraits")
        return set(rows[rows["status"] == "ok"]["portrait_id"])


def run_over_many(
    runs: int, seed: int, folder: Path, scheduler: str, tell: Callable[[str], object] = str
) -> list[str]:
    """Run over so many damaged tables and return what was not as it should be."""
    database = Database(folder / "database", scheduler)
    wrong: list[str] = []
    for number in range(runs):
        wrong += database.faults(number, seed)
        tell(f"{number + 1} runs: {len(wrong)} faults")
    return wrong


def main() -> None:
    """Read the command line, damage, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hairpipe-damaged-") as folder:
        tally = look_at_many(arguments.files, arguments.seed, Path(folder), _tell)
        with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
            address = str(cluster.scheduler_address)
            tally.wrong += run_over_many(arguments.runs, arguments.seed, Path(folder), address, _tell)
    _tell(
        f"{tally.files} files, {tally.refused} of them refused as a whole; {tally.portraits} portraits; "
        f"{dict(tally.rejects)}; {time.monotonic() - started:.0f} s"
    )
    _tell("\n".join(tally.wrong[:50]) or "nothing was raised, and nothing got lost without a word")
    sys.exit(bool(tally.wrong))


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
