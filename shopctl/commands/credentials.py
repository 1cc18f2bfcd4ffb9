"""Ask who somebody is: a name, and a password that is never shown nor typed on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from shopctl.commands.options import option
from shopctl.errors import UsageError

if TYPE_CHECKING:
    from shopctl.commands.call import Call

LONGEST: Final = 4096
"""Bytes; a longer line is not a password but the wrong file."""

PasswordStdin = Annotated[
    bool, option("--password-stdin", help="Read the password from the first line of standard input")
]


def ask_name(call: Call, prompt: str, otherwise: str) -> str:
    """Ask for a name.

    Args:
        otherwise: The option that gives it where nobody can be asked.

    Raises:
        UsageError: There is no terminal, or nothing was typed.
    """
    if not call.out.interactive:
        raise UsageError(
            "usage", f"a user name is needed and there is no terminal to ask on: {otherwise}",
            hint=f"shopctl {call.command} {otherwise}",
        )  # fmt: skip
    name = call.out.question(prompt)
    if not name:
        raise UsageError("usage", "no user name was typed", hint=f"shopctl {call.command} {otherwise}")
    return name


def ask_password(call: Call, prompt: str, *, piped: bool, again: str = "") -> str:
    """Ask for a password without showing it, or take it from standard input.

    Args:
        piped: Take it from standard input.
        again: What to ask when it has to be typed a second time.

    Raises:
        UsageError: There is none, there is no terminal, or the two differ.
    """
    if piped:
        return _from_stdin(call)
    password = _typed(call.out.password(prompt))
    if again and call.out.password(again) != password:
        raise UsageError("auth.password", "the two passwords differ", hint=f"shopctl {call.command}, and type it again")
    return password


def _from_stdin(call: Call) -> str:
    if call.stdin.isatty():
        raise UsageError(
            "usage",
            "--password-stdin takes the password from a pipe, and standard input is a terminal",
            hint="leave --password-stdin out to be asked without showing it",
        )
    source = getattr(call.stdin, "buffer", None)
    line = source.readline(LONGEST + 1) if source is not None else call.stdin.readline(LONGEST + 1).encode()
    if len(line) > LONGEST:
        raise UsageError("auth.password", "the first line of standard input is too long for a password")
    try:
        return _typed(line.decode("utf-8").removesuffix("\n").removesuffix("\r"))
    except UnicodeDecodeError:
        raise UsageError("file.encoding", "the password on standard input is not UTF-8 text") from None


def _typed(password: str) -> str:
    if not password:
        raise UsageError("auth.password", "the password is empty", hint="type it, or pipe it in with --password-stdin")
    if not password.isprintable():
        raise UsageError(
            "auth.password", "the password holds characters that cannot be typed", hint="choose another one"
        )
    return password
