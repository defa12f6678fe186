"""YAML as people write it into configurations: read with limits, and with the line of every setting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

MOST_BYTES = 2**18
_DEEPEST = 30
# With every alias counted as often as it stands for its values.
_MOST_VALUES = 5_000
_MERGE = "tag:yaml.org,2002:merge"
_NO_CHARACTERS = frozenset({"\0", *map(chr, range(0xD800, 0xE000))})

Path = tuple[str, ...]


class YamlError(ValueError):
    """A text is no YAML that can be used; each of its mistakes tells its line, where it has one."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True)
class Yaml:
    """What a text holds."""

    value: Any
    """Mappings, lists and plain values."""
    lines: Mapping[Path, int]
    """The line, from 1, of each key, by the keys that lead to it."""


def read_yaml(text: str | bytes) -> Yaml:
    """Return what a text holds; bytes are in UTF-8, or in UTF-16 with its mark.

    Raises
    ------
    YamlError
        If it is no YAML, has a key twice, is nested without end or stands for a great many values.
    """
    try:
        loader = _Loader(text)
    except yaml.YAMLError as error:
        raise YamlError(_told(error)) from None
    try:
        node = loader.get_single_node()
        if node is None:
            return Yaml(None, {})
        inspection = _Inspection()
        inspection.look(node, (), 0)
        if inspection.mistakes:
            raise YamlError(*inspection.mistakes)
        return Yaml(loader.construct_document(node), inspection.lines)
    except yaml.YAMLError as error:
        raise YamlError(_told(error)) from None
    except YamlError:
        raise
    except (ValueError, ArithmeticError, LookupError, AttributeError, TypeError) as error:
        # Readers of numbers and dates raise them for values with a tag that doesn't fit.
        raise YamlError(f"a value can't be read: {str(error).partition(';')[0]}") from None
    finally:
        loader.dispose()


class _Loader(yaml.SafeLoader):
    """Stops at the limits while it reads."""

    def __init__(self, text: str | bytes) -> None:
        super().__init__(text)
        self._depth = self._nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Read a value and all below it."""
        self._depth += 1
        self._nodes += 1
        _check_limits(self.line + 1, self._depth, self._nodes)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


@dataclass
class _Inspection:
    """Goes through all that a text stands for, before anything is made of it."""

    lines: dict[Path, int] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)
    values: int = 0

    def look(self, node: yaml.Node, path: Path, depth: int) -> None:
        """Look at a value and all below it."""
        self.values += 1
        line = node.start_mark.line + 1
        _check_limits(line, depth, self.values)
        if isinstance(node, yaml.MappingNode):
            self._look_at_keys(node, path, depth)
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                self.look(item, path, depth + 1)
        elif _NO_CHARACTERS & {*node.value}:
            self.mistakes.append(f"line {line}: a text holds a character that no text can have")

    def _look_at_keys(self, node: yaml.MappingNode, path: Path, depth: int) -> None:
        seen: dict[tuple[str, str], int] = {}
        for key, value in node.value:
            if key.tag == _MERGE or not isinstance(key, yaml.ScalarNode):
                self.look(value, path, depth + 1)
                continue
            line = key.start_mark.line + 1
            first = seen.setdefault((key.tag, key.value), line)
            if first != line:
                self.mistakes.append(f"line {line}: {key.value} is set again, after line {first}")
            below = (*path, key.value)
            self.lines.setdefault(below, line)
            self.look(value, below, depth + 1)


def _check_limits(line: int, depth: int, values: int) -> None:
    if depth > _DEEPEST:
        raise YamlError(f"line {line}: nested more than {_DEEPEST} levels deep")
    if values > _MOST_VALUES:
        raise YamlError(
            f"line {line}: more than {_MOST_VALUES} values, each alias counted for all it stands for"
        )


def copied(value: Any) -> Any:
    """Return a value in which no part stands in two places, as parts with an alias do."""
    if isinstance(value, Mapping):
        return {key: copied(part) for key, part in value.items()}
    return [copied(part) for part in value] if isinstance(value, list) else value


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the keys that lead to each value that is no mapping, or an empty one."""
    if isinstance(value, Mapping) and value:
        for name, below in value.items():
            yield from leaves(below, (*path, str(name)))
    else:
        yield path


def _told(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    if isinstance(error, yaml.reader.ReaderError):
        return "holds bytes that are no text"
    problem = getattr(error, "problem", None) or " ".join(str(error).split())
    if "'\\t'" in problem:
        problem = "a tab where YAML wants spaces"
    place = "" if mark is None else f"line {mark.line + 1}, column {mark.column + 1}: "
    return f"{place}not YAML: {problem}"
