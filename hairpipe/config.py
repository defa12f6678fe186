"""The configuration of a run: one frozen model, read from files, the environment and the command line.

Later wins: built-in defaults, then each file from left to right, then environment variables
(``HAIRPIPE__CLUSTER__WORKERS=4``), then ``--set cluster.workers=4``. Every mistake is reported at
once, with the place it came from.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from hairpipe.cluster.settings import ClusterSettings, LocalClusterSettings
from hairpipe.configuration.layers import Layers
from hairpipe.configuration.mistakes import mistakes_of, told
from hairpipe.configuration.settings_model import LONGEST_SECONDS, MOST, Count, SettingsModel
from hairpipe.errors import ConfigError
from hairpipe.extract.settings import Settings, Share
from hairpipe.source.database.database_uri import SQLITE
from hairpipe.source.settings import SourceSettings, SqlSettings
from hairpipe.store.schema import PORTRAIT_COLUMNS


class RunSettings(SettingsModel):
    """How the job goes about its work. Nothing here can change the result of a portrait it extracts."""

    batch_seconds: float = Field(
        default=10, gt=0, le=LONGEST_SECONDS, description="work aimed at in one Dask task"
    )
    batch_size: Count | None = Field(
        default=None, description="portraits in a task, instead of batch_seconds"
    )
    portrait_timeout: float = Field(
        default=60, gt=0, le=LONGEST_SECONDS, description="seconds after which a portrait is given up"
    )
    portrait_memory: int = Field(
        default=2 * 2**30,
        gt=0,
        lt=2**63,
        description="bytes of memory the isolated retry of a portrait may take",
    )
    max_attempts: Count = Field(
        default=3, description="runs that try a picture which can't be read or breaks the code"
    )
    placeholder_profiles: int = Field(
        default=10,
        ge=2,
        le=MOST,
        description="a picture shared by this many profiles is the site's placeholder",
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
    keep_versions: Count = Field(default=3, description="published versions that rollback can restore")
    grace_seconds: float = Field(
        default=5,
        ge=0,
        le=LONGEST_SECONDS,
        description="time running tasks get to end when the run is stopped",
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

    def origin(self, keys: Sequence[str]) -> str:
        """Return where a value is from: where it, or the whole it is a part of, was set."""
        above = [".".join(keys[:end]) for end in range(len(keys), 0, -1)]
        return next((self.origins[key] for key in above if key in self.origins), "default")


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
    layers = Layers()
    for file in files:
        layers.add_file(Path(file))
    layers.add_environment(os.environ if environment is None else environment)
    layers.add_overrides(overrides)
    try:
        config = Config.model_validate(layers.values)
    except ValidationError as error:
        raise ConfigError(told([*layers.mistakes, *mistakes_of(error, layers)])) from None
    mistakes = [*layers.mistakes, *_carried_columns(config), *_impossible_paths(config)]
    if mistakes:
        raise ConfigError(told(mistakes))
    return LoadedConfig(config=_with_absolute_paths(config), origins=layers.origins)


def _carried_columns(config: Config) -> list[str]:
    taken = sorted({*config.source.carry} & {*PORTRAIT_COLUMNS, "bucket"})
    if not taken:
        return []
    return [
        f"source.carry: {', '.join(taken)} would overwrite hairpipe's own column of that name; "
        "rename it in the scrape or leave it out"
    ]


def _impossible_paths(config: Config) -> list[str]:
    source, network = config.source, config.learned.network
    paths = {
        "source.path": getattr(source, "path", None),
        "source.images": getattr(source, "images", None),
        "output": config.output,
        "face.cascade_file": config.face.cascade_file,
        "learned.network.file": None if network is None else network.file,
    }
    mistakes = []
    for key, path in paths.items():
        try:
            _absolute(path or "")
        except RuntimeError:
            mistakes.append(
                f"{key}: {path!r} begins with the home folder of nobody known; write the whole path"
            )
        except OSError:
            mistakes.append(
                f"{key}: {path!r} lies in the current folder, which is gone; write the whole path"
            )
    return mistakes


def _with_absolute_paths(config: Config) -> Config:
    """Workers run in other folders than the person who typed the path."""
    source = config.source.model_copy(
        update={
            name: _absolute(value)
            for name in ("path", "images")
            if isinstance(value := getattr(config.source, name, None), str)
        }
    )
    if isinstance(source, SqlSettings):
        source = source.model_copy(update={"uri": _absolute_uri(source.uri)})
    update: dict[str, object] = {"source": source, "output": _absolute(config.output)}
    if config.face.cascade_file is not None:
        cascade = _absolute(config.face.cascade_file)
        update["face"] = config.face.model_copy(update={"cascade_file": cascade})
    if (network := config.learned.network) is not None:
        network = network.model_copy(update={"file": _absolute(network.file)})
        update["learned"] = config.learned.model_copy(update={"network": network})
    return config.model_copy(update=update)


def _absolute_uri(uri: str) -> str:
    path = uri.removeprefix(SQLITE)
    return uri if path == uri or path.startswith(("/", "${")) else f"{SQLITE}{_absolute(path)}"


def _absolute(path: str) -> str:
    return path if "://" in path else os.path.abspath(Path(path).expanduser())  # noqa: PTH100
