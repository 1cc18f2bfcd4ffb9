"""Put letters into a folder in place of a mail server, so that everything can be tried out without writing to anybody.

Source: the description of maildir by D. J. Bernstein: a file is written in `tmp`, then appears in `new` as a whole.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Final

from shopctl.domain.mail import CONTENT, DeliveryError, Envelope, Taken
from shopctl.errors import ConfigError

PARTS: Final = ("tmp", "new", "cur")
_counter = count(1)


class MaildirTransport:
    """Keeps each letter as a file that mail programs can read.

    Args:
        folder: Made if it is missing; nobody else may read it.

    Attributes:
        told: What happened so far, in words for people.
    """

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self.told: list[str] = []

    def open(self) -> None:
        """Make the folder.

        Raises:
            ConfigError: email.mailbox, if it cannot be made.
        """
        try:
            for part in PARTS:
                (self._folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(self._folder, error) from error
        self.told = [f"the folder {self._folder} takes letters; nothing leaves this machine"]

    def send(self, message: bytes, envelope: Envelope, before_content: Callable[[], None]) -> Taken:
        """Keep one letter.

        Raises:
            DeliveryError: The file cannot be written.
        """
        before_content()
        name = f"{time.time_ns() // 1000}.P{os.getpid()}Q{next(_counter)}.shopctl"
        heads = [f"Return-Path: <{envelope.sender}>", *(f"Delivered-To: {one}" for one in envelope.recipients)]
        content = "\n".join([*heads, ""]).encode() + message.replace(b"\r\n", b"\n")
        path = self._folder / "new" / name
        try:
            _write(self._folder / "tmp" / name, path, content)
        except OSError as error:
            reason = f"{path} cannot be written: {(error.strerror or str(error)).lower()}"
            raise DeliveryError(CONTENT, 0, reason, lost=True) from error
        return Taken(f"kept in {path}")

    def close(self) -> None:
        """Nothing is left open."""


def require_room(folder: str) -> None:
    """Try whether letters can be kept in a folder, or where it would be made, and leave nothing behind.

    Raises:
        ConfigError: email.mailbox, if they cannot.
    """
    path = Path(folder)
    try:
        there = next(one for one in (path / PARTS[0], path, *path.absolute().parents) if one.exists())
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(folder: Path, error: OSError) -> ConfigError:
    return ConfigError(
        "email.mailbox",
        f"email.maildir {folder} cannot be used: {(error.strerror or str(error)).lower()}",
        hint="name a folder of your own in email.maildir; shopctl config path tells the file to edit",
    )


def _write(draft: Path, path: Path, content: bytes) -> None:
    """Write a file so that it appears as a whole and stays, also after a power cut."""
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.rename(draft, path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
