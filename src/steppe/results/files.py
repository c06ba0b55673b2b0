"""Files that are whole or absent: written beside their place, then moved into it; and a lock on a folder."""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import os
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

TEMPORARY = ".tmp"
_serial = itertools.count()


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file in the same folder, flush it to the disk and move it to `path`.

    `path` then holds all of the new content or what it held before, also after a power cut. The temporary
    file is removed if `write` fails; a process that is killed leaves it, with the suffix `TEMPORARY`.
    """
    temporary = path.parent / f".{path.name}.{os.getpid()}-{next(_serial)}{TEMPORARY}"
    try:
        write(temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """`text` into `path`, whole or not at all."""
    write_whole(path, lambda temporary: _write_text(temporary, text))


def write_json(path: Path, content: Any) -> None:
    """`content` as indented JSON (NaN is refused) into `path`, whole or not at all."""
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def checksum(path: Path) -> str:
    """BLAKE2b (128 bits) of the content of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


class FolderLock:
    """A lock that one process holds on a folder; the system lets go of it when the process ends, however it
    ends.
    """

    def __init__(self, file: Path) -> None:
        """Take the lock. BlockingIOError: another holder; other OSErrors: the file cannot be made, or not locked."""
        self._file = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if sys.platform == "win32":
                msvcrt.locking(self._file, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.token = f"{os.getpid()} {secrets.token_hex(8)}"  # of this holder and no other
            os.ftruncate(self._file, 0)
            os.lseek(self._file, 0, os.SEEK_SET)
            os.write(self._file, f"{self.token}\n".encode())
        except OSError as error:
            os.close(self._file)
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK):
                raise BlockingIOError(error.errno, "locked") from error
            raise

    def release(self) -> None:
        """Let go of the lock; a second call does nothing. The token goes with it: it names who holds the lock now, or
        held it and was killed.
        """
        if self._file >= 0:
            with suppress(OSError):
                os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = -1


def token(file: Path) -> str:
    """What the last holder of a lock wrote into its file: its process number and a random number; "" if it cannot be
    read.
    """
    try:
        return file.read_text().strip()
    except OSError:
        return ""


def holder(file: Path) -> str:
    """Number of the process that last took the lock, or "?"."""
    return token(file).partition(" ")[0] or "?"


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
