"""What is told apart among the errors that disks and the libraries of object stores raise."""

from __future__ import annotations

import errno
import itertools
import pickle
import socket

import aiohttp
import pytest
from botocore import exceptions as boto
from fsspec.exceptions import FSTimeoutError
from s3fs.errors import translate_boto_error

from hairpipe.errors import ConfigError, HairpipeError, StoreError, UnreadableError
from hairpipe.storage.failures import (
    PATIENCE_SECONDS,
    PATIENCE_VARIABLE,
    FailureKind,
    kind_of,
    next_pause,
    patience_seconds,
    words_of,
)
from hairpipe.storage.messages import failed_read, failed_write

ENDPOINT = {"endpoint_url": "http://store/bucket/key?X-Amz-Signature=secret", "error": "no"}


def answered(code: str, status: int) -> Exception:
    """What s3fs makes of a code that S3 answered with."""
    response = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    error: Exception = translate_boto_error(boto.ClientError(response, "PutObject"))
    return error


class HttpError(Exception):
    """As gcsfs and others raise it: the status is a field."""

    def __init__(self, code: int) -> None:
        super().__init__(f"HTTP {code}")
        self.code = code


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (FileNotFoundError(errno.ENOENT, "no"), FailureKind.ABSENT),
        (answered("NoSuchKey", 404), FailureKind.ABSENT),
        (answered("NoSuchBucket", 404), FailureKind.ABSENT),
        (HttpError(404), FailureKind.ABSENT),
        (OSError(errno.EACCES, "no"), FailureKind.DENIED),
        (answered("AccessDenied", 403), FailureKind.DENIED),
        (answered("403", 403), FailureKind.DENIED),
        (HttpError(403), FailureKind.DENIED),
        (boto.NoCredentialsError(), FailureKind.CREDENTIALS),
        (boto.PartialCredentialsError(provider="env", cred_var="key"), FailureKind.CREDENTIALS),
        (boto.ProfileNotFound(profile="x"), FailureKind.CREDENTIALS),
        (answered("InvalidAccessKeyId", 403), FailureKind.CREDENTIALS),
        (answered("SignatureDoesNotMatch", 403), FailureKind.CREDENTIALS),
        (answered("ExpiredToken", 400), FailureKind.EXPIRED),
        (answered("AuthorizationHeaderMalformed", 400), FailureKind.MISTAKE),
        (answered("InvalidBucketName", 400), FailureKind.MISTAKE),
        (boto.ParamValidationError(report="Invalid bucket name"), FailureKind.MISTAKE),
        (NotImplementedError(), FailureKind.MISTAKE),
        (boto.EndpointConnectionError(**ENDPOINT), FailureKind.PASSING),
        (boto.ConnectTimeoutError(**ENDPOINT), FailureKind.PASSING),
        (boto.ReadTimeoutError(**ENDPOINT), FailureKind.PASSING),
        (boto.ConnectionClosedError(**ENDPOINT), FailureKind.PASSING),
        (boto.HTTPClientError(error="no"), FailureKind.PASSING),
        (answered("SlowDown", 503), FailureKind.PASSING),
        (answered("InternalError", 500), FailureKind.PASSING),
        (answered("503", 503), FailureKind.PASSING),
        (answered("RequestTimeout", 400), FailureKind.PASSING),
        (HttpError(429), FailureKind.PASSING),
        (HttpError(501), FailureKind.OTHER),
        (aiohttp.ClientPayloadError("cut off"), FailureKind.PASSING),
        (aiohttp.ServerDisconnectedError(), FailureKind.PASSING),
        (FSTimeoutError(), FailureKind.PASSING),
        (TimeoutError(), FailureKind.PASSING),
        (ConnectionResetError(errno.ECONNRESET, "no"), FailureKind.PASSING),
        (socket.gaierror(-2, "Name or service not known"), FailureKind.PASSING),
        (OSError(errno.ESTALE, "Stale file handle"), FailureKind.PASSING),
        (OSError(errno.EMFILE, "Too many open files"), FailureKind.PASSING),
        (OSError(errno.EIO, "Input/output error"), FailureKind.OTHER),
        (IsADirectoryError(errno.EISDIR, "Is a directory"), FailureKind.OTHER),
        (RuntimeError("what?"), FailureKind.OTHER),
    ],
)
def test_kinds(error: Exception, kind: FailureKind) -> None:
    assert kind_of(error) is kind


@pytest.mark.parametrize(
    ("failures", "elapsed", "patience", "expected"),
    [
        (1, 0.0, 60.0, 0.5),
        (2, 1.0, 60.0, 1.0),
        (3, 3.0, 60.0, 2.0),
        (6, 20.0, 60.0, 15.0),
        (10**6, 20.0, 60.0, 15.0),
        (2, 59.5, 60.0, None),
        (1, 75.0, 60.0, None),
        (1, 0.0, 0.0, None),
    ],
)
def test_pauses_grow_and_end_with_the_patience(
    failures: int, elapsed: float, patience: float, expected: float | None
) -> None:
    assert next_pause(failures, elapsed, patience) == expected


def test_a_refusing_store_is_tried_a_few_times_in_a_minute() -> None:
    elapsed, tries = 0.0, 0
    for tries in itertools.count(1):
        pause = next_pause(tries, elapsed, PATIENCE_SECONDS)
        if pause is None:
            break
        elapsed += pause
    assert tries == 8
    assert 45 <= elapsed <= PATIENCE_SECONDS


@pytest.mark.parametrize(
    ("value", "expected"), [("2.5", 2.5), ("0", 0.0), ("-1", 0.0), ("soon", PATIENCE_SECONDS)]
)
def test_the_environment_sets_the_patience(
    monkeypatch: pytest.MonkeyPatch, value: str, expected: float
) -> None:
    monkeypatch.setenv(PATIENCE_VARIABLE, value)
    assert patience_seconds() == expected


@pytest.mark.parametrize(
    ("error", "exit_code", "words"),
    [
        (boto.EndpointConnectionError(**ENDPOINT), 75, "does not answer as it should"),
        (answered("SlowDown", 503), 75, "does not answer as it should"),
        (answered("AccessDenied", 403), 75, "no permission"),
        (answered("ExpiredToken", 400), 75, "have expired"),
        (boto.NoCredentialsError(), 2, "credentials are missing or wrong"),
        (answered("InvalidAccessKeyId", 403), 2, "credentials are missing or wrong"),
        (answered("InvalidBucketName", 400), 2, "check the URL"),
    ],
)
def test_a_store_that_fails_is_told_in_one_sentence(error: Exception, exit_code: int, words: str) -> None:
    for doing, failure in (
        ("read", failed_read("bucket/key", error, is_local=False)),
        ("write", failed_write("bucket/key", error, is_local=False)),
    ):
        assert isinstance(failure, HairpipeError)
        assert failure.exit_code == exit_code
        assert str(failure).startswith(f"can't {doing} bucket/key: ")
        assert words in str(failure)
        assert "secret" not in str(failure)
        assert "\n" not in str(failure)


def test_what_concerns_one_file_is_told_from_what_concerns_the_store() -> None:
    one_file = failed_read("a", OSError(errno.EIO, "Input/output error"), is_local=True)
    assert isinstance(one_file, UnreadableError)
    assert isinstance(one_file, OSError)
    assert one_file.strerror == "Input/output error"
    # As a worker hands it to the driver.
    assert str(pickle.loads(pickle.dumps(one_file))) == str(one_file)  # noqa: S301
    the_disk = failed_read("a", OSError(errno.ESTALE, "Stale file handle"), is_local=True)
    assert isinstance(the_disk, StoreError)
    assert not isinstance(the_disk, OSError)
    assert isinstance(failed_read("a", answered("NoSuchKey", 404), is_local=False), FileNotFoundError)
    no_bucket = failed_write("bucket/key", answered("NoSuchBucket", 404), is_local=False)
    assert isinstance(no_bucket, ConfigError)
    assert "no such bucket" in str(no_bucket)


def test_addresses_are_told_without_their_query() -> None:
    assert "secret" not in words_of(boto.EndpointConnectionError(**ENDPOINT))
