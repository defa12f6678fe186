"""InFlightMarker: how a batch remembers, past the death of its worker, which portrait it died on.

A worker notes the position of each task before it looks at its picture. When the process dies (a decoder
aborts, memory runs out, a watchdog ends a hang), the next attempt at the batch finds the note, sets
that task aside as a suspect and goes on with the others.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass

from hairpipe.errors import StoreError
from hairpipe.storage.folder import Folder

# Long enough for a few hundred suspects; the note is rewritten in place, so its length is fixed.
_NOTE_BYTES = 4096


@dataclass(frozen=True)
class InFlight:
    """What an attempt left behind."""

    suspects: tuple[int, ...] = ()
    """Positions that killed an attempt."""
    current: int | None = None
    """The position being looked at when the note was written; None between tasks."""


IN_FLIGHT = ".hairpipe/in_flight"


def marker_path(batch_id: str) -> str:
    """Return where a batch's note lies in the output folder."""
    return f"{IN_FLIGHT}/{batch_id}.json"


def clear_all(folder: Folder) -> None:
    """Remove every note, also those of batches that no run will make up again."""
    folder.delete_tree(IN_FLIGHT)


class InFlightMarker:
    """The note of one batch, open for an attempt.

    On a local disk a note costs microseconds and every task is noted from the first attempt on. In an
    object store it costs a request, so the first attempt only notes that it began; later ones note
    every task.
    """

    def __init__(self, folder: Folder, batch_id: str) -> None:
        self._folder = folder
        self._path = marker_path(batch_id)
        left = read_marker(folder, batch_id)
        self.suspects: tuple[int, ...] = () if left is None else left.suspects
        if left is not None and left.current is not None:
            self.suspects = tuple(sorted({*left.suspects, left.current}))
        self._notes_each = folder.is_local or left is not None
        folder.write(self._path, _encode(InFlight(self.suspects)))
        self._handle = os.open(folder.path(self._path), os.O_WRONLY) if folder.is_local else None

    def looking_at(self, position: int | None) -> None:
        """Note the task about to be looked at, or None after the last."""
        if not self._notes_each:
            return
        data = _encode(InFlight(self.suspects, position))
        if self._handle is None:
            self._folder.write(self._path, data)
            return
        try:
            os.pwrite(self._handle, data, 0)
        except OSError as error:
            # Rewriting in place takes room, too, where the file system copies on write.
            raise StoreError(
                f"can't write {self._folder.path(self._path)}: {error.strerror}; see to that, then run "
                "the same command again"
            ) from error

    def clear(self) -> None:
        """Remove the note: the batch is staged."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        self._folder.delete(self._path)


def _encode(note: InFlight) -> bytes:
    text = json.dumps({"suspects": note.suspects, "current": note.current})
    return text.encode().ljust(_NOTE_BYTES)


def read_marker(folder: Folder, batch_id: str) -> InFlight | None:
    """Return what the last attempt at a batch left behind, None where none was made or it was staged."""
    try:
        found = json.loads(folder.read(marker_path(batch_id)))
        return InFlight(tuple(found["suspects"]), found["current"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        # Half a note: the attempt began, and that is all it tells.
        return InFlight()
