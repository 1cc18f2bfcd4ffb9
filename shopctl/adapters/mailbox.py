"""Read a mailbox of this machine, a maildir or an mbox file, in which anybody may have written anything.

Source: RFC 4155 (mbox); the description of maildir by D. J. Bernstein.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from shopctl.domain.bounces import Mail
from shopctl.errors import NotFoundError, RefusedError

LONGEST: Final = 5_000_000
"""Bytes that are read of a message; reports come before the letter that comes back."""

LONGEST_LINE: Final = 100_000
_BEGIN: Final = b"From "


def opened(path: str) -> _Maildir | _Mbox:
    """Open the mailbox at a path.

    Raises:
        NotFoundError: file.missing.
        RefusedError: email.mailbox, if it is neither a maildir nor a file.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        raise NotFoundError(
            "file.missing", f"there is no mailbox {path}", hint="name a maildir or an mbox file", path=path
        ) from error
    if stat.S_ISREG(mode):
        return _Mbox(path)
    if stat.S_ISDIR(mode) and all((Path(path) / part).is_dir() for part in ("new", "cur")):
        return _Maildir(Path(path))
    raise RefusedError(
        "email.mailbox",
        f"{path} is no mailbox: a maildir has the folders new and cur, an mbox is one file",
        hint="name the folder or the file that your mail server delivers to",
        path=path,
    )


class _Maildir:
    """Each message is a file; what was looked at moves from `new` to `cur`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def messages(self) -> Iterator[Mail]:
        try:
            names = sorted(
                entry.name for entry in os.scandir(self._folder / "new") if entry.is_file(follow_symlinks=False)
            )
        except OSError as error:
            raise _unreadable(str(self._folder), error) from error
        for name in names:
            with suppress(OSError):  # another program may have taken it meanwhile
                file = os.open(self._folder / "new" / name, os.O_RDONLY | os.O_NOFOLLOW)
                with os.fdopen(file, "rb") as stream:
                    yield Mail(name, stream.read(LONGEST))

    def done(self, message: Mail, *, understood: bool) -> None:
        name = f"{message.name.partition(':')[0]}:2,{'S' if understood else ''}"
        with suppress(OSError):
            os.rename(self._folder / "new" / message.name, self._folder / "cur" / name)


class _Mbox:
    """All messages are in one file, which stays as it is: to read it again does no harm."""

    def __init__(self, path: str) -> None:
        self._path = path

    def messages(self) -> Iterator[Mail]:
        try:
            with open(self._path, "rb") as stream:
                for place, content in enumerate(_cut(stream), 1):
                    yield Mail(str(place), content)
        except OSError as error:
            raise _unreadable(self._path, error) from error

    def done(self, message: Mail, *, understood: bool) -> None:
        """Leave the file alone."""


def _cut(stream: BinaryIO) -> Iterator[bytes]:
    """Cut an mbox file where a line after an empty one begins with `From `; without any, it is one message."""
    lines: list[bytes] = []
    size, blank, begun = 0, True, False
    while line := stream.readline(LONGEST_LINE):
        if blank and line.startswith(_BEGIN):
            if begun:
                yield b"".join(lines)
            lines, size, begun = [], 0, True
        elif size < LONGEST:
            begun = True
            lines.append(line[1:] if line.startswith(b">From ") else line)
            size += len(line)
        blank = line in (b"\n", b"\r\n")
    if begun:
        yield b"".join(lines)


def _unreadable(path: str, error: OSError) -> RefusedError:
    return RefusedError(
        "email.mailbox", f"the mailbox {path} cannot be read: {(error.strerror or str(error)).lower()}", path=path,
        hint="check who may read it",
    )  # fmt: skip
