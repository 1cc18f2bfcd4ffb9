"""Say what is wrong with a command line, and write the one that was probably meant."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any, Final

import typer

from shopctl.errors import UsageError

ATTEMPTS: Final = 4
"""So many typos in one command line are mended at once."""

Rehearse = Callable[[Sequence[str]], Exception | None]
"""Reads a command line without calling anything; answers what is wrong with it."""


class UnknownWordError(typer.TyperException):
    """A word names no command."""

    exit_code = 2

    def __init__(self, word: str, nearest: str, ctx: Any) -> None:
        super().__init__(f"no command '{word}'")
        self.word = word
        self.nearest = nearest
        self.ctx = ctx


class BadValueError(typer.BadParameter):
    """The value of an option cannot be read; typer adds which option it was."""

    def __init__(self, error: UsageError) -> None:
        super().__init__(error.message)
        self.error = error


def explained(error: typer.TyperException, words: Sequence[str], rehearse: Rehearse) -> UsageError:
    """Make our own error of what typer says about a command line."""
    if isinstance(error, BadValueError):
        return _bad_value(error)
    typo, guess = _guess(error)
    if guess:
        return UsageError("usage", _sentence(error), hint=_did_you_mean(guess, error, words, rehearse))
    return UsageError("usage", _sentence(error), hint=_help_of(error, typo))


def _bad_value(error: BadValueError) -> UsageError:
    cause = error.error
    parameter: Any = error.param
    name = max(parameter.opts, key=len) if parameter.param_type_name == "option" else parameter.make_metavar(None)
    return UsageError(cause.code, f"{name}: {cause.message}", hint=cause.hint, **{**cause.details, "option": name})


def _guess(error: Exception) -> tuple[str, str]:
    """Find the word that is wrong, and the nearest one that is right, either of them empty."""
    if isinstance(error, UnknownWordError):
        return error.word, error.nearest
    typo = getattr(error, "option_name", "")
    possibilities = getattr(error, "possibilities", None) or []
    return typo, next((one for one in possibilities if _alike(typo, one)), "")


def _alike(typo: str, option: str) -> bool:
    """Tell whether two options are alike apart from their dashes, which all of them share."""
    return bool(get_close_matches(typo.lstrip("-"), [option.lstrip("-")], 1))


def _sentence(error: typer.TyperException) -> str:
    if getattr(error, "possibilities", False) is not False:
        return f"no such option '{getattr(error, 'option_name', '')}'"
    text = " ".join(error.format_message().split()).rstrip(".")
    return text[:1].lower() + text[1:]


def _did_you_mean(guess: str, error: typer.TyperException, words: Sequence[str], rehearse: Rehearse) -> str:
    mended = None if {"-h", "--help"} & set(words) else _mended(error, words, rehearse)
    if mended is None or " ".join(mended) == guess:
        return f"did you mean '{guess}'?"
    return f"did you mean '{guess}'?  Try: shopctl {shlex.join(mended)}"


def _mended(error: Exception, words: Sequence[str], rehearse: Rehearse) -> list[str] | None:
    """Replace typo after typo; None when the result still cannot be read."""
    mended = list(words)
    wrong: Exception | None = error
    for _ in range(ATTEMPTS):
        if wrong is None:
            return mended
        typo, guess = _guess(wrong)
        place = _place(mended, typo)
        if not guess or place is None:
            return None
        mended[place] = guess + mended[place][len(typo) :]
        wrong = rehearse(mended)
    return mended if wrong is None else None


def _place(words: Sequence[str], typo: str) -> int | None:
    for position, word in enumerate(words):
        if word == typo or (typo.startswith("--") and word.startswith(f"{typo}=")):
            return position
    return None


def _help_of(error: Exception, typo: str) -> str:
    ctx: Any = getattr(error, "ctx", None)
    path = ctx.command_path if ctx is not None else "shopctl"
    if typo in {"-n", "--dry-run"}:
        return f"{path.removeprefix('shopctl ')} changes nothing"
    return f"{path} --help"
