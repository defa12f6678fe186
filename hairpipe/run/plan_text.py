"""A plan in words: why portraits are part of it, and which lines of the scrape are not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hairpipe.plan.reasons import Reason
from hairpipe.source.profile import Reject, RejectReason
from hairpipe.terminal import counted

REASONS: Mapping[Reason, str] = {
    Reason.NEW: "not in the tables yet",
    Reason.CHANGED: "another picture or face box than last time",
    Reason.STALE: "done with other settings, so done again",
    Reason.RETRY: "failed last time, tried again",
    Reason.PLACEHOLDER_CHANGED: "the picture became the site's placeholder, or is none any more",
    Reason.METADATA_CHANGED: "another name, path or attribute; the picture is as it was",
    Reason.MTIME_ONLY: "only the file's time is another",
    Reason.REMOVED: "no longer in the scrape",
    Reason.UNCHANGED: "as they were; nothing to do",
}

REJECTS: Mapping[RejectReason, str] = {
    RejectReason.BAD_LINE: "can't be read as a row",
    RejectReason.NO_ID: "no id that can be used",
    RejectReason.DUPLICATE_ID: "the id came before; the first one counts",
    RejectReason.REPEATED_HEADER: "the names of the columns, again",
    RejectReason.CUT_OFF: "the last line has no end: more may be missing",
    RejectReason.BROKEN_FILE: "the file is empty or breaks off",
}


def plan_rows(
    counts: Mapping[str, int],
    retried: Mapping[str, int],
    rejects: Mapping[str, int],
    notes: Mapping[str, int],
) -> list[tuple[str, int, str]]:
    """Return what, how many and why, of all that is not zero; for the arguments see `Plan`."""
    rows = []
    for reason, count in counts.items():
        if not count:
            continue
        rows.append((reason, count, REASONS[Reason(reason)]))
        if reason == Reason.RETRY:
            rows += [(f"  {status}", number, "the status they had") for status, number in retried.items()]
    rows += [
        (reason, count, f"rejected: {REJECTS[RejectReason(reason)]}") for reason, count in rejects.items()
    ]
    rows += [(note, count, "that value is left out") for note, count in notes.items()]
    return rows


def counted_reasons(counts: Mapping[str, int]) -> str:
    """Return the counts that are not zero as one line."""
    return ", ".join(f"{count} {reason}" for reason, count in counts.items() if count) or "nothing to do"


def counted_rejects(rejects: Mapping[str, int]) -> str:
    """Return the rejected lines by reason, to be put behind other counts."""
    return "".join(
        f", {counted(count, 'line')} rejected ({reason})" for reason, count in rejects.items() if count
    )


def reject_places(rejects: Iterable[Reject], number: int, at_most: int) -> list[str]:
    """Return where the rejected lines are, the first few of `number`.

    Parameters
    ----------
    rejects : iterable of Reject
        The first of them.
    number : int
        Of all of them.
    at_most : int
        So many are named.
    """
    first = [f"{reject.place}: {reject.detail}" for reject in rejects][:at_most]
    left = number - len(first)
    return [*first, f"and {left} more"] if left > 0 else first


def times(count: int) -> str:
    """Return how often something is so."""
    return "once" if count == 1 else f"{count} times"
