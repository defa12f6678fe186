"""What a disk or an object store says when it fails, sorted by what can be done about it.

Every store's library has errors of its own, and few of them are an `OSError`. They are told apart by
name, by code and by HTTP status, so that none of these libraries need be installed.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from enum import Enum, auto

# How long a store that does not answer is tried again, unless the environment says otherwise.
PATIENCE_SECONDS = 60.0
PATIENCE_VARIABLE = "HAIRPIPE_RETRY_SECONDS"
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0


class FailureKind(Enum):
    """What can be done about a failure."""

    ABSENT = auto()
    """There is no such file, or no such bucket."""
    PASSING = auto()
    """It may well work a little later."""
    EXPIRED = auto()
    """Credentials that were good have run out."""
    CREDENTIALS = auto()
    """There are no credentials, or wrong ones."""
    MISTAKE = auto()
    """The store can't do this at all, or the URL or the region makes no sense to it."""
    DENIED = auto()
    """No permission."""
    OTHER = auto()
    """Anything else that concerns this one file."""


_PASSING_NUMBERS = frozenset(
    {
        # Of networks and network disks; EBUSY is also s3fs's word for HTTP 503.
        *(errno.EBUSY, errno.ETIMEDOUT, errno.ECONNREFUSED, errno.ECONNRESET),
        *(errno.ECONNABORTED, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETDOWN, errno.ENETUNREACH),
        *(errno.ENETRESET, errno.ENOTCONN, errno.ESTALE, errno.ESHUTDOWN, errno.EPIPE),
        # Of a machine with too much to do.
        *(errno.EAGAIN, errno.EINTR, errno.ENFILE, errno.EMFILE, errno.ENOMEM, errno.ENOBUFS),
    }
)
_CREDENTIALS = frozenset(
    {
        # botocore, google.auth, azure.identity and azure.core
        *("NoCredentialsError", "PartialCredentialsError", "ProfileNotFound", "ConfigParseError"),
        *("DefaultCredentialsError", "CredentialUnavailableError", "ClientAuthenticationError"),
        # The codes that S3 answers with.
        *("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSecurity", "CredentialsNotSupported"),
        *("InvalidToken", "InvalidClientTokenId", "UnrecognizedClientException"),
    }
)
_EXPIRED = frozenset(
    {
        *("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"),
        *("UnauthorizedSSOTokenError", "SSOTokenLoadError", "TokenRetrievalError", "RefreshError"),
    }
)
_MISTAKES = frozenset(
    {
        *("NotImplementedError", "ParamValidationError", "InvalidBucketName", "InvalidURL", "MissingSchema"),
        *("NoRegionError", "InvalidRegionError", "AuthorizationHeaderMalformed", "PermanentRedirect"),
    }
)
_DENIED = frozenset({"AccessDenied", "AllAccessDisabled", "AccountProblem", "RequestTimeTooSkewed"})
_PASSING = frozenset(
    {
        # botocore
        *("EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError"),
        *("HTTPClientError", "ProxyConnectionError", "SSLError", "IncompleteReadError", "IncompleteRead"),
        *("ResponseStreamingError", "ResponseParserError", "MetadataRetrievalError"),
        *("CredentialRetrievalError", "FlexibleChecksumError", "ChecksumError", "ChecksumMismatch"),
        # The codes that S3 answers with.
        *("SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "OperationAborted"),
        *("IncompleteBody", "BadDigest", "Throttling", "ThrottlingException", "RequestLimitExceeded"),
        # aiohttp, requests, azure.core, google.auth, fsspec, Python
        *("ClientConnectionError", "ClientPayloadError", "ServerDisconnectedError", "ChunkedEncodingError"),
        *("ServiceRequestError", "ServiceResponseError", "TransportError", "FSTimeoutError", "gaierror"),
        *("ConnectionError", "TimeoutError", "Timeout", "RemoteDisconnected", "ContentTypeError"),
    }
)
_QUERY = re.compile(r"\?[^\s'\"]+")


def kind_of(error: BaseException) -> FailureKind:
    """Return what can be done about an error that a file system has raised.

    Its direct causes count, too: file systems wrap what their libraries raise.
    """
    names = set(_names(error))
    statuses = set(_statuses(error))
    for kind, known in (
        (FailureKind.CREDENTIALS, _CREDENTIALS),
        (FailureKind.EXPIRED, _EXPIRED),
        (FailureKind.MISTAKE, _MISTAKES),
    ):
        if names & known:
            return kind
    if isinstance(error, FileNotFoundError | NotADirectoryError) or 404 in statuses:
        return FailureKind.ABSENT
    if isinstance(error, PermissionError) or names & _DENIED or statuses & {401, 403}:
        return FailureKind.DENIED
    numbers = {link.errno for link in _chain(error) if isinstance(link, OSError)}
    if names & _PASSING or numbers & _PASSING_NUMBERS or any(_may_pass(status) for status in statuses):
        return FailureKind.PASSING
    return FailureKind.OTHER


def next_pause(failures: int, elapsed: float, patience: float) -> float | None:
    """Return how many seconds to wait before the next try, None to give up.

    The pauses double, so that a store that is overloaded gets room to recover, and end with the patience.

    Parameters
    ----------
    failures : int
        Tries that have failed so far, 1 or more.
    elapsed : float
        Seconds since the first try began.
    patience : float
        Seconds after which no other try begins.
    """
    pause = min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
    return pause if elapsed + pause <= patience else None


def patience_seconds() -> float:
    """Return how long a store that does not answer is tried again.

    The environment is where this is set: it reaches every process that a run starts.
    """
    try:
        return max(0.0, float(os.environ.get(PATIENCE_VARIABLE, PATIENCE_SECONDS)))
    except ValueError:
        return PATIENCE_SECONDS


def words_of(error: BaseException) -> str:
    """Return what an error says, in one short line without what may be secret in an address."""
    if isinstance(error, OSError) and error.strerror and not isinstance(error.__cause__, Exception):
        return error.strerror
    text = _QUERY.sub("", " ".join(str(error).split()))
    return text[:200] or type(error).__name__


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__


def _names(error: BaseException) -> Iterator[str]:
    """Yield the names of an error's classes and the codes that it carries."""
    for link in _chain(error):
        yield from (cls.__name__ for cls in type(link).__mro__)
        response = getattr(link, "response", None)
        if isinstance(response, dict):
            yield str(response.get("Error", {}).get("Code", ""))


def _statuses(error: BaseException) -> Iterator[int]:
    """Yield the HTTP statuses that an error carries, under the names that libraries give them."""
    for link in _chain(error):
        response = getattr(link, "response", None)
        if isinstance(response, dict):
            response = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        found = (response, *(getattr(link, name, None) for name in ("status", "status_code", "code")))
        yield from (value for value in found if isinstance(value, int))


def _may_pass(status: int) -> bool:
    return status in (408, 425, 429) or 500 <= status < 600 and status != 501
