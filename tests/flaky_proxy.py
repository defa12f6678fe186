"""A proxy in front of a server that refuses, stalls and cuts off, as networks do."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from enum import Enum, auto

_BLOCK = 65536


class Behavior(Enum):
    """What becomes of a connection."""

    PASS = auto()
    REFUSE = auto()
    STALL = auto()
    CUT = auto()


class FlakyProxy:
    """Listens on loopback, hands bytes on to a port, and misbehaves when told to.

    Parameters
    ----------
    port : int
        Of the server, on loopback.
    """

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._behavior, self._times, self._cut_after = Behavior.PASS, 0, 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.refused = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self.port}"

    def behave(self, behavior: Behavior, times: int = 10**9, cut_after: int = 0) -> None:
        """Misbehave from now on.

        Parameters
        ----------
        behavior : Behavior
        times : int
            Towards so many connections; those after them pass.
        cut_after : int
            Bytes of an answer that come through before it is cut.
        """
        with self._lock:
            self._behavior, self._times, self._cut_after = behavior, times, cut_after
            # Clients keep connections for later: they get a new one, and the new behaviour.
            for connection in self._open:
                _break_off(connection)
            self._open.clear()

    def close(self) -> None:
        """End it; whoever comes now is refused."""
        self._listener.close()
        self.behave(Behavior.REFUSE)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(client)
                behavior = self._behavior if self._times > 0 else Behavior.PASS
                self._times -= 1
                self.refused += behavior is not Behavior.PASS
            if behavior is Behavior.REFUSE:
                _break_off(client)
            elif behavior is not Behavior.STALL:
                limit = self._cut_after if behavior is Behavior.CUT else None
                self._connect(client, limit)

    def _connect(self, client: socket.socket, limit: int | None) -> None:
        server = socket.create_connection(("127.0.0.1", self._server_port))
        with self._lock:
            self._open.add(server)
        threading.Thread(target=_pump, args=(client, server, None), daemon=True).start()
        threading.Thread(target=_pump, args=(server, client, limit), daemon=True).start()


def _pump(source: socket.socket, target: socket.socket, limit: int | None) -> None:
    """Hand bytes on until there are no more, or the limit is reached."""
    with contextlib.suppress(OSError):
        while data := source.recv(_BLOCK):
            if limit is not None:
                data, limit = data[:limit], limit - len(data)
            target.sendall(data)
            if limit is not None and limit <= 0:
                break
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _break_off(connection: socket.socket) -> None:
    """Close a connection as a machine that went down does: with a reset."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
