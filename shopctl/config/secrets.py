"""Keep passwords out of files, logs and messages."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from shopctl.errors import ConfigError

COMMAND_SECONDS = 60
"""How long a password command may take: long enough to unlock a key ring by hand."""

LONGEST = 4096
"""Bytes; whatever is longer is not a password but the wrong file."""


class Secret:
    """A password that does not show itself; `reveal` is the only way to it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Hand out the password itself, for the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "****"

    def __format__(self, format_spec: str) -> str:
        return format("****", format_spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not copied to a file or another process")


def from_file(path: str, key: str) -> Secret:
    """Read a password from the first line of a file.

    Raises:
        ConfigError: The file cannot be read or holds no password.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(LONGEST + 1)
    except OSError as error:
        raise ConfigError(
            "config.secret", f"the file of {key} cannot be read: {error.strerror} ({path})", path=path
        ) from error
    return _first_line(content, f"the file of {key}", path)


def from_command(command: str, key: str) -> Secret:
    """Run a command, without a shell, and take the first line that it prints as the password.

    Raises:
        ConfigError: The command does not exist, fails, takes too long or prints nothing.
    """
    import shlex
    import subprocess

    words = shlex.split(command)
    try:
        answer = subprocess.run(  # noqa: S603  # the shop's own configuration names the command
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=COMMAND_SECONDS, check=False
        )
    except OSError as error:
        raise ConfigError(
            "config.secret", f"the command of {key} cannot be run: {error.strerror} ({words[0]})"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise ConfigError(
            "config.secret", f"the command of {key} did not answer in {COMMAND_SECONDS} seconds ({words[0]})"
        ) from error
    if answer.returncode:
        raise ConfigError("config.secret", f"the command of {key} failed with status {answer.returncode} ({words[0]})")
    return _first_line(answer.stdout, f"the command of {key}", words[0])


def _first_line(content: bytes, source: str, name: str) -> Secret:
    line = content.split(b"\n", 1)[0].removesuffix(b"\r")
    if not line:
        raise ConfigError("config.secret", f"{source} holds no password in its first line ({name})")
    if len(line) > LONGEST:
        raise ConfigError("config.secret", f"{source} holds more than a password ({name})")
    try:
        return Secret(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError("config.secret", f"{source} holds a password that is not UTF-8 ({name})") from error
