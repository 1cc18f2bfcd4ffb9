"""Write bytes to standard output or to a file that appears only when it is complete."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import IO, Protocol, TextIO

from shopctl.errors import ShopError, UsageError

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Sink(Protocol):
    """Where a document goes, piece by piece."""

    def write(self, text: str) -> None:
        """Add a piece of text."""

    def flush(self) -> None:
        """Hand everything written so far to the system."""


class StreamSink:
    """Writes to a text stream, around its own encoder, so that one odd character never stops a document.

    Args:
        stream: Standard output; None where it was closed before the start.
        encoding: UTF-8 for machine formats, the terminal's own for people.
        errors: What happens to characters that the encoding does not have.
        table: Replaces glyphs that the encoding does not have.
    """

    def __init__(
        self,
        stream: TextIO | None,
        *,
        encoding: str = "utf-8",
        errors: str = "backslashreplace",
        table: Mapping[int, str] | None = None,
    ) -> None:
        self._stream = stream
        self._buffer: IO[bytes] | None = getattr(stream, "buffer", None)
        self._encoding = encoding
        self._errors = errors
        self._table = table or {}

    def write(self, text: str) -> None:
        """Add a piece of text."""
        if self._table:
            text = text.translate(self._table)
        self.write_bytes(text.encode(self._encoding, self._errors))

    def write_bytes(self, content: bytes) -> None:
        """Add bytes as they are.

        Raises:
            ShopError: `output.closed`, the disk is full or the stream was never open.
            BrokenPipeError: The reader has gone.
        """
        with self._told():
            if self._stream is None:
                raise OSError(errno.EBADF, os.strerror(errno.EBADF))
            if self._buffer is None:
                self._stream.write(content.decode(self._encoding, "replace"))
            else:
                self._buffer.write(content)

    def flush(self) -> None:
        """Hand everything written so far to the system; fails like `write_bytes`."""
        if self._stream is not None:
            with self._told():
                self._stream.flush()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            self._abandon()
            raise
        except OSError as problem:
            self._abandon()
            raise ShopError(
                "output.closed",
                f"the output cannot be written: {(problem.strerror or str(problem)).lower()}",
                hint="free some space or write somewhere else, then run the command again",
            ) from problem

    def _abandon(self) -> None:
        """Throw away what was not taken; the interpreter would try again at its end and exit with 120."""
        with suppress(OSError, ValueError, AttributeError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())  # type: ignore[union-attr]  # suppressed above
            os.close(nowhere)


class FileSink:
    """Collects a document in a hidden file next to its target; `commit` gives it its name, `discard` removes it."""

    def __init__(self, path: str | os.PathLike[str], *, overwrite: bool) -> None:
        self._path = os.fspath(path)
        self._overwrite = overwrite
        require_free(self._path, overwrite=overwrite)
        directory, name = os.path.split(self._path)
        self._directory = directory or "."
        self._temporary = os.path.join(self._directory, f".{name[:60]}.{os.urandom(6).hex()}.tmp")
        with _unwritable(self._path):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW
            self._file = os.fdopen(os.open(self._temporary, flags, 0o600), "wb", buffering=1 << 16)

    def write(self, text: str) -> None:
        """Add a piece of text as UTF-8."""
        self.write_bytes(text.encode("utf-8", "backslashreplace"))

    def write_bytes(self, content: bytes) -> None:
        """Add bytes as they are."""
        with _unwritable(self._path):
            self._file.write(content)

    def flush(self) -> None:
        """Do nothing: a file is not seen before it is complete."""

    def commit(self) -> None:
        """Write everything to the disk and give the file its name, in one step."""
        with _unwritable(self._path):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            if self._overwrite:
                os.replace(self._temporary, self._path)
            else:
                self._name_once()
            _sync_directory(self._directory)

    def discard(self) -> None:
        """Leave nothing behind."""
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            os.unlink(self._temporary)

    def _name_once(self) -> None:
        """Refuse a file that somebody made meanwhile: linking fails where renaming would replace it."""
        try:
            os.link(self._temporary, self._path, follow_symlinks=False)
        except FileExistsError:
            raise
        except (OSError, NotImplementedError):  # file systems without hard links
            require_free(self._path, overwrite=False)
            os.rename(self._temporary, self._path)
        else:
            os.unlink(self._temporary)


def require_free(path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Refuse a target before any work is done for it.

    Raises:
        UsageError: `file.exists`, and overwriting was not asked for.
        ShopError: `file.unwritable`, it is a directory or device.
    """
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError as problem:
        if not os.path.isdir(os.path.dirname(path) or "."):
            raise unwritable(path, "there is no such directory") from problem
        return
    except (OSError, ValueError) as problem:
        raise unwritable(path, str(getattr(problem, "strerror", None) or problem).lower()) from problem
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        raise unwritable(path, "it is a directory" if stat.S_ISDIR(mode) else "it is not a regular file")
    if not overwrite:
        raise exists(path)


def exists(path: str | os.PathLike[str]) -> UsageError:
    """Build the refusal of a file that is there already."""
    hint = "name another file or add --force-overwrite"
    return UsageError("file.exists", f"{path} exists already", hint=hint, path=str(path))


def unwritable(path: str | os.PathLike[str], why: str) -> ShopError:
    """Build the refusal of a file that cannot be written."""
    hint = "check the directory, its permissions and the free space"
    return ShopError("file.unwritable", f"{path} cannot be written: {why}", hint=hint, path=str(path))


def write_file(path: str | os.PathLike[str], content: bytes, *, overwrite: bool) -> None:
    """Write a whole file so that it is either complete or not there; readable by its owner only."""
    sink = FileSink(path, overwrite=overwrite)
    try:
        sink.write_bytes(content)
        sink.commit()
    except BaseException:
        sink.discard()
        raise


@contextmanager
def _unwritable(path: str) -> Iterator[None]:
    try:
        yield
    except FileExistsError as problem:
        raise exists(path) from problem
    except OSError as problem:
        raise unwritable(path, (problem.strerror or str(problem)).lower()) from problem


def _sync_directory(directory: str) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
