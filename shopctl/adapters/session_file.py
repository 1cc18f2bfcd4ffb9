"""Keep the session of the person at this terminal in a file readable by its owner only; read the token of a job."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from shopctl.errors import AuthError, ShopError


def read(path: Path) -> str:
    """Read the token; an empty text when nobody signed in here.

    Raises:
        AuthError: Others could read the file, so it is not trusted.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return ""
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
        facts = os.fstat(file.fileno())
        if facts.st_uid != os.getuid() or stat.S_IMODE(facts.st_mode) & 0o077:
            raise AuthError(
                "auth.required",
                f"the session file {path} can be read by others, so it is not used",
                hint="shopctl login",
            )
        return file.read(200).strip()


def read_token(path: Path, *, own: bool) -> str:
    """Read the token that a job was given in a file.

    Args:
        own: The file has to belong to this account and to be closed to all others.

    Raises:
        AuthError: It cannot be read, is empty, or is open to others.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise _unusable(path, f"cannot be read: {reason}", "check SHOPCTL_TOKEN_FILE") from error
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise _unusable(path, "is not a file", "check SHOPCTL_TOKEN_FILE")
        if own and (facts.st_uid != os.getuid() or stat.S_IMODE(facts.st_mode) & 0o077):
            raise _unusable(path, "can be read by others, so it is not used", f"chmod 600 {path}")
        token = file.read(200).strip()
    if not token:
        raise _unusable(path, "is empty", "shopctl user token create NAME --scope SCOPES > FILE")
    return token


def _unusable(path: Path, problem: str, hint: str) -> AuthError:
    return AuthError("auth.required", f"the token file {path} {problem}", hint=hint)


def write(path: Path, token: str) -> None:
    """Store the token; the file is made anew with mode 0600, never opened if it exists.

    Raises:
        ShopError: The directory cannot be written.
    """
    import secrets

    fresh = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
    try:
        make_private(path.parent)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(token + "\n")
        os.replace(fresh, path)
    except OSError as error:
        raise _unwritable(path, error) from error


def remove(path: Path) -> None:
    """Forget the token.

    Raises:
        ShopError: The directory cannot be written.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error


def make_private(directory: Path) -> None:
    """Make a directory, and those above it that are missing, for their owner only."""
    if not directory.parent.exists():
        make_private(directory.parent)
    directory.mkdir(mode=0o700, exist_ok=True)


def _unwritable(path: Path, error: OSError) -> ShopError:
    return ShopError(
        "file.unwritable",
        f"the session cannot be kept in {path}: {(error.strerror or str(error)).lower()}",
        hint="check the directory, its permissions and the free space",
        path=str(path),
    )
