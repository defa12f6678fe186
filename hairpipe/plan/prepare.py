"""A run made ready: the plan against one version of the tables, and what is left of it to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import pyarrow.compute as pc

from hairpipe.config import Config
from hairpipe.errors import StoreError
from hairpipe.extract.face.detectors import refuse_unknown_detector
from hairpipe.plan.comparison.digests import Take, digest_here
from hairpipe.plan.comparison.former_name import check_name
from hairpipe.plan.comparison.inventory import StoredInventory
from hairpipe.plan.context import JobContext
from hairpipe.plan.fingerprint import face_fingerprint, fingerprint
from hairpipe.plan.losses import NOTHING_ALLOWED, Allowed, complaints, notes
from hairpipe.plan.plan import Plan, make_plan, open_database
from hairpipe.plan.reasons import PlanLimits
from hairpipe.plan.resume import Resumed, take_staged
from hairpipe.plan.tasks import TaskRange
from hairpipe.quality.model import load_user_quality
from hairpipe.source.open import open_source, require_folders, with_types
from hairpipe.source.profile import Pictures
from hairpipe.source.settings import OPEN
from hairpipe.storage.folder import Folder
from hairpipe.store.log.records import RunRecord, read_record
from hairpipe.store.log.runs import read_runs
from hairpipe.store.publish.merge import merged_carry
from hairpipe.store.schema import TableName
from hairpipe.store.sources import of_source
from hairpipe.store.staging.batches import read_staged
from hairpipe.store.store import Store


@dataclass(frozen=True)
class RunContext:
    """A plan made against one version of the tables, and what is left of it to do."""

    store: Store
    plan: Plan
    resumed: Resumed
    tasks: TaskRange
    """Those left to do; none before they are written into the output folder."""
    context: JobContext
    last_record: RunRecord | None
    """Of the run that published the tables, whichever source it was of."""
    last_run_id: str | None
    """The last run of this source that published."""
    complaints: tuple[str, ...]
    """Why a run must not begin; see :func:`hairpipe.plan.losses.complaints`."""
    notes: tuple[str, ...]
    """What a person should know of it."""


class DigestPictures(Protocol):
    """Reads pictures of a run for their digests, in the order given, and hands them over in any."""

    def __call__(
        self, context: JobContext, last_record: RunRecord | None, images: Iterable[str], take: Take, /
    ) -> None: ...


def _digest_here(
    context: JobContext, last_record: RunRecord | None, images: Iterable[str], take: Take
) -> None:
    digest_here(context.pictures, images, take)


def prepare(
    config: Config,
    store: Store,
    run_id: str,
    allowed: Allowed = NOTHING_ALLOWED,
    digest_pictures: DigestPictures = _digest_here,
) -> RunContext:
    """Hold the scrape against the tables and against what an interrupted run has left; nothing is written.

    Parameters
    ----------
    store : Store
        The output folder at its current version.
    allowed : Allowed, optional
        What a person has said that this run may do.

    Raises
    ------
    HairpipeError
        If the source, the tables, the user's quality model or a file that the settings name can't be read,
        or a carried attribute has another type in the tables, or the source seems to have got another name.
    """
    require_folders(config.source)
    typed, types_told = with_types(config.source, store.carry)
    config = config.model_copy(update={"source": typed})
    source = open_source(config.source)
    context = _context(config, store, run_id, source.pictures(config.decode.max_bytes))
    merged_carry(store.carry, context.carry)
    last_record = None if store.manifest is None else read_record(store.folder, store.manifest.run_id)
    inventory = StoredInventory(store, config.source.name, context.face_fingerprint)
    database, listing = open_database(source, inventory)
    try:
        if not allowed.new_source:
            check_name(database, config.source.name)
        limits = PlanLimits(
            fingerprint=context.fingerprint,
            max_attempts=config.run.max_attempts,
            placeholder_profiles=config.run.placeholder_profiles,
            drops_removed=config.run.removed == "drop",
            allowed=allowed,
        )
        take_digests = partial(digest_pictures, context, last_record)
        plan = make_plan(database, listing, inventory, config.source.name, take_digests, limits)
        staged = read_staged(store.folder, context.carry)
        return RunContext(
            store=store,
            plan=plan,
            resumed=take_staged(plan, staged, config.source.name, context.fingerprint),
            tasks=TaskRange(config.output, run_id, 0, 0),
            context=context,
            last_record=last_record,
            last_run_id=_last_run_id(store.folder, config.source.name),
            complaints=complaints(plan.losses, config.source.name, config.run.max_lost_share, allowed),
            notes=(
                *notes(plan.losses, allowed),
                *_kept_columns(store, context),
                *((types_told,) if types_told else ()),
            ),
        )
    except BaseException:
        database.close()
        raise


def _context(config: Config, store: Store, run_id: str, pictures: Pictures) -> JobContext:
    settings = config.settings
    refuse_unknown_detector(settings.face)
    rate = load_user_quality(store.folder)
    return JobContext(
        run_id=run_id,
        output=config.output,
        source_name=config.source.name,
        carry={name: kind for name, kind in config.source.carry.items() if kind != OPEN},
        pictures=pictures,
        settings=settings,
        fingerprint=fingerprint(settings, None if rate is None else rate.digest),
        face_fingerprint=face_fingerprint(settings),
        portrait_timeout=config.run.portrait_timeout,
        portrait_memory=config.run.portrait_memory,
        rate=rate,
    )


def _kept_columns(store: Store, context: JobContext) -> list[str]:
    """Say which columns of the source's portraits stay as they are, because the run doesn't carry them."""
    others = [name for name in store.carry if name not in context.carry]
    if not others:
        return []
    rows = of_source(store.read(TableName.PORTRAITS, ["source", *others]), context.source_name)
    return [
        f"source.carry does not name {name}, which the portraits of source {context.source_name!r} have and "
        f"keep; `hairpipe columns OUT --drop {name}` takes the column out"
        for name in others
        if rows[name].null_count < len(rows)
    ]


def _last_run_id(folder: Folder, source: str) -> str | None:
    try:
        runs = of_source(read_runs(folder), source)
    except StoreError:
        # What is told of earlier runs is of use, not needed.
        return None
    published = runs.filter(pc.is_valid(runs["version"]))["run_id"].to_pylist()
    return published[-1] if published else None
