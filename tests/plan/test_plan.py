"""Plans: the scrape held against what the last run left."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairpipe.extract.result import Box, Face
from hairpipe.plan.comparison import digests
from hairpipe.plan.comparison.inventory import FACES, KNOWN
from hairpipe.plan.plan import Plan, make_plan, open_database
from hairpipe.plan.reasons import EXTRACTED, PlanLimits, Reason
from hairpipe.plan.tasks import ImageTask, image_tasks
from hairpipe.source.profile import Portrait, Reject, RejectReason, given_face_text, profile_digest
from hairpipe.status import Status
from hairpipe.store.schema import INVENTORY

LIMITS = PlanLimits(fingerprint="f1", max_attempts=3, placeholder_profiles=4)


class Pictures:
    """Pictures held in memory; remembers which were read."""

    def __init__(self, content: dict[str, bytes]) -> None:
        self.content = content
        self.was_read: list[str] = []

    def read(self, image: str) -> bytes:
        self.was_read.append(image)
        if image not in self.content:
            raise FileNotFoundError(image)
        return self.content[image]


def portrait(name: str, data: bytes = b"picture", version: str = "1", **other: object) -> Portrait:
    whole = Portrait(
        portrait_id=name,
        profile_id=name,
        name=f"name of {name}",
        image=f"{name}.jpg",
        problem=None,
        detail=None,
        face=None,
        attributes={"gender": "female"},
        size=len(data),
        version=version,
    )
    return replace(whole, **other)  # type: ignore[arg-type]


def known_row(of: Portrait, data: bytes = b"picture", **other: object) -> dict[str, object]:
    return {
        "portrait_id": of.portrait_id,
        "source": "scrape",
        "image": of.image,
        "image_size": of.size,
        "image_version": of.version,
        "image_digest": hashlib.sha256(data).hexdigest(),
        "given_face": given_face_text(of),
        "profile_digest": profile_digest(of),
        "status": "ok",
        "fingerprint": "f1",
        "face_fingerprint": "ff1",
        "attempts": 1,
        "removed": False,
        **other,
    }


@dataclass(frozen=True)
class Scrape:
    """A scrape held in memory."""

    entries: Iterable[Portrait | Reject]

    def portraits(self) -> Iterable[Portrait | Reject]:
        return self.entries

    def blocks(self) -> Iterable[Portrait | Reject]:
        return self.entries


@dataclass(frozen=True)
class Inventory:
    """An inventory held in memory, in one part for each row."""

    rows: tuple[dict[str, object], ...]
    found: dict[str, tuple[Face, str]] = field(default_factory=dict)

    def known(self) -> list[pa.Table]:
        return [pa.Table.from_pylist([row], INVENTORY).select(KNOWN.names) for row in self.rows]

    def faces(self, portrait_ids: Iterable[str]) -> list[pa.Table]:
        rows = [
            (portrait_id, *face.box, face.source, face.score, face.count, digest)
            for portrait_id in portrait_ids
            if portrait_id in self.found
            for face, digest in [self.found[portrait_id]]
        ]
        return [pa.Table.from_pylist([dict(zip(FACES.names, row, strict=True)) for row in rows], FACES)]


def inventory(*rows: dict[str, object]) -> Inventory:
    return Inventory(rows)


def plan(
    entries: Iterable[Portrait | Reject],
    known: Inventory,
    pictures: Pictures | None = None,
    limits: PlanLimits = LIMITS,
) -> Plan:
    database, listing = open_database(Scrape(entries), known)
    take_digests = partial(digests.digest_here, pictures or Pictures({}))
    return make_plan(database, listing, known, "scrape", take_digests, limits)


def tasks(made: Plan) -> list[ImageTask]:
    rows = list(made.task_rows())
    return [*image_tasks(pa.Table.from_batches(rows))] if rows else []


def removed_ids(made: Plan) -> list[str]:
    return [each for rows in made.removed_ids() for each in rows["portrait_id"].to_pylist()]


def counted(made: Plan) -> dict[str, int]:
    return {reason: count for reason, count in made.counts.items() if count}


def test_first_run_is_all_new() -> None:
    made = plan([portrait("a", b"1"), portrait("b", b"22")], inventory())
    assert counted(made) == {"new": 2}
    assert made.portraits == 2
    assert made.picture_bytes == 3


def test_unchanged_scrape_reads_nothing_and_plans_nothing() -> None:
    known = [portrait("a"), portrait("b")]
    pictures = Pictures({})
    made = plan(known, inventory(*map(known_row, known)), pictures)
    assert made.is_empty
    assert counted(made) == {"unchanged": 2}
    assert pictures.was_read == []


def test_a_copied_file_is_touched_and_a_rewritten_one_changed() -> None:
    before = [portrait("a"), portrait("b")]
    after = [portrait("a", version="2"), portrait("b", version="2")]
    pictures = Pictures({"a.jpg": b"picture", "b.jpg": b"PICTURE"})
    made = plan(after, inventory(*map(known_row, before)), pictures)
    assert counted(made) == {"mtime_only": 1, "changed": 1}
    assert [task.portraits[0].portrait_id for task in tasks(made)] == ["b"]


@pytest.mark.parametrize(
    ("now", "row", "expected"),
    [
        ({}, {}, Reason.UNCHANGED),
        ({"size": 99}, {}, Reason.CHANGED),
        ({"face": (1, 2, 3, 4)}, {}, Reason.CHANGED),
        ({"name": "other"}, {}, Reason.METADATA_CHANGED),
        ({"attributes": {"gender": "male"}}, {}, Reason.METADATA_CHANGED),
        ({"version": "2"}, {"image_digest": hashlib.sha256(b"other").hexdigest()}, Reason.CHANGED),
        ({}, {"removed": True}, Reason.METADATA_CHANGED),
        ({}, {"fingerprint": "f0"}, Reason.STALE),
        ({}, {"status": "crashed"}, Reason.RETRY),
        ({}, {"status": "crashed", "attempts": 3}, Reason.UNCHANGED),
        ({}, {"status": "truncated"}, Reason.UNCHANGED),
        (
            {},
            {"status": "missing", "image_size": None, "image_version": None, "image_digest": None},
            Reason.CHANGED,
        ),
        (
            {"problem": Status.MISSING, "size": None, "version": None},
            {"status": "missing", "image_size": None, "image_version": None, "fingerprint": "f0"},
            Reason.UNCHANGED,
        ),
        ({"problem": Status.MISSING, "size": None, "version": None}, {}, Reason.CHANGED),
        # Listed, and yet not there when a worker came for it.
        ({}, {"status": "missing"}, Reason.RETRY),
        ({}, {"status": "missing", "attempts": 3}, Reason.UNCHANGED),
    ],
)
def test_reasons(now: dict[str, object], row: dict[str, object], expected: Reason) -> None:
    base = portrait("a")
    made = plan([replace(base, **now)], inventory(known_row(base, **row)))  # type: ignore[arg-type]
    assert counted(made) == {str(expected): 1}


def test_removed_ones_are_those_of_this_source_not_marked_yet() -> None:
    rows = [
        known_row(portrait("gone")),
        known_row(portrait("elsewhere"), source="other"),
        known_row(portrait("long-gone"), removed=True),
    ]
    made = plan([], inventory(*rows))
    assert removed_ids(made) == ["gone"]


def test_dropping_also_takes_what_was_kept_before() -> None:
    rows = [known_row(portrait("gone")), known_row(portrait("long-gone"), removed=True)]
    limits = replace(LIMITS, drops_removed=True)
    made = plan([], inventory(*rows), limits=limits)
    assert removed_ids(made) == ["gone", "long-gone"]


def test_a_scrape_that_breaks_off_removes_nothing() -> None:
    broken = Reject(RejectReason.BROKEN_FILE, "profiles.jsonl.gz line 9", "can't be read from here on")
    assert removed_ids(plan([broken], inventory(known_row(portrait("unseen"))))) == []


def test_notes_are_counted() -> None:
    entries = [portrait(name, notes=("birthday is not an int",)) for name in "ab"]
    assert plan(entries, inventory()).notes == {"birthday is not an int": 2}


def test_one_picture_of_many_profiles_is_extracted_once() -> None:
    shared = [portrait("a", image="x.jpg"), portrait("b", image="x.jpg"), portrait("c", image="copy.jpg")]
    pictures = Pictures({"x.jpg": b"picture", "copy.jpg": b"picture"})
    made = plan([*shared, portrait("d", b"another one")], inventory(), pictures)
    assert sorted(len(task.portraits) for task in tasks(made)) == [1, 3]
    assert made.portraits == 4
    assert "d.jpg" not in pictures.was_read


@pytest.mark.parametrize(("slow_read", "in_threads"), [(1e9, False), (-1.0, True)])
def test_pictures_that_come_slowly_are_read_in_threads(
    monkeypatch: pytest.MonkeyPatch, slow_read: float, in_threads: bool
) -> None:
    monkeypatch.setattr(digests, "_SLOW_READ", slow_read)
    readers: set[int] = set()

    class Watched(Pictures):
        def read(self, image: str) -> bytes:
            readers.add(threading.get_ident())
            return super().read(image)

    content = {f"{number}.jpg": b"%04d" % (number // 2) for number in range(2200)}
    pictures = Watched(content)
    made = plan([portrait(name[:-4], data) for name, data in content.items()], inventory(), pictures)
    assert len(tasks(made)) == 1100
    assert sorted(pictures.was_read) == sorted(content)
    assert (readers != {threading.get_ident()}) is in_threads


def test_the_same_picture_with_other_given_boxes_is_not_one_work() -> None:
    entries = [
        portrait("a", image="x.jpg", face=(1, 1, 5, 5)),
        portrait("b", image="x.jpg", face=(2, 2, 5, 5)),
    ]
    assert len(tasks(plan(entries, inventory()))) == 2


def test_a_picture_of_many_profiles_is_a_placeholder() -> None:
    entries = [portrait(f"p{i}") for i in range(4)]
    pictures = Pictures({f"p{i}.jpg": b"picture" for i in range(4)})
    made = plan(entries, inventory(), pictures)
    assert [(len(task.portraits), task.placeholder) for task in tasks(made)] == [(4, True)]
    assert made.picture_bytes == 0


def test_a_placeholder_told_by_its_path_alone_is_known_by_its_digest() -> None:
    entries = [portrait(f"p{i}", image="none.jpg") for i in range(4)]
    (task,) = tasks(plan(entries, inventory(), Pictures({"none.jpg": b"picture"})))
    assert task.placeholder
    assert task.known_digest == hashlib.sha256(b"picture").hexdigest()


def test_a_new_portrait_that_makes_a_placeholder_relabels_the_others() -> None:
    known = [portrait(f"p{i}") for i in range(3)]
    other = portrait("other", b"another one")
    rows = [*map(known_row, known), known_row(other, b"another one")]
    pictures = Pictures({"new.jpg": b"picture"})
    made = plan([*known, other, portrait("new")], inventory(*rows), pictures)
    assert [(len(task.portraits), task.placeholder) for task in tasks(made)] == [(4, True)]
    assert counted(made) == {"new": 1, "placeholder_changed": 3, "unchanged": 1}
    assert pictures.was_read == ["new.jpg"]


def test_a_placeholder_that_few_profiles_show_is_looked_at_again() -> None:
    known = [portrait(f"p{i}") for i in range(4)]
    rows = [known_row(one, status="placeholder") for one in known]
    assert counted(plan(known, inventory(*rows))) == {"unchanged": 4}
    made = plan(known[:3], inventory(*rows))
    assert [(len(task.portraits), task.placeholder) for task in tasks(made)] == [(3, False)]
    assert counted(made) == {"placeholder_changed": 3, "removed": 1}
    # What another source still shows counts on.
    rows[3]["source"] = "other"
    assert counted(plan(known[:3], inventory(*rows))) == {"unchanged": 3}


def test_changed_placeholders_are_counted_once_whatever_else_happened_to_them() -> None:
    known = [portrait(f"p{i}") for i in range(3)]
    now = [replace(known[0], name="other"), replace(known[1], version="2"), known[2]]
    pictures = Pictures({"new.jpg": b"picture", "p1.jpg": b"picture"})
    made = plan([*now, portrait("new")], inventory(*map(known_row, known)), pictures)
    assert counted(made) == {"new": 1, "placeholder_changed": 3}
    assert not made.refreshed


def test_pictures_without_a_byte_and_missing_ones_are_no_placeholder() -> None:
    empty = [portrait(f"e{i}", b"") for i in range(5)]
    missing = [portrait(f"m{i}", problem=Status.MISSING, image="x.jpg", size=None) for i in range(5)]
    made = plan([*empty, *missing], inventory())
    assert not any(task.placeholder for task in tasks(made))
    rows = [known_row(one, b"", status="empty") for one in empty]
    rows += [known_row(one, status="missing", image_digest=None) for one in missing]
    assert plan([*empty, *missing], inventory(*rows)).is_empty


def test_stale_portraits_get_the_face_found_before() -> None:
    face = Face(Box(1, 2, 3, 4), "animeface", 0.9)
    stale = portrait("a")
    rows = (known_row(stale, fingerprint="f0"),)
    made = plan([stale], Inventory(rows, {"a": (face, "digest")}), Pictures({"a.jpg": b"picture"}))
    (task,) = tasks(made)
    assert task.known_face == face
    assert task.known_digest == "digest"


@pytest.mark.parametrize(
    ("now", "row", "attempts"),
    [
        ({}, {"status": "crashed", "attempts": 2}, 2),
        ({}, {"status": "crashed", "attempts": 3, "fingerprint": "f0"}, 3),
        ({"size": 99}, {"status": "crashed", "attempts": 3}, 0),
        ({"face": (1, 2, 3, 4)}, {"status": "unreadable", "attempts": 3}, 0),
        ({"size": 99}, {"status": "ok", "attempts": 2}, 0),
    ],
)
def test_attempts_are_those_at_the_same_picture(
    now: dict[str, object], row: dict[str, object], attempts: int
) -> None:
    base = portrait("a")
    made = plan([replace(base, **now)], inventory(known_row(base, **row)))  # type: ignore[arg-type]
    assert [task.attempts for task in tasks(made)] == [attempts]


def test_rejects_are_counted_and_the_first_are_kept() -> None:
    rejects = [Reject(RejectReason.BAD_LINE, f"line {n}", "cut off") for n in range(1500)]
    made = plan(rejects, inventory())
    assert made.rejects == {"bad_line": 1500}
    assert made.reported_rejects[0].place == "line 0"
    assert len(made.reported_rejects) == 1000
    assert made.is_empty


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdefgh"), st.sampled_from([b"x", b"y", b"zz"]), st.sampled_from(["1", "2"])
        ),
        unique_by=lambda entry: entry[0],
    ),
    st.lists(
        st.tuples(
            st.sampled_from("abcdefgh"),
            st.sampled_from([b"x", b"y", b"zz"]),
            st.sampled_from(["ok", "no_face", "crashed", "placeholder"]),
            st.booleans(),
        ),
        unique_by=lambda entry: entry[0],
    ),
)
def test_every_portrait_is_counted_once_and_every_known_one_accounted_for(
    now: list[tuple[str, bytes, str]], before: list[tuple[str, bytes, str, bool]]
) -> None:
    entries = [portrait(name, data, version) for name, data, version in now]
    rows = [
        known_row(portrait(name, data), data, status=status, removed=removed)
        for name, data, status, removed in before
    ]
    pictures = Pictures({f"{name}.jpg": data for name, data, _ in now})
    made = plan(entries, inventory(*rows), pictures)
    in_scrape = {name for name, _, _ in now}
    assert sum(made.counts.values()) - made.counts["removed"] == len(now)
    assert set(removed_ids(made)) == {
        name for name, _, _, removed in before if name not in in_scrape and not removed
    }
    planned = [portrait.portrait_id for task in tasks(made) for portrait in task.portraits]
    assert len(planned) == len(set(planned)) == sum(made.counts[r] for r in EXTRACTED)
