"""A PostgreSQL server of its own for tests, from Debian's packages."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

# All that is special in a URI, so that nothing of it may be told by mistake.
PASSWORD = "s3cret:/@p?w#x&y=z%41 q'"
_PATIENCE = 60.0


@dataclass(frozen=True)
class Server:
    """A server at work on this machine; its only user is `me`.

    Attributes
    ----------
    port : int
    process : subprocess.Popen
    """

    port: int
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        """Host, port and database, as in a URI."""
        return f"127.0.0.1:{self.port}/postgres"

    @property
    def uri(self) -> str:
        """The URI with the password."""
        return f"postgresql://me:{quote(PASSWORD, safe='')}@{self.address}"

    def execute(self, *statements: str) -> None:
        """Carry statements out, and keep what they did."""
        from adbc_driver_postgresql import dbapi

        with dbapi.connect(self.uri) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            connection.commit()


def binaries() -> Path | None:
    """Return where Debian puts the server's programs, of the newest version; None where it is not there."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server in a folder of its own, and end it with the block."""
    programs = binaries()
    assert programs is not None
    # Not pytest's own folder, which another user can't enter.
    folder = Path(tempfile.mkdtemp(prefix="hairpipe-postgresql-"))
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    who = None if user is None else user.pw_uid
    (folder / "password").write_text(PASSWORD)
    (folder / "password").chmod(0o644)
    data = str(folder / "data")
    try:
        options = ["-U", "me", "--auth=scram-sha-256", "-E", "UTF8", "--no-sync", "--pwfile=password"]
        command = [programs / "initdb", "-D", data, *options]
        subprocess.run(command, check=True, capture_output=True, user=who, cwd=folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [programs / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder, "-F"]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, user=who, cwd=folder)
        try:
            _wait_until_ready(port, folder / "log")
            yield Server(port, process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(_PATIENCE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(port: int, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while b"ready to accept connections" not in log.read_bytes():
        assert time.monotonic() < deadline, log.read_text(errors="replace")
        time.sleep(0.05)
