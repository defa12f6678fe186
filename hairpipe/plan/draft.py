"""A plan in the making: every portrait of the scrape is put where it belongs."""

from __future__ import annotations

import hashlib
import time
from array import array
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from hairpipe.plan.inventory import Inventory
from hairpipe.plan.packed import PackedPortraits
from hairpipe.plan.reasons import EXTRACTED, PlanLimits, Reason, has_same_listing, must_be_read, reason_for
from hairpipe.plan.text_column import TextColumn
from hairpipe.run.rows import given_face_text
from hairpipe.source.profile import UNCLEAR, Pictures, Portrait, Reject

MAX_REPORTED_REJECTS = 1000
READERS = 8
_READ_AT_ONCE = 1000
# Threads read four times as long as a plain loop from a disk that answers at once, and much faster from
# one that doesn't: where so many pictures took longer than this each, in seconds, threads read the rest.
_READ_TO_TELL, _SLOW_READ = 50, 0.0005
_UNKNOWN = -1
REASONS = tuple(Reason)


class Planner:
    """What has been seen of the scrape so far.

    Parameters
    ----------
    inventory : Inventory
    pictures : Pictures
    limits : PlanLimits

    Attributes
    ----------
    planned : PackedPortraits
        Portraits to extract.
    rows : array of int
        Their rows in the inventory; -1 for new ones.
    images, boxes : TextColumn
        Their pictures' paths, null where there is none with a byte in it, and their given face boxes.
    sizes : array of int
        Bytes of these pictures, 0 where that is not known.
    reasons : array of int
        Why they are planned, as positions in `REASONS`.
    stale : list of str
        Of these, the ids of stale ones without a face box of the scrape's own.
    renamed, touched : PackedPortraits
    digests : dict of str to str or None
        Of planned portraits' pictures that have been read, by path.
    seen, left_alone : ndarray of bool
        By row of the inventory: whether the scrape still has it, and whether the picture is not looked at.
    """

    def __init__(self, inventory: Inventory, pictures: Pictures, limits: PlanLimits) -> None:
        self._inventory = inventory
        self._pictures = pictures
        self._limits = limits
        self._doubtful: list[tuple[Portrait, int]] = []
        self._reads_slowly = False
        self.planned = PackedPortraits()
        self.rows = array("q")
        self.images = TextColumn()
        self.boxes = TextColumn()
        self.sizes = array("q")
        self.reasons = array("b")
        self.stale: list[str] = []
        self.renamed = PackedPortraits()
        self.touched = PackedPortraits()
        self.digests: dict[str, str | None] = {}
        self.seen: NDArray[np.bool_] = np.zeros(len(inventory), bool)
        self.left_alone: NDArray[np.bool_] = np.zeros(len(inventory), bool)
        self.counts: Counter[Reason] = Counter()
        self.retried: Counter[str] = Counter()
        self.rejects: Counter[str] = Counter()
        self.reported: list[Reject] = []
        self.notes: Counter[str] = Counter()

    def take(self, entries: Iterable[Portrait | Reject]) -> None:
        """Put every entry of the scrape where it belongs; pictures in doubt are read."""
        for entry in entries:
            if isinstance(entry, Reject):
                self._reject(entry)
                continue
            self.notes.update(entry.notes)
            row = self._inventory.row_of(entry.portrait_id)
            if row is None:
                self._put(entry, _UNKNOWN, Reason.NEW)
            else:
                self._take_known(entry, row)
        self._settle_doubtful()

    def relabel(self, entries: Iterable[Portrait | Reject], rows: NDArray[np.bool_]) -> None:
        """Plan portraits that were to be left alone; `rows` says which of the inventory."""
        moved = set()
        for entry in entries:
            row = None if isinstance(entry, Reject) else self._inventory.row_of(entry.portrait_id)
            if isinstance(entry, Reject) or row is None or not rows[row] or not self.left_alone[row]:
                continue
            known = self._inventory.known(row)
            self.counts[reason_for(entry, known, self._limits, same_content=True)] -= 1
            self.left_alone[row] = False
            if known.digest is not None:
                self.digests[entry.image or ""] = known.digest
            self._put(entry, row, Reason.RELABELLED)
            moved.add(entry.portrait_id)
        self.renamed = PackedPortraits(p for p in self.renamed if p.portrait_id not in moved)
        self.touched = PackedPortraits(p for p in self.touched if p.portrait_id not in moved)

    @property
    def unclear(self) -> dict[str, int]:
        """Lines of the scrape of which nobody can tell whose they are, by reason."""
        return {reason: count for reason, count in self.rejects.items() if reason in UNCLEAR}

    def are_for(self, *reasons: Reason) -> NDArray[np.bool_]:
        """Return for each planned portrait whether it is planned for one of some reasons."""
        return np.isin(np.asarray(self.reasons, np.int8), [REASONS.index(reason) for reason in reasons])

    def read(self, images: Iterable[str]) -> None:
        """Read pictures for their digests; those that are known are not read again."""
        self.digests |= self._read(image for image in images if image not in self.digests)

    def _take_known(self, portrait: Portrait, row: int) -> None:
        self.seen[row] = True
        known = self._inventory.known(row)
        if must_be_read(portrait, known):
            self._doubtful.append((portrait, row))
            if len(self._doubtful) == _READ_AT_ONCE:
                self._settle_doubtful()
            return
        same = has_same_listing(portrait, known)
        self._put(portrait, row, reason_for(portrait, known, self._limits, same))

    def _settle_doubtful(self) -> None:
        digests = self._read(portrait.image or "" for portrait, _ in self._doubtful)
        for portrait, row in self._doubtful:
            known = self._inventory.known(row)
            digest = digests[portrait.image or ""]
            reason = reason_for(portrait, known, self._limits, digest == known.digest)
            self._put(portrait, row, reason)
            if reason in EXTRACTED:
                self.digests[portrait.image or ""] = digest
        self._doubtful = []

    def _put(self, portrait: Portrait, row: int, reason: Reason) -> None:
        self.counts[reason] += 1
        if reason not in EXTRACTED:
            self.left_alone[row] = True
            if reason is Reason.RENAMED:
                self.renamed.append(portrait)
            elif reason is Reason.TOUCHED:
                self.touched.append(portrait)
            return
        self.planned.append(portrait)
        self.rows.append(row)
        has_picture = portrait.problem is None and portrait.size != 0
        self.images.append(portrait.image if has_picture else None)
        self.boxes.append(given_face_text(portrait))
        self.sizes.append(portrait.size if has_picture and portrait.size else 0)
        self.reasons.append(REASONS.index(reason))
        if reason is Reason.STALE and portrait.face is None:
            self.stale.append(portrait.portrait_id)
        if reason is Reason.RETRY:
            self.retried[self._inventory.known(row).status] += 1

    def _reject(self, line: Reject) -> None:
        self.rejects[line.reason] += max(line.rows, 1)
        if len(self.reported) < MAX_REPORTED_REJECTS:
            self.reported.append(line)

    def _read(self, images: Iterable[str]) -> dict[str, str | None]:
        """Return the SHA-256 of each picture by its path; None for one that can't be read."""
        # In the order of the scrape, in which pictures that lie in tables can be read one after another.
        wanted = list(dict.fromkeys(image for image in images if image))
        digests: dict[str, str | None] = {"": None}
        with ThreadPoolExecutor(READERS) as pool:
            while len(digests) <= len(wanted):
                # What waits in a pool takes ten times the memory of a digest.
                at_once, each = (_READ_AT_ONCE, pool.map) if self._reads_slowly else (_READ_TO_TELL, map)
                start = len(digests) - 1
                block = wanted[start : start + at_once]
                began = time.perf_counter()
                digests.update(zip(block, each(self._digest, block), strict=True))
                self._reads_slowly |= time.perf_counter() - began > _SLOW_READ * len(block)
        return digests

    def _digest(self, image: str) -> str | None:
        try:
            return hashlib.sha256(self._pictures.read(image)).hexdigest()
        except (OSError, ValueError):
            # The worker that reads it again gives it its status.
            return None
