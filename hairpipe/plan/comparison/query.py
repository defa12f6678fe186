"""The query that holds a scrape's listing against what is known, one table after the other.

`listing` is what the scrape has now, `known` what earlier runs left of all sources, `digests` the pictures
that had to be read, by path. From these come

- `judged`: each listed portrait with its row in `known` and the reason why it is, or isn't, worked on,
- `planned`: of the portraits to work on, what tells which of them show the same picture,
- `placeholders`: the pictures that so many portraits show as make the site's placeholder,
- `tasks`: the planned portraits, those of the same picture and given face box with the same task number,
- `removed`: the known portraits that the scrape lacks.
"""

from __future__ import annotations

from hairpipe.plan.reasons import EXTRACTED, RETRIED, WITHOUT_PICTURE, Reason

TABLES = """
CREATE TABLE digests (image VARCHAR, digest VARCHAR);
CREATE TABLE faces (
    portrait_id VARCHAR, face_x DOUBLE, face_y DOUBLE, face_w DOUBLE, face_h DOUBLE, face_source VARCHAR,
    face_score DOUBLE, face_count BIGINT, face_digest VARCHAR
);
CREATE TABLE finished (portrait_id VARCHAR, status VARCHAR);
"""

# Of two equal ids, that is: other ids with the same hash are as rare as they are harmless.
ARE_UNIQUE = "SELECT count(DISTINCT hash(portrait_id)) = count(*) FROM listing"


def _texts(values: frozenset[str]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(map(str, values)))


_IS_PLANNED = f"reason IN ({_texts(frozenset(EXTRACTED))})"

# A listing that differs proves nothing while the size is the same: the file may be a copy, and only its
# bytes tell. The size of a picture in a table is not known.
JUDGED = f"""
CREATE OR REPLACE TABLE judged AS
SELECT
    position, known_row,
    CASE WHEN known_row IS NOT NULL AND NOT same_listing AND same_size AND problem IS NULL
        AND has_digest THEN image END AS doubtful_image,
    CASE
        WHEN known_row IS NULL THEN '{Reason.NEW}'
        WHEN NOT same_listing AND doubtful_image IS NULL THEN '{Reason.CHANGED}'
        WHEN given_face IS DISTINCT FROM known_face THEN '{Reason.CHANGED}'
        WHEN problem IS NOT NULL AND problem <> status THEN '{Reason.CHANGED}'
        WHEN problem IS NULL AND status IN ({_texts(RETRIED)}) AND attempts < $max_attempts
            THEN '{Reason.RETRY}'
        WHEN $failures_allowed AND keeps_result THEN '{Reason.RETRY}'
        WHEN other_settings AND status NOT IN ({_texts(WITHOUT_PICTURE)}) THEN '{Reason.STALE}'
        WHEN removed OR image IS DISTINCT FROM known_image OR profile_digest <> known_profile
            THEN '{Reason.METADATA_CHANGED}'
        WHEN same_listing THEN '{Reason.UNCHANGED}'
        ELSE '{Reason.MTIME_ONLY}'
    END AS reason
FROM (
    SELECT
        listing.position, listing.image, listing.problem, listing.given_face, listing.profile_digest,
        known.known_row, known.image AS known_image, known.has_digest, known.given_face AS known_face,
        known.profile_digest AS known_profile, known.status, known.other_settings, known.attempts,
        known.removed, known.keeps_result,
        listing.size IS NOT DISTINCT FROM known.image_size AS same_size,
        same_size AND listing.image IS NOT DISTINCT FROM known.image
            AND listing.version IS NOT DISTINCT FROM known.image_version AS same_listing
    FROM listing LEFT JOIN (
        -- Of long texts only what is asked of them: a join holds all rows of this side.
        SELECT
            * EXCLUDE (image_digest, fingerprint),
            image_digest IS NOT NULL AS has_digest, fingerprint <> $fingerprint AS other_settings
        FROM known WHERE source = $source
    ) AS known USING (portrait_id)
)
"""

DOUBTFUL_PICTURES = """
SELECT doubtful_image AS image FROM judged
WHERE doubtful_image IS NOT NULL GROUP BY doubtful_image ORDER BY min(position)
"""

SETTLE_DOUBTFUL = f"""
UPDATE judged SET reason = '{Reason.CHANGED}' FROM digests, known
WHERE judged.doubtful_image = digests.image AND judged.known_row = known.known_row
    AND known.image_digest IS DISTINCT FROM digests.digest
"""

# A portrait without a picture, or with one that has no byte, shares it with nobody.
PLANNED = f"""
CREATE OR REPLACE TABLE planned AS
SELECT
    position, judged.known_row, reason,
    CASE WHEN problem IS NULL AND size IS DISTINCT FROM 0 THEN listing.image END AS picture,
    CASE WHEN picture IS NULL THEN 0 ELSE coalesce(size, 0) END AS bytes,
    coalesce(listing.given_face, '') AS box,
    -- What went wrong with the picture before says nothing of the one that has taken its place.
    CASE WHEN status IN ({_texts(RETRIED)}) AND reason NOT IN ('{Reason.NEW}', '{Reason.CHANGED}')
        THEN attempts ELSE 0 END AS attempts,
    coalesce(status = 'ok' AND NOT removed, false) AS was_good
FROM judged
JOIN listing USING (position)
LEFT JOIN known USING (known_row)
WHERE {_IS_PLANNED}
"""

# Pictures of a size that another picture has, too, and those of unknown size. Several portraits may also
# name the same file.
MAYBE_SHARED_PICTURES = """
SELECT picture AS image FROM planned
WHERE picture IS NOT NULL AND (
    bytes = 0
    OR bytes IN (SELECT image_size FROM known WHERE image_size IS NOT NULL)
    OR bytes IN (
        SELECT bytes FROM planned WHERE picture IS NOT NULL GROUP BY bytes HAVING min(picture) <> max(picture)
    )
) AND picture NOT IN (SELECT image FROM digests)
GROUP BY picture ORDER BY min(position)
"""

# What portraits of the same picture have in common: its digest, or else its path.
_KEYED = """
SELECT planned.*, digest, coalesce(digest, picture) AS key
FROM planned LEFT JOIN digests ON digests.image = planned.picture
"""
_KNOWN_KEY = """
CASE WHEN image_size IS DISTINCT FROM 0
    THEN coalesce(image_digest, CASE WHEN status = 'placeholder' THEN image END) END
"""

# Those that the plan leaves alone count too, and so do other sources' portraits.
PLACEHOLDERS = f"""
CREATE OR REPLACE TABLE placeholders AS
SELECT key FROM (
    SELECT key FROM ({_KEYED})
    UNION ALL
    SELECT {_KNOWN_KEY} AS key FROM known LEFT JOIN judged USING (known_row)
    WHERE CASE WHEN judged.known_row IS NOT NULL THEN NOT {_IS_PLANNED}
        ELSE NOT known.removed AND NOT ($removals_conclude AND source = $source) END
)
WHERE key IS NOT NULL GROUP BY key HAVING count(*) >= $placeholder_profiles
"""

# What is told by its path alone gets its digest, by which later runs know it.
PLACEHOLDERS_BY_PATH = """
SELECT picture AS image FROM planned
WHERE picture IN (SELECT key FROM placeholders) AND picture NOT IN (SELECT image FROM digests)
GROUP BY picture ORDER BY min(position)
"""
ADD_PLACEHOLDERS = """
INSERT INTO placeholders SELECT DISTINCT digest FROM digests
WHERE digest IS NOT NULL AND image IN (SELECT key FROM placeholders)
    AND image IN (SELECT picture FROM planned)
"""

# Placeholders in the inventory or by now, but not both.
CHANGE_PLACEHOLDERS = f"""
UPDATE judged SET reason = '{Reason.PLACEHOLDER_CHANGED}' FROM known
WHERE judged.known_row = known.known_row AND NOT {_IS_PLANNED}
    AND coalesce({_KNOWN_KEY} IN (SELECT key FROM placeholders), false) <> (status = 'placeholder')
"""
DIGESTS_OF_MOVED = f"""
CREATE OR REPLACE TEMP TABLE moved AS SELECT listing.image, any_value(image_digest) AS digest
FROM judged JOIN listing USING (position) JOIN known USING (known_row)
WHERE reason = '{Reason.PLACEHOLDER_CHANGED}' AND image_digest IS NOT NULL AND listing.image IS NOT NULL
GROUP BY listing.image;
DELETE FROM digests WHERE image IN (SELECT image FROM moved);
INSERT INTO digests SELECT * FROM moved;
"""

# Two statements and a short key: both at once, with whole digests, don't fit into a plan's memory.
SHARED = f"""
CREATE OR REPLACE TABLE shared AS
SELECT md5_number(key) AS key, box, min(position) AS first, max(attempts) AS attempts
FROM ({_KEYED}) WHERE key IS NOT NULL GROUP BY 1, box HAVING count(*) > 1
"""
TASKS = f"""
CREATE OR REPLACE TABLE tasks AS
SELECT
    coalesce(shared.first, position) AS task, position, keyed.known_row, reason, picture, bytes, was_good,
    coalesce(shared.attempts, keyed.attempts) AS attempts, digest,
    keyed.key IN (SELECT key FROM placeholders) IS TRUE AS placeholder
FROM ({_KEYED}) AS keyed LEFT JOIN shared ON shared.key = md5_number(keyed.key) AND shared.box = keyed.box
"""

TOTALS = """
SELECT
    count(*), count(*) FILTER (position = task),
    coalesce(sum(bytes) FILTER (position = task AND NOT placeholder), 0)::BIGINT
FROM tasks
"""

REASONS = f"""
SELECT reason, count(*) FROM judged GROUP BY reason UNION ALL SELECT '{Reason.REMOVED}', count(*) FROM removed
"""
RETRIED_STATUSES = f"""
SELECT status, count(*) FROM judged JOIN known USING (known_row)
WHERE reason = '{Reason.RETRY}' GROUP BY status ORDER BY status
"""

# Of stale portraits without a face box of the scrape's own, the ids.
STALE = f"""
SELECT portrait_id FROM judged JOIN listing USING (position)
WHERE reason = '{Reason.STALE}' AND listing.face IS NULL
"""

_OWN = """
FROM known LEFT JOIN judged USING (known_row) WHERE source = $source
"""
REMOVED = f"""
CREATE OR REPLACE TABLE removed AS
SELECT portrait_id {_OWN} AND $removals_conclude
    AND judged.known_row IS NULL AND ($with_removed OR NOT removed)
"""
LOSSES = f"""
SELECT count(*), count(*) FILTER (judged.known_row IS NULL), count(*) FILTER (status = 'ok')
{_OWN} AND NOT removed
"""
WITHOUT_PICTURE_NOW = f"""
SELECT count(*), min(position) FROM tasks
WHERE was_good AND reason = '{Reason.CHANGED}' AND (picture IS NULL OR placeholder)
"""

# How many positions there are. Rows are put in order by ranges of them: sorted all at once, whole rows don't
# fit into a plan's memory.
POSITIONS = "SELECT coalesce(max(position) + 1, 0) FROM listing"

# The rows of the task files: each task's portraits one after the other.
TASK_ROWS = f"""
SELECT
    task, attempts, placeholder, digest, faces.* EXCLUDE (portrait_id),
    listing.* EXCLUDE (position, given_face, profile_digest)
FROM tasks
JOIN listing USING (position)
LEFT JOIN faces ON faces.portrait_id = listing.portrait_id AND reason = '{Reason.STALE}'
    AND listing.face IS NULL
WHERE task >= $first AND task < $stop AND listing.portrait_id NOT IN (SELECT portrait_id FROM finished)
ORDER BY task, position
"""

PORTRAITS_FOR = """
SELECT listing.* FROM judged JOIN listing USING (position)
WHERE reason = $reason AND position >= $first AND position < $stop ORDER BY position
"""
FIRST_PORTRAITS = "SELECT listing.* FROM listing ORDER BY position LIMIT $count"
KNOWN_OF_FIRST = """
SELECT portrait_id, source, image, image_size, profile_digest FROM known
WHERE portrait_id IN (SELECT portrait_id FROM listing ORDER BY position LIMIT $count)
"""

# The row that a portrait would get is the row that is staged where the key is the same.
_STAGED_KEY = (
    "row(portrait_id, image, image_size, image_version, given_face, profile_digest, source, fingerprint)"
)
_PLANNED_KEY = "row(portrait_id, image, size, version, given_face, profile_digest, $source, $fingerprint)"
STAGED_COLUMNS = [
    "batch_id",
    *["portrait_id", "source", "image", "image_size", "image_version", "given_face", "profile_digest"],
    *["status", "fingerprint"],
]
STAGED = """
CREATE TABLE staged (
    batch_id VARCHAR, portrait_id VARCHAR, source VARCHAR, image VARCHAR, image_size BIGINT,
    image_version VARCHAR, given_face VARCHAR, profile_digest VARCHAR, status VARCHAR, fingerprint VARCHAR
)
"""
WANTED = f"""
CREATE OR REPLACE TABLE wanted AS
SELECT md5({_PLANNED_KEY}::VARCHAR) AS key FROM tasks JOIN listing USING (position)
WHERE portrait_id IN (SELECT portrait_id FROM staged)
"""
USABLE_BATCHES = f"""
SELECT batch_id, bool_and(md5({_STAGED_KEY}::VARCHAR) IN (SELECT key FROM wanted)) AS is_usable
FROM staged GROUP BY batch_id ORDER BY batch_id
"""
# A portrait that is in several batches has the status of the last one.
FINISHED = f"""
INSERT INTO finished SELECT portrait_id, arg_max(status, batch_id) FROM staged
WHERE batch_id IN (SELECT batch_id FROM ({USABLE_BATCHES}) WHERE is_usable) GROUP BY portrait_id
"""
FINISHED_STATUSES = "SELECT status, count(*) FROM finished GROUP BY status"
