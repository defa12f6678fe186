"""The places a configuration is read from, one over the other: files, the environment, ``--set``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hairpipe.configuration.secrets import without_password
from hairpipe.configuration.yaml_text import MOST_BYTES, YamlError, copied, leaves, read_yaml

ENV_PREFIX = "HAIRPIPE__"
_MOST_KEYS = 10
_DEFAULT_KINDS = {"cluster": "local"}


@dataclass
class Layers:
    """What the places say together, later ones over earlier ones."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    """Where each value is from, by its dotted key."""
    mistakes: list[str] = field(default_factory=list)
    """Of places that can't be read, each with the place."""

    def add_file(self, path: Path) -> None:
        """Lay a YAML file over what is there; a source or cluster of another kind replaces it whole."""
        try:
            found = read_yaml(_bytes_of(path))
            if not isinstance(found.value, dict | None):
                raise YamlError(f"holds a {type(found.value).__name__}, not keys and values")
        except YamlError as error:
            self.mistakes.extend(f"configuration {path}: {mistake}" for mistake in error.mistakes)
            return
        content = {str(name): value for name, value in (found.value or {}).items()}
        self._drop_other_kinds(content)
        places = {keys: f"{path}, line {line}" for keys, line in found.lines.items()}
        self._merge(self.values, content, str(path), places, ())

    def add_environment(self, variables: Mapping[str, str]) -> None:
        """Lay the variables named ``HAIRPIPE__A__B`` over what is there."""
        for name in sorted(variables):
            if name.startswith(ENV_PREFIX):
                keys = name[len(ENV_PREFIX) :].lower().split("__")
                self._add_value(keys, variables[name], f"environment {name}")

    def add_overrides(self, overrides: Iterable[str]) -> None:
        """Lay values written as ``a.b=value`` over what is there."""
        for override in overrides:
            key, equals, text = override.partition("=")
            if not equals or not key.strip():
                self.mistakes.append(f"--set {override!r}: write it as key.subkey=value")
            else:
                self._add_value(key.strip().split("."), text, f"--set {key.strip()}")

    def origin(self, key: str) -> str | None:
        """Return where a dotted key, one above or one below it was set; None where it was nowhere."""
        for known, origin in self.origins.items():
            if known == key or known.startswith(key + ".") or key.startswith(known + "."):
                return origin
        return None

    def _add_value(self, keys: list[str], text: str, place: str) -> None:
        if len(keys) > _MOST_KEYS:
            self.mistakes.append(f"{place[:80]}...: no such setting")
            return
        try:
            value = read_yaml(text).value
        except YamlError as error:
            shown = without_password(text)[:80]
            self.mistakes.append(f"{place}: {shown!r} is not a YAML value ({error}); quote it")
            return
        for key in reversed(keys):
            value = {key: value}
        self._merge(self.values, value, place, {}, ())

    def _merge(
        self,
        into: dict[str, Any],
        new: Mapping[str, Any],
        origin: str,
        places: Mapping[tuple[str, ...], str],
        above: tuple[str, ...],
    ) -> None:
        for name, value in new.items():
            keys = (*above, str(name))
            if isinstance(value, Mapping) and isinstance(into.get(name), dict):
                self._merge(into[name], value, origin, places, keys)
                continue
            into[name] = copied(value)
            self._forget(".".join(keys))
            for leaf in leaves(value, keys):
                self.origins[".".join(leaf)] = places.get(leaf, origin)

    def _drop_other_kinds(self, new: Mapping[str, Any]) -> None:
        """A file that names another kind of source or cluster sets it anew: the keys of kinds don't mix."""
        for name, block in new.items():
            before = self.values.get(name)
            if not (isinstance(block, Mapping) and isinstance(before, dict) and "kind" in block):
                continue
            if before.get("kind", _DEFAULT_KINDS.get(name)) != block["kind"]:
                del self.values[name]
                self._forget(name)

    def _forget(self, key: str) -> None:
        """Drop where a dotted key and those below it were set."""
        for leaf in [leaf for leaf in self.origins if leaf == key or leaf.startswith(f"{key}.")]:
            del self.origins[leaf]


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise YamlError(f"can't be read ({reason}); name a YAML file") from None
    if len(content) > MOST_BYTES:
        raise YamlError(f"has more than {MOST_BYTES} bytes; name a YAML file")
    return content
