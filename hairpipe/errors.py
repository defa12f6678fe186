"""What stops a run: each error is one sentence (what, where, what to do) and an exit code.

What is wrong with a picture is never raised past the portrait it belongs to: it is a
:class:`hairpipe.status.Status` in the portrait's row.
"""

from __future__ import annotations

EXIT_OK = 0
EXIT_BUG = 1
EXIT_CONFIG = 2
EXIT_THRESHOLD = 3
EXIT_VERIFY = 4
EXIT_DAMAGED_SCRAPE = 5
EXIT_TRY_LATER = 75
EXIT_SIGHUP = 129
EXIT_SIGINT = 130
EXIT_SIGTERM = 143


class HairpipeError(Exception):
    """A failure that a person can mend; its text is the whole message."""

    exit_code = EXIT_BUG


class ConfigError(HairpipeError):
    """The configuration or the command line is wrong."""

    exit_code = EXIT_CONFIG


class DamagedScrapeError(HairpipeError):
    """The scrape lacks so much of what the tables have that it is taken for damaged."""

    exit_code = EXIT_DAMAGED_SCRAPE


class ClusterError(HairpipeError):
    """The Dask cluster can't be had or can't do the work."""

    exit_code = EXIT_TRY_LATER


class StoreError(HairpipeError):
    """A disk or an object store can't be had: full, not writable, damaged, out of reach.

    Parameters
    ----------
    message : str
        The whole sentence.
    reason : str, optional
        Why, without what was being done to which file.
    """

    exit_code = EXIT_TRY_LATER

    def __init__(self, message: str, reason: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason


class UnreadableError(StoreError, OSError):
    """One file is there and can't be read; the store as such is well."""

    def __init__(self, message: str, reason: str | None = None) -> None:
        super().__init__(message, reason)
        self.strerror = reason


class LockedError(HairpipeError):
    """Another run holds the output folder."""

    exit_code = EXIT_TRY_LATER


class VerifyError(HairpipeError):
    """The tables are not what the journal and the run record say."""

    exit_code = EXIT_VERIFY
