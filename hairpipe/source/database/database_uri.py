"""The URI of a database: what is written down of it, and what only the connection sees."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from hairpipe.configuration.secrets import HIDDEN, without_password
from hairpipe.errors import ConfigError

SQLITE = "sqlite:"
POSTGRESQL = ("postgresql://", "postgres://")

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True)
class DatabaseUri:
    """A URI that a connection can be made with."""

    uri: str = field(repr=False)
    """With the password."""
    shown: str
    """As the configuration has it, the password hidden."""
    secrets: tuple[str, ...] = field(repr=False)
    """What no message may hold, longest first."""

    @property
    def sqlite_file(self) -> str | None:
        """The path of an SQLite file; None for a server."""
        if not self.uri.startswith(SQLITE):
            return None
        path = self.uri.removeprefix(SQLITE)
        return unquote(path.removeprefix("//") if path.startswith("///") else path)

    def cleaned(self, message: object) -> str:
        """Return a message of a driver as part of a sentence, without secrets."""
        text = " ".join(str(message).split())
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return without_password(text)[:300]


def is_database(uri: str) -> bool:
    """Return whether a URI, or the variable that it is in, can be that of a database."""
    return uri.startswith((SQLITE, *POSTGRESQL)) or _VARIABLE.fullmatch(uri) is not None


def database_uri(written: str, environment: Mapping[str, str]) -> DatabaseUri:
    """Return a configuration's URI with the variables in it replaced.

    A variable that is the whole URI is taken as it is; one that is a part of it is percent-encoded.

    Raises
    ------
    ConfigError
        If a variable is not set, or the URI can't be one of a database.
    """
    values: list[str] = []

    def value(found: re.Match[str]) -> str:
        if found[1] not in environment:
            raise ConfigError(f"source.uri: the environment variable {found[1]} is not set; set it")
        values.append(environment[found[1]])
        return values[-1] if found[0] == written else quote(values[-1], safe="")

    shown = without_password(written)
    uri = _VARIABLE.sub(value, written)
    if uri.startswith(SQLITE):
        return DatabaseUri(uri, shown, ())
    parts = _checked(uri, shown)
    secrets = [secret for secret in (*values, *_passwords(parts)) if secret]
    spellings = {
        spelling for secret in secrets for spelling in (secret, unquote(secret), quote(secret, safe=""))
    }
    return DatabaseUri(uri, shown, tuple(sorted(spellings, key=len, reverse=True)))


def _checked(uri: str, shown: str) -> SplitResult:
    """Return the parts of a URI that is read by the driver as it is read here, or raise ConfigError."""
    malformed = ConfigError(
        f"source.uri: {shown!r} is no URI of a database; write sqlite:FILE or "
        "postgresql://user@host/database; what is special in a password has to be "
        "encoded (%40 for @), as ${VARIABLE} does by itself"
    )
    if not uri.startswith(POSTGRESQL):
        raise malformed
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        raise malformed from None
    # What a password has broken off would be taken for a host, a database or an option, and told.
    rest = f"{parts.path}{parts.query}{parts.fragment}"
    if parts.netloc.count("@") > 1 or "@" in rest or parts.fragment:
        raise malformed
    return parts


def _passwords(parts: SplitResult) -> list[str]:
    options = [value for name, value in parse_qsl(parts.query) if name.lower() in ("password", "sslpassword")]
    return [*options, *([parts.password] if parts.password else [])]
