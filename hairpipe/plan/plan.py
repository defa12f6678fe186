"""What a run would do: the scrape held against what the last runs left behind.

A portrait is *new*, *changed* (its picture or its given face box), *stale* (extracted with other
settings), to be *retried* (it broke the code last time), *relabelled* (so many profiles show its picture
by now that it is the site's placeholder, or so few that it is none), *renamed* (only its profile's text
or its picture's path changed: its row is rewritten without looking at the picture), *touched* (only the
file's time changed: that is noted, so that the picture is not read again), *removed* or *unchanged*.
Only the first five cost work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hairpipe.extract.result import Face
from hairpipe.plan.draft import Planner
from hairpipe.plan.inventory import Inventory
from hairpipe.plan.losses import Losses, concludes_removals
from hairpipe.plan.reasons import RETRIED, PlanLimits, Reason
from hairpipe.plan.works import ImageTasks, grouped
from hairpipe.run.work import ImageTask
from hairpipe.source.profile import Pictures, Portrait, Reject
from hairpipe.status import Status


@dataclass(frozen=True)
class Plan:
    """What a run would do.

    Attributes
    ----------
    works : ImageTasks
        Pictures to look at.
    renamed : sequence of Portrait
        Rows to rewrite without looking at the picture.
    touched : sequence of Portrait
        Pictures whose file has another time and the same bytes.
    removed : tuple of str
        Ids the scrape no longer has; none while lines of it can't be read.
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
    losses : Losses
    """

    works: ImageTasks
    renamed: Sequence[Portrait]
    touched: Sequence[Portrait]
    removed: tuple[str, ...]
    counts: Mapping[str, int]
    retried: Mapping[str, int]
    rejects: Mapping[str, int]
    reported_rejects: tuple[Reject, ...]
    notes: Mapping[str, int]
    picture_bytes: int
    losses: Losses

    @property
    def portraits(self) -> int:
        """Rows that the run will extract anew."""
        return len(self.works.portraits)

    @property
    def is_empty(self) -> bool:
        """Whether a run would write nothing."""
        return not (self.works or self.renamed or self.touched or self.removed)


def make_plan(
    entries: Callable[[], Iterable[Portrait | Reject]],
    inventory: Inventory,
    pictures: Pictures,
    limits: PlanLimits,
    known_faces: Callable[[list[str]], Mapping[str, tuple[Face, str]]],
) -> Plan:
    """Hold a scrape against the inventory; nothing is written.

    Pictures are read only where their listing changed, or where their size makes it possible that
    several profiles show the same one.

    Parameters
    ----------
    entries : callable
        Returns the scrape's portraits and rejects; called again where portraits are relabelled, which
        can be told only when all have been seen.
    inventory : Inventory
        What earlier runs left.
    pictures : Pictures
        Reader of the scrape's pictures.
    limits : PlanLimits
    known_faces : callable
        Returns, for the ids asked for, the face an earlier run found with the same detector settings
        and the digest of the picture it was found in.
    """
    draft = Planner(inventory, pictures, limits)
    draft.take(entries())
    absent = inventory.are_own & ~draft.seen
    removed = absent & concludes_removals(draft.unclear, limits.allowed)
    placeholders = _placeholders(draft, inventory, removed, limits)
    # Placeholders in the inventory or by now, but not both.
    relabelled = draft.left_alone & (inventory.show(placeholders) != inventory.are_placeholders)
    if relabelled.any():
        draft.relabel(entries(), relabelled)
    works = _works(draft, inventory, placeholders, known_faces(draft.stale) if draft.stale else {})
    gone = removed if limits.drops_removed else removed & ~inventory.are_removed
    draft.counts[Reason.REMOVED] = int(gone.sum())
    sizes = np.asarray(draft.sizes, np.int64)
    return Plan(
        works=works,
        renamed=draft.renamed,
        touched=draft.touched,
        removed=inventory.ids(gone),
        counts={str(reason): draft.counts[reason] for reason in Reason},
        retried=dict(draft.retried),
        rejects=dict(draft.rejects),
        reported_rejects=tuple(draft.reported),
        notes=dict(draft.notes),
        picture_bytes=int(sizes[works.firsts][~works.placeholders].sum()),
        losses=_losses(draft, works, inventory),
    )


def _losses(draft: Planner, works: ImageTasks, inventory: Inventory) -> Losses:
    """Count the known portraits that the scrape lacks, and the good ones that it has no picture of."""
    known = inventory.are_own & ~inventory.are_removed
    good = known & inventory.have_status(frozenset({Status.OK}))
    # A new portrait's row is -1: the one at the end.
    was_good = np.append(good, False)[np.asarray(draft.rows, np.int64)]
    no_picture = np.array(draft.images.to_arrow().is_null())
    no_picture[works.members] |= np.repeat(works.placeholders, works.sizes)
    lost = np.flatnonzero(was_good & no_picture & draft.are_for(Reason.CHANGED))
    first = draft.planned[int(lost[0])] if len(lost) else None
    return Losses(
        known=int(known.sum()),
        absent=int((known & ~draft.seen).sum()),
        unclear=draft.unclear,
        good=int(good.sum()),
        without_picture=len(lost),
        example="" if first is None else f"{first.portrait_id!r} ({first.image or 'none named'})",
    )


def _placeholders(
    draft: Planner, inventory: Inventory, removed: NDArray[np.bool_], limits: PlanLimits
) -> pa.Array:
    """Return the keys of the pictures that as many profiles show as make a placeholder.

    Those that the plan leaves alone count too, and so do other sources' portraits.
    """
    _read_what_may_be_shared(draft, inventory)
    present = draft.left_alone | ~(draft.seen | removed | inventory.are_removed)
    left = inventory.picture_keys.filter(pa.array(present))
    shown = pa.chunked_array([*_picture_keys(draft).chunks, left], pa.string()).drop_null().value_counts()
    is_placeholder = pc.greater_equal(shown.field("counts"), limits.placeholder_profiles)
    keys = shown.field("values").filter(is_placeholder)
    # What is told by its path alone gets its digest, by which later runs know it.
    images = draft.images.to_arrow()
    paths = pc.unique(images.filter(pc.is_in(images, keys))).to_pylist()
    draft.read(paths)
    digests = [digest for path in paths if (digest := draft.digests[path])]
    return pa.concat_arrays([keys, pa.array(digests, pa.string())])


def _read_what_may_be_shared(draft: Planner, inventory: Inventory) -> None:
    """Read the planned pictures of a size that another picture has too, and those of unknown size."""
    sizes = np.asarray(draft.sizes, np.int64)
    images = draft.images.to_arrow()
    draft.read(pc.unique(images.filter(pc.equal(pa.array(sizes), 0))).drop_null().to_pylist())
    distinct, counts = np.unique(sizes, return_counts=True)
    again = pc.is_in(pa.array(sizes), pa.array(distinct[counts > 1]))
    known = pc.is_in(pa.array(sizes), inventory.sizes)
    pictures = pa.table({"image": images, "size": sizes, "known": known})
    pictures = pictures.filter(pc.and_(pc.or_(again, known), pc.greater(pa.array(sizes), 0)))
    # Several profiles may also name the same file.
    paths = pictures.group_by("size").aggregate([("image", "count_distinct")])
    shared = paths["size"].filter(pc.greater(paths["image_count_distinct"], 1)).combine_chunks()
    alike = pc.or_(pictures["known"], pc.is_in(pictures["size"], shared))
    draft.read(pc.unique(pictures["image"].filter(alike)).to_pylist())


def _works(
    draft: Planner, inventory: Inventory, placeholders: pa.Array, faces: Mapping[str, tuple[Face, str]]
) -> ImageTasks:
    """Group the planned portraits by picture and given face box."""
    pictures = _picture_keys(draft).combine_chunks()
    boxes = pc.fill_null(draft.boxes.to_arrow().combine_chunks(), "")
    members, starts = grouped(pc.binary_join_element_wise(pictures, boxes, "\0"))
    # A new portrait's row is -1: the zero at the end.
    attempts_by_row = np.append(np.where(inventory.have_status(RETRIED), inventory.attempts, 0), 0)
    # What went wrong with the picture before says nothing of the one that has taken its place.
    same_picture = ~draft.are_for(Reason.NEW, Reason.CHANGED)
    attempts = (attempts_by_row[np.asarray(draft.rows, np.int64)] * same_picture)[members]
    is_placeholder = pc.is_in(pictures.take(pa.array(members[starts])), placeholders)
    return ImageTasks(
        portraits=draft.planned,
        members=members,
        starts=starts,
        attempts=np.maximum.reduceat(attempts, starts) if len(starts) else attempts,
        placeholders=is_placeholder.to_numpy(zero_copy_only=False).astype(bool),
        digests=draft.digests,
        faces=faces,
    )


def _picture_keys(draft: Planner) -> pa.ChunkedArray:
    """Return what planned portraits of the same picture have in common: its digest, or else its path."""
    images, digests = draft.images.to_arrow(), draft.digests
    if not digests:
        return images
    chunks = [[digests.get(image) or image for image in chunk.to_pylist()] for chunk in images.chunks]
    return pa.chunked_array([pa.array(chunk, pa.string()) for chunk in chunks], pa.string())


def iter_portraits(works: Iterable[ImageTask]) -> Iterator[Portrait]:
    """Yield every portrait of the works, in order."""
    for work in works:
        yield from work.portraits
