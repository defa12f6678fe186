"""The answer of a database to a query, as a stream of rows; nothing can be changed through it.

SQLite is read by Python's own module: its columns hold values of any type, and a driver that gives
columns a type by their first rows fails at a later one. PostgreSQL is read through ADBC.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from hairpipe.errors import ConfigError, HairpipeError, StoreError
from hairpipe.source.database.database_uri import DatabaseUri
from hairpipe.source.rows.arrow_values import RowValues, row_values
from hairpipe.source.rows.attribute_types import kind_of_column
from hairpipe.source.rows.row import NOT_UTF8, REPLACEMENT
from hairpipe.source.settings import AttributeType

_ROWS_AT_A_TIME = 4096
# Seconds for which a file that another program writes to is waited for.
PATIENCE = 10.0
# In SQLite's result codes: busy, locked, out of memory, a fault of the disk, full.
_PASSING_SQLITE = frozenset({5, 6, 7, 10, 13})
_CANT_OPEN, _NO_DATABASE, _DAMAGED = 14, 26, 11
# Classes of SQLSTATE: connection, rolled back, resources, in use, stopped by the operator, system.
_PASSING_STATES = ("08", "40", "53", "55", "57", "58")
_STATE = re.compile(r"SQLSTATE: (\w{5})")
# What a server says of a connection that will not come about any other time; it gives no code.
_REFUSED = re.compile(
    r"authentication|password|does not exist|pg_hba|not permitted|permission|invalid|unrecognized|missing"
)
_NUMERIC = b"numeric"
_SMALL_BATCHES = {"adbc.postgresql.batch_size_hint_bytes": str(2**20)}


@dataclass(frozen=True)
class Answer:
    """What a query gives."""

    names: list[str]
    """Of its columns."""
    rows: Iterator[RowValues]
    types: Mapping[str, AttributeType] = field(default_factory=dict)
    """Of the columns whose own type decides it."""


@contextmanager
def answer(uri: DatabaseUri, query: str) -> Iterator[Answer]:
    """Ask a database; the connection ends with the block.

    Raises
    ------
    ConfigError
        If the driver, the file, the password or the query is wrong or missing.
    StoreError
        If the database can't be had, or its answer breaks off.
    """
    if uri.sqlite_file is None:
        with _postgresql(uri, query) as found:
            yield found
    else:
        with _sqlite(uri, uri.sqlite_file, query) as found:
            yield found


@contextmanager
def _sqlite(uri: DatabaseUri, path: str, query: str) -> Iterator[Answer]:
    try:
        connection = sqlite3.connect(
            f"file:{quote(path)}?mode=ro", PATIENCE, uri=True, check_same_thread=False
        )
    except sqlite3.Error as error:
        raise _sqlite_failure(error, uri) from None
    with closing(connection):
        connection.text_factory = lambda data: data.decode(errors="replace")
        try:
            cursor = connection.execute(query)
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise _sqlite_failure(error, uri) from None
        names = [column[0] for column in cursor.description or ()]
        yield Answer(names, _sqlite_rows(cursor, names, uri))


def _sqlite_rows(cursor: sqlite3.Cursor, names: list[str], uri: DatabaseUri) -> Iterator[RowValues]:
    try:
        for row in cursor:
            is_damaged = any(isinstance(value, str) and REPLACEMENT in value for value in row)
            yield RowValues(dict(zip(names, row, strict=True)), (NOT_UTF8,) if is_damaged else ())
    except sqlite3.Error as error:
        raise _sqlite_failure(error, uri) from None


def _sqlite_failure(error: Exception, uri: DatabaseUri) -> HairpipeError:
    code = getattr(error, "sqlite_errorcode", 1) & 0xFF
    if code in _PASSING_SQLITE:
        return _out_of_reach(uri, error)
    if code in (_CANT_OPEN, _NO_DATABASE, _DAMAGED):
        return ConfigError(
            f"source.uri: {uri.shown} can't be read ({uri.cleaned(error)}); name an SQLite file that is there"
        )
    return _wrong_query(uri, error)


@contextmanager
def _postgresql(uri: DatabaseUri, query: str) -> Iterator[Answer]:
    try:
        from adbc_driver_manager import Error
        from adbc_driver_postgresql import dbapi
    except ImportError:
        raise ConfigError(
            "source.uri: PostgreSQL needs a driver that is not installed: pip install 'hairpipe[sql]'"
        ) from None
    try:
        connection = dbapi.connect(_with_timeout(uri.uri))
    except Error as error:
        raise _no_connection(uri, error) from None
    with closing(connection), closing(connection.cursor()) as cursor:
        try:
            cursor.execute("SET TRANSACTION READ ONLY")
            # Alone on its line: a comment may end the query.
            cursor.execute(f"{query.strip().rstrip(';')}\n")
            reader = cursor.fetch_record_batch()
            schema = reader.schema
            # Whether the query can be carried out is known with the first rows.
            first = next(iter(reader), None)
        except (Error, pa.ArrowException, OSError) as error:
            raise _no_answer(uri, error) from None
        numbers = [name for name in schema.names if _is_numeric(schema, name)]
        types = {
            column.name: kind
            for column in schema
            if column.name not in numbers and (kind := kind_of_column(column.type)) is not None
        }
        batches = chain([first] if first is not None else [], _batches(reader, uri, Error))
        yield Answer(schema.names, _rows(batches, numbers), types)


def _batches(
    reader: pa.RecordBatchReader, uri: DatabaseUri, driver_error: type[Exception]
) -> Iterator[pa.RecordBatch]:
    try:
        yield from reader
    except (driver_error, pa.ArrowException, OSError) as error:
        raise _no_answer(uri, error) from None


def _rows(batches: Iterator[pa.RecordBatch], numbers: list[str]) -> Iterator[RowValues]:
    for batch in batches:
        for start in range(0, batch.num_rows, _ROWS_AT_A_TIME):
            for row in row_values(batch.slice(start, _ROWS_AT_A_TIME)):
                yield _with_numbers(row, numbers) if numbers else row


def _with_numbers(row: RowValues, names: list[str]) -> RowValues:
    """Return a row whose numbers of any length, which the driver gives as text, are numbers."""
    return row._replace(values={**row.values, **{name: _decimal(row.values[name]) for name in names}})


def _decimal(value: Any) -> Any:
    try:
        return value if value is None else Decimal(value)
    except InvalidOperation:
        return value


def _is_numeric(schema: pa.Schema, name: str) -> bool:
    # Of several columns with one name none can be asked for.
    index = schema.get_field_index(name)
    metadata = schema.field(index).metadata if index >= 0 else None
    return (metadata or {}).get(b"ADBC:postgresql:typname") == _NUMERIC


def _with_timeout(uri: str) -> str:
    """Return a URI with which a server that does not answer is given up."""
    if "connect_timeout" in uri:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}connect_timeout=30"


def _no_connection(uri: DatabaseUri, error: Exception) -> HairpipeError:
    told = uri.cleaned(error)
    if _REFUSED.search(told):
        return ConfigError(f"source.uri: {uri.shown} can't be opened ({told}); correct it or the password")
    return _out_of_reach(uri, error)


def _no_answer(uri: DatabaseUri, error: Exception) -> HairpipeError:
    found = _STATE.search(str(error))
    state = getattr(error, "sqlstate", None) or (found[1] if found else "")
    # In the midst of an answer there is no code: an ERROR ends the query, a FATAL one the connection.
    is_passing = state.startswith(_PASSING_STATES) if state else "ERROR:" not in str(error)
    return _out_of_reach(uri, error) if is_passing else _wrong_query(uri, error)


def _wrong_query(uri: DatabaseUri, error: Exception) -> ConfigError:
    told = uri.cleaned(error).partition(" Query was: ")[0]
    return ConfigError(f"source.query: {told}; correct the query")


def _out_of_reach(uri: DatabaseUri, error: Exception) -> StoreError:
    told = uri.cleaned(error)
    return StoreError(
        f"the database {uri.shown} can't be had ({told}); see that it runs and can be reached, then run the "
        "same command again"
    )
