"""The configuration of a run: one frozen model, read from files, the environment and the command line.

Later wins: built-in defaults, then each file from left to right, then environment variables
(``HAIRPIPE__CLUSTER__WORKERS=4``), then ``--set cluster.workers=4``. Every mistake is reported at
once, with the place it came from.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError

from hairpipe.errors import ConfigError
from hairpipe.extract.settings import Settings, Share
from hairpipe.group import Group
from hairpipe.run.cluster_settings import ClusterSettings, LocalClusterSettings
from hairpipe.source.settings import SourceSettings
from hairpipe.store.schema import PORTRAIT_COLUMNS

ENV_PREFIX = "HAIRPIPE__"
_DEFAULT_KINDS = {"cluster": "local"}


class RunSettings(Group):
    """How the job goes about its work. Nothing here can change the result of a portrait it extracts."""

    unit_seconds: float = Field(default=10, gt=0, description="work aimed at in one Dask task")
    unit_size: int | None = Field(
        default=None, ge=1, description="portraits in a task, instead of unit_seconds"
    )
    portrait_timeout: float = Field(
        default=60, gt=0, description="seconds after which a portrait is given up"
    )
    portrait_memory: int = Field(
        default=2 * 2**30, gt=0, description="bytes of memory the isolated retry of a portrait may take"
    )
    max_attempts: int = Field(
        default=3, ge=1, description="runs that try a picture which can't be read or breaks the code"
    )
    placeholder_profiles: int = Field(
        default=10, ge=2, description="a picture shared by this many profiles is the site's placeholder"
    )
    removed: Literal["keep", "drop"] = Field(
        default="keep", description="rows of profiles that the scrape no longer has"
    )
    max_lost_share: Share = Field(
        default=0.1,
        description="exit code 5, and nothing is done, when the scrape lacks more of a source's known "
        "portraits than this, or the pictures of more that were ok (and more than 5)",
    )
    max_failed_share: Share = Field(
        default=0.2, description="exit code 3 when more of the run's portraits failed than this"
    )
    keep_versions: int = Field(default=3, ge=1, description="published versions that rollback can restore")
    grace_seconds: float = Field(
        default=5, ge=0, description="time running tasks get to end when the run is stopped"
    )


class Config(Settings):
    """All that a run needs: where from, where to, how, and on what cluster."""

    source: SourceSettings
    output: str = Field(min_length=1, description="folder or URL the tables are written to")
    cluster: ClusterSettings = LocalClusterSettings()
    run: RunSettings = RunSettings()

    @property
    def settings(self) -> Settings:
        """The part that can change a portrait's result."""
        return Settings(**{name: getattr(self, name) for name in Settings.model_fields})


@dataclass(frozen=True)
class LoadedConfig:
    """A configuration and, for each value that is not a default, where it came from."""

    config: Config
    origins: Mapping[str, str]


def load_config(
    files: Iterable[str | os.PathLike[str]],
    overrides: Iterable[str] = (),
    environment: Mapping[str, str] | None = None,
) -> LoadedConfig:
    """Read a configuration from YAML files, the environment and ``a.b=value`` overrides.

    Parameters
    ----------
    files : iterable of path
        Later files override earlier ones, key by key; a source or cluster of another kind, whole.
    overrides : iterable of str
        ``a.b=value``; the value is read as YAML.
    environment : mapping of str to str, optional
        Variables named ``HAIRPIPE__A__B`` override the files; default `os.environ`.

    Raises
    ------
    ConfigError
        With every mistake on a line of its own: its key, its place, what is wrong.
    """
    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for file in files:
        content = _read_file(Path(file))
        _drop_other_kinds(merged, content, origins)
        _merge(merged, content, str(file), origins, ())
    variables = os.environ if environment is None else environment
    for name in sorted(variables):
        if name.startswith(ENV_PREFIX):
            keys = tuple(name[len(ENV_PREFIX) :].lower().split("__"))
            _merge(merged, _nested(keys, _scalar(variables[name], name)), f"environment {name}", origins, ())
    for override in overrides:
        key, equals, text = override.partition("=")
        if not equals or not key.strip():
            raise ConfigError(f"--set {override!r}: write it as key.subkey=value")
        keys = tuple(key.strip().split("."))
        _merge(merged, _nested(keys, _scalar(text, f"--set {override}")), f"--set {key}", origins, ())
    try:
        config = Config.model_validate(merged)
    except ValidationError as error:
        raise ConfigError(_all_mistakes(error, origins)) from None
    _refuse_carried_columns(config)
    return LoadedConfig(config=_with_absolute_paths(config), origins=origins)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"configuration {path}: can't be read ({error}); name a YAML file") from None
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"configuration {path}: not YAML: {' '.join(str(error).split())}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError(f"configuration {path}: holds a {type(content).__name__}, not keys and values")
    return content


def _scalar(text: str, place: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise ConfigError(f"{place}: {text!r} is not a YAML value; quote it") from None


def _nested(keys: tuple[str, ...], value: Any) -> dict[str, Any]:
    for key in reversed(keys):
        value = {key: value}
    return dict(value)


def _merge(
    into: dict[str, Any], new: Mapping[str, Any], origin: str, origins: dict[str, str], above: tuple[str, ...]
) -> None:
    for name, value in new.items():
        path = (*above, str(name))
        if isinstance(value, Mapping) and isinstance(into.get(name), dict):
            _merge(into[name], value, origin, origins, path)
            continue
        into[name] = dict(value) if isinstance(value, Mapping) else value
        for leaf in _leaves(value, path):
            origins[leaf] = origin


def _drop_other_kinds(merged: dict[str, Any], new: Mapping[str, Any], origins: dict[str, str]) -> None:
    """A file that names another kind of source or cluster sets it anew: the keys of kinds don't mix."""
    for name, block in new.items():
        before = merged.get(name)
        if not (isinstance(block, Mapping) and isinstance(before, dict) and "kind" in block):
            continue
        if before.get("kind", _DEFAULT_KINDS.get(name)) != block["kind"]:
            del merged[name]
            for leaf in [leaf for leaf in origins if leaf.startswith(f"{name}.")]:
                del origins[leaf]


def _leaves(value: Any, path: tuple[str, ...]) -> list[str]:
    if isinstance(value, Mapping) and value:
        return [leaf for name, below in value.items() for leaf in _leaves(below, (*path, str(name)))]
    return [".".join(path)]


def _all_mistakes(error: ValidationError, origins: Mapping[str, str]) -> str:
    lines = []
    for mistake in error.errors():
        # A discriminated union puts the chosen kind into the location; no configuration key is named so.
        keys = [str(key) for key in mistake["loc"]]
        for union in ("source", "cluster"):
            if keys[:1] == [union] and len(keys) > 1 and mistake["type"] != "union_tag_invalid":
                del keys[1]
        key = ".".join(keys)
        lines.append(f"  {key}{_origin(key, origins)}: {_sentence(mistake)}")
    count = "1 mistake" if len(lines) == 1 else f"{len(lines)} mistakes"
    return f"the configuration has {count}:\n" + "\n".join(sorted(lines))


def _origin(key: str, origins: Mapping[str, str]) -> str:
    for known, origin in origins.items():
        if known == key or known.startswith(key + ".") or key.startswith(known + "."):
            return f" ({origin})"
    return ""


def _sentence(mistake: Any) -> str:
    kind = mistake["type"]
    if kind == "extra_forbidden":
        return "no such setting; `hairpipe config show` lists those there are"
    if kind == "missing":
        return "is needed and not set"
    given = mistake.get("input")
    message = mistake["msg"][0].lower() + mistake["msg"][1:]
    return message if isinstance(given, Mapping) else f"{message}, not {given!r}"


def _refuse_carried_columns(config: Config) -> None:
    taken = sorted({*config.source.carry} & {*PORTRAIT_COLUMNS, "bucket"})
    if taken:
        raise ConfigError(
            f"source.carry: {', '.join(taken)} would overwrite hairpipe's own column of that name; "
            "rename it in the scrape or leave it out"
        )


def _with_absolute_paths(config: Config) -> Config:
    """Workers run in other folders than the person who typed the path."""
    source = config.source.model_copy(
        update={
            name: _absolute(value)
            for name in ("path", "images")
            if isinstance(value := getattr(config.source, name, None), str)
        }
    )
    update: dict[str, object] = {"source": source, "output": _absolute(config.output)}
    if config.face.cascade_file is not None:
        cascade = _absolute(config.face.cascade_file)
        update["face"] = config.face.model_copy(update={"cascade_file": cascade})
    if (network := config.learned.network) is not None:
        network = network.model_copy(update={"file": _absolute(network.file)})
        update["learned"] = config.learned.model_copy(update={"network": network})
    return config.model_copy(update=update)


def _absolute(path: str) -> str:
    return path if "://" in path else os.path.abspath(Path(path).expanduser())  # noqa: PTH100
