from __future__ import annotations

import pytest

from hairpipe.configuration.secrets import without_password
from hairpipe.errors import ConfigError
from hairpipe.source.database.database_uri import database_uri


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://me:s3cret@host/db", "postgresql://me:***@host/db"),
        ("postgresql://me:s3@cr/et@host/db", "postgresql://me:***@host/db"),
        ("postgresql://me:${PASSWORD}@host/db", "postgresql://me:${PASSWORD}@host/db"),
        ("postgresql://me@host/db?password=s3cret&x=1", "postgresql://me@host/db?password=***&x=1"),
        ("host=h password=s3cret", "host=h password=***"),
        ("https://example.org/a:b", "https://example.org/a:b"),
        ("no URI: at all", "no URI: at all"),
    ],
)
def test_passwords_are_hidden(text: str, shown: str) -> None:
    assert without_password(text) == shown


def test_variables_are_replaced_and_encoded() -> None:
    environment = {"P": "a/b@c", "ALL": "postgresql://me:x%40y@host/db"}
    part = database_uri("postgresql://me:${P}@host/db", environment)
    assert part.uri == "postgresql://me:a%2Fb%40c@host/db"
    assert part.shown == "postgresql://me:${P}@host/db"
    whole = database_uri("${ALL}", environment)
    assert (whole.uri, whole.shown) == (environment["ALL"], "${ALL}")
    assert "x@y" not in repr(whole)
    for found, secret in ((part, "a/b@c"), (part, "a%2Fb%40c"), (whole, "x@y"), (whole, "x%40y")):
        assert found.cleaned(f"no such\n user {secret}!") == "no such user ***!"


def test_files_of_sqlite() -> None:
    for written, path in (
        ("sqlite:data/a.db", "data/a.db"),
        ("sqlite:/data/a%20b.db", "/data/a b.db"),
        ("sqlite:///data/a.db", "/data/a.db"),
    ):
        assert database_uri(written, {}).sqlite_file == path


@pytest.mark.parametrize(
    "password", ["ab/cd", "12/3", "p@ss", "p#ss", "12?x", "1:2", "a b/", "12/3?host=x", "[::1", "1#@"]
)
def test_a_password_that_breaks_the_uri_is_not_told(password: str) -> None:
    """What follows it would be taken for a host, a port or an option, and the driver would say so."""
    uri = f"postgresql://me:{password}@host/db"
    try:
        found = database_uri(uri, {})
    except ConfigError as error:
        assert "is no URI of a database" in str(error)
        assert password not in str(error)
    else:
        assert found.cleaned(f"invalid: {password}") == "invalid: ***"
    assert database_uri("postgresql://me:${P}@host/db", {"P": password}).uri.count("@") == 1


@pytest.mark.parametrize(
    "uri", ["mysql://me:s3cret@host/db", "s3cret", "postgresql://me:s3cret@host:port/db"]
)
def test_what_is_no_uri(uri: str) -> None:
    with pytest.raises(ConfigError, match="is no URI of a database") as raised:
        database_uri("${URI}", {"URI": uri})
    assert "s3cret" not in str(raised.value)


def test_a_variable_that_is_not_set() -> None:
    with pytest.raises(ConfigError, match="source.uri: the environment variable NONE is not set"):
        database_uri("postgresql://me:${NONE}@host/db", {})
