"""What a run would do: the scrape held against what the last runs left behind.

A portrait is *new*, *changed* (its picture or its given face box), *stale* (extracted with other
settings), to be *retried* (it broke the code last time), *renamed* (only its profile's text or its
picture's path changed: its row is rewritten without looking at the picture), *removed* or
*unchanged*. Only the first four cost work.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hairpipe.extract.result import Face
from hairpipe.run.rows import given_face_text, profile_digest
from hairpipe.run.work import Work
from hairpipe.source.profile import Pictures, Portrait, Reject, RejectReason
from hairpipe.status import Status

RETRIED = frozenset({Status.UNREADABLE, Status.ERROR, Status.CRASHED, Status.TIMED_OUT, Status.OUT_OF_MEMORY})
# Statuses that no setting of the extraction can change.
WITHOUT_PICTURE = frozenset(
    {Status.NO_IMAGE, Status.MISSING, Status.OUTSIDE_ROOT, Status.PLACEHOLDER, Status.EMPTY}
)
MAX_REPORTED_REJECTS = 1000
READERS = 8


class Reason(StrEnum):
    """Why a portrait is, or isn't, part of a run."""

    NEW = "new"
    CHANGED = "changed"
    STALE = "stale"
    RETRY = "retry"
    RENAMED = "renamed"
    REMOVED = "removed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Known:
    """What the inventory knows of one portrait."""

    image: str | None
    size: int | None
    version: str | None
    digest: str | None
    given_face: str | None
    profile: str
    status: str
    fingerprint: str
    attempts: int
    removed: bool


@dataclass(frozen=True)
class PlanLimits:
    """The settings that decide what is worth doing.

    Attributes
    ----------
    fingerprint : str
        Of this run's settings; rows with another are stale.
    max_attempts : int
        Runs that may try a portrait which broke the code.
    placeholder_profiles : int
        A picture shown by this many profiles is the site's placeholder.
    drops_removed : bool
        Whether rows of removed profiles go, also those that earlier runs had kept.
    """

    fingerprint: str
    max_attempts: int
    placeholder_profiles: int
    drops_removed: bool = False


@dataclass(frozen=True)
class Plan:
    """What a run would do.

    Attributes
    ----------
    works : tuple of Work
        Pictures to look at.
    renamed : tuple of Portrait
        Rows to rewrite without looking at the picture.
    removed : tuple of str
        Ids the scrape no longer has; none while a file of the scrape breaks off.
    counts : mapping of str to int
        Portraits by `Reason`, zeros included.
    retried : mapping of str to int
        Portraits to be retried, by the status they had.
    rejects : mapping of str to int
        Lines that became no row, by reason.
    reported_rejects : tuple of Reject
        The first of them, with their places.
    notes : mapping of str to int
        What the scrape says that could not be used, by kind: ``birthday is not an int``.
    picture_bytes : int
        Size of the picture files to be read.
    """

    works: tuple[Work, ...]
    renamed: tuple[Portrait, ...]
    removed: tuple[str, ...]
    counts: Mapping[str, int]
    retried: Mapping[str, int]
    rejects: Mapping[str, int]
    reported_rejects: tuple[Reject, ...]
    notes: Mapping[str, int]
    picture_bytes: int

    @property
    def portraits(self) -> int:
        """Rows that the run will extract anew."""
        return sum(len(work.portraits) for work in self.works)

    @property
    def is_empty(self) -> bool:
        """Whether a run would write nothing."""
        return not (self.works or self.renamed or self.removed)


def reason_for(portrait: Portrait, known: Known | None, limits: PlanLimits, same_content: bool) -> Reason:
    """Say why one portrait of the scrape is part of a run.

    Parameters
    ----------
    portrait : Portrait
        As the scrape tells of it now.
    known : Known or None
        As the last run left it.
    limits : PlanLimits
    same_content : bool
        Whether the picture is the one the last run saw.
    """
    if known is None:
        return Reason.NEW
    if not same_content or given_face_text(portrait) != known.given_face:
        return Reason.CHANGED
    status = Status(known.status)
    if portrait.problem is not None and portrait.problem != status:
        return Reason.CHANGED
    if status in RETRIED and known.attempts < limits.max_attempts:
        return Reason.RETRY
    if known.fingerprint != limits.fingerprint and status not in WITHOUT_PICTURE:
        return Reason.STALE
    if known.removed or known.image != portrait.image or known.profile != profile_digest(portrait):
        return Reason.RENAMED
    return Reason.UNCHANGED


class Inventory:
    """The inventory table, looked up by portrait id; compact enough for millions of rows.

    Parameters
    ----------
    table : pyarrow.Table
        With the columns of :data:`hairpipe.store.schema.INVENTORY`.
    """

    def __init__(self, table: pa.Table) -> None:
        self.table = table.combine_chunks()
        ids = self.table["portrait_id"].to_pylist()
        self._index = {portrait_id: index for index, portrait_id in enumerate(ids)}
        self.seen: NDArray[np.bool_] = np.zeros(len(ids), bool)
        self._columns = {
            name: self.table[name].combine_chunks()
            for name in (
                "image",
                "image_size",
                "image_version",
                "image_digest",
                "given_face",
                "profile_digest",
                "status",
                "fingerprint",
                "attempts",
                "removed",
            )
        }

    def look_up(self, portrait_id: str) -> Known | None:
        """Return what is known of a portrait and remember that the scrape still has it."""
        index = self._index.get(portrait_id)
        if index is None:
            return None
        self.seen[index] = True
        return Known(*(column[index].as_py() for column in self._columns.values()))

    def unseen(self, source: str, *, marked: bool) -> list[str]:
        """Return the ids of a source that were not looked up; those marked removed only if asked for."""
        candidates = pc.equal(self.table["source"], source)
        if not marked:
            candidates = pc.and_(candidates, pc.invert(self.table["removed"]))
        wanted = candidates.to_numpy(zero_copy_only=False).astype(bool) & ~self.seen
        return [
            str(portrait_id) for portrait_id in self.table["portrait_id"].filter(pa.array(wanted)).to_pylist()
        ]

    def digests_shown(self) -> Counter[str]:
        """Count the present portraits that show each picture."""
        present = self.table.filter(
            pc.and_(pc.invert(self.table["removed"]), pc.is_valid(self.table["image_digest"]))
        )
        counts = pc.value_counts(present["image_digest"].combine_chunks())
        return Counter({entry["values"].as_py(): entry["counts"].as_py() for entry in counts})

    def sizes(self) -> set[int]:
        """Return the sizes of all known pictures, in bytes."""
        return set(pc.unique(self.table["image_size"]).drop_null().to_pylist())

    def placeholders(self) -> set[str]:
        """Return the digests of pictures already known for placeholders."""
        rows = self.table.filter(pc.equal(self.table["status"], str(Status.PLACEHOLDER)))
        return {digest for digest in rows["image_digest"].to_pylist() if digest}


@dataclass
class _Draft:
    """A plan in the making."""

    planned: list[Portrait] = field(default_factory=list)
    known: dict[str, Known] = field(default_factory=dict)
    stale: list[str] = field(default_factory=list)
    renamed: list[Portrait] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    retried: Counter[str] = field(default_factory=Counter)
    rejects: Counter[str] = field(default_factory=Counter)
    reported: list[Reject] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)

    def put(self, portrait: Portrait, reason: Reason, known: Known | None) -> None:
        self.counts[reason] += 1
        self.notes.update(portrait.notes)
        if reason is Reason.RENAMED:
            self.renamed.append(portrait)
        elif reason is not Reason.UNCHANGED:
            self.planned.append(portrait)
            if known is not None:
                self.known[portrait.portrait_id] = known
            if reason is Reason.STALE and portrait.face is None:
                self.stale.append(portrait.portrait_id)
            if reason is Reason.RETRY and known is not None:
                self.retried[known.status] += 1

    def reject(self, line: Reject) -> None:
        self.rejects[line.reason] += 1
        if len(self.reported) < MAX_REPORTED_REJECTS:
            self.reported.append(line)


def make_plan(
    entries: Iterable[Portrait | Reject],
    inventory: Inventory,
    pictures: Pictures,
    source_name: str,
    limits: PlanLimits,
    known_faces: Callable[[list[str]], Mapping[str, tuple[Face, str]]],
) -> Plan:
    """Hold a scrape against the inventory; nothing is written.

    Pictures are read only where their listing changed, or where their size makes it possible that
    several profiles show the same one.

    Parameters
    ----------
    entries : iterable of Portrait or Reject
        The scrape.
    inventory : Inventory
        What earlier runs left.
    pictures : Pictures
        Reader of the scrape's pictures.
    source_name : str
        Only portraits of this source can be found removed.
    limits : PlanLimits
    known_faces : callable
        Returns, for the ids asked for, the face an earlier run found with the same detector settings
        and the digest of the picture it was found in.
    """
    draft = _Draft()
    doubtful: list[tuple[Portrait, Known]] = []
    for entry in entries:
        if isinstance(entry, Reject):
            draft.reject(entry)
            continue
        known = inventory.look_up(entry.portrait_id)
        if known is not None and _must_be_read(entry, known):
            doubtful.append((entry, known))
            continue
        draft.put(
            entry, reason_for(entry, known, limits, known is not None and _same_listing(entry, known)), known
        )
    digests = _digests([portrait for portrait, _ in doubtful], pictures)
    for portrait, known in doubtful:
        same = digests[portrait.image or ""] == known.digest
        draft.put(portrait, reason_for(portrait, known, limits, same), known)
    broken_off = draft.rejects[RejectReason.BROKEN_FILE] > 0
    removed = [] if broken_off else inventory.unseen(source_name, marked=limits.drops_removed)
    draft.counts[Reason.REMOVED] = len(removed)
    works = _works(draft, inventory, pictures, digests, limits)
    if draft.stale:
        faces = known_faces(draft.stale)
        works = [_with_known_face(work, faces) for work in works]
    return Plan(
        works=tuple(works),
        renamed=tuple(draft.renamed),
        removed=tuple(removed),
        counts={str(reason): draft.counts[reason] for reason in Reason},
        retried=dict(draft.retried),
        rejects=dict(draft.rejects),
        reported_rejects=tuple(draft.reported),
        notes=dict(draft.notes),
        picture_bytes=sum(work.portraits[0].size or 0 for work in works if not work.placeholder),
    )


def _same_listing(portrait: Portrait, known: Known) -> bool:
    return (portrait.image, portrait.size, portrait.version) == (known.image, known.size, known.version)


def _must_be_read(portrait: Portrait, known: Known) -> bool:
    """A listing that differs proves nothing while the size is the same: the file may be a copy."""
    return (
        not _same_listing(portrait, known)
        and portrait.size is not None
        and portrait.size == known.size
        and known.digest is not None
    )


def _digests(portraits: list[Portrait], pictures: Pictures) -> dict[str, str | None]:
    """Return the SHA-256 of each picture by its path; None for one that can't be read."""

    def digest(image: str) -> str | None:
        try:
            return hashlib.sha256(pictures.read(image)).hexdigest()
        except (OSError, ValueError):
            # The worker that reads it again gives it its status.
            return None

    images = sorted({portrait.image for portrait in portraits if portrait.image})
    if not images:
        return {}
    with ThreadPoolExecutor(READERS) as pool:
        return {"": None, **dict(zip(images, pool.map(digest, images), strict=True))}


def _works(
    draft: _Draft,
    inventory: Inventory,
    pictures: Pictures,
    digests: dict[str, str | None],
    limits: PlanLimits,
) -> list[Work]:
    """Group the planned portraits by picture and set placeholders apart."""
    readable = [portrait for portrait in draft.planned if portrait.problem is None]
    path_of_size: dict[int, str | None] = {}
    alike: set[int] = set(inventory.sizes())
    for portrait in readable:
        size, image = portrait.size, portrait.image
        if size is not None and path_of_size.setdefault(size, image) != image:
            alike.add(size)
    unread = [p for p in readable if p.size in alike and p.size and (p.image or "") not in digests]
    digests = digests | _digests(unread, pictures)
    groups: dict[tuple[str, str | None], list[Portrait]] = {}
    for portrait in readable:
        groups.setdefault((_picture_key(portrait, digests), given_face_text(portrait)), []).append(portrait)
    attempts = {
        portrait_id: known.attempts
        for portrait_id, known in draft.known.items()
        if Status(known.status) in RETRIED
    }
    shown = _pictures_shown(draft, inventory, digests)
    placeholders = inventory.placeholders()
    works = [Work((portrait,)) for portrait in draft.planned if portrait.problem is not None]
    for (key, _), members in groups.items():
        works.append(
            Work(
                portraits=tuple(members),
                attempts=max(attempts.get(portrait.portrait_id, 0) for portrait in members),
                known_digest=digests.get(members[0].image or ""),
                placeholder=key in placeholders or shown[key] >= limits.placeholder_profiles,
            )
        )
    return works


def _picture_key(portrait: Portrait, digests: Mapping[str, str | None]) -> str:
    """Return what two portraits of the same picture have in common: its digest, or else its path."""
    image = portrait.image or ""
    return digests.get(image) or image


def _pictures_shown(draft: _Draft, inventory: Inventory, digests: Mapping[str, str | None]) -> Counter[str]:
    """Count the portraits that show each picture: those of this plan and those it leaves alone."""
    shown = inventory.digests_shown()
    for portrait in draft.planned:
        if portrait.problem is None:
            known = draft.known.get(portrait.portrait_id)
            if known is not None and known.digest is not None and not known.removed:
                shown[known.digest] -= 1
            shown[_picture_key(portrait, digests)] += 1
    return shown


def _with_known_face(work: Work, faces: Mapping[str, tuple[Face, str]]) -> Work:
    for portrait in work.portraits:
        if portrait.portrait_id in faces:
            face, digest = faces[portrait.portrait_id]
            return Work(work.portraits, work.attempts, face, digest, work.placeholder)
    return work


def iter_portraits(works: Iterable[Work]) -> Iterator[Portrait]:
    """Yield every portrait of the works, in order."""
    for work in works:
        yield from work.portraits
