"""The bytes of a path, whatever it is: a device that never ends and a pipe that nobody writes to are refused like a file that is not there."""

import os
import select
import stat

MOST = 200_000_000  # bytes: a notebook keeps its pictures
_PATIENCE = 10.0  # seconds without a byte from a pipe


class Unreadable(OSError):
    """Why nothing is read, as a sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(0, message)


def read_bytes(path: str) -> bytes:
    """The content of a file or pipe. Raises ``OSError`` or ``ValueError``, as ``open`` does, and :class:`Unreadable` for what is too large."""
    # Opening a pipe without a writer would wait for one.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            return _from_pipe(descriptor)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return _checked(file.read(MOST + 1) or b"")
    finally:
        os.close(descriptor)


def _from_pipe(descriptor: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while size <= MOST:
        ready, _, _ = select.select([descriptor], [], [], _PATIENCE)
        if not ready:
            raise Unreadable(f"nothing was written to this pipe for {_PATIENCE:.0f} seconds")
        part = os.read(descriptor, 1 << 20)
        if not part:
            break
        parts.append(part)
        size += len(part)
    return _checked(b"".join(parts))


def _checked(data: bytes) -> bytes:
    if len(data) > MOST:
        raise Unreadable(f"larger than {MOST // 1_000_000} million bytes")
    return data


__all__ = ["Unreadable", "read_bytes"]
