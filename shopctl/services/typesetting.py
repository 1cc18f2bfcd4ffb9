"""Run the templates of letters: those that ship, and those of the shop (`services.confining`).

A template sees plain texts, lists and dictionaries only, never an object that could do something.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jinja2 import Template

FOLDER: Final = Path(__file__).resolve().parents[1] / "letters"

OWN: Final = "<own>"
"""The file name of a template of the shop in tracebacks."""

WIDEST: Final = 120

ENDINGS: Final = {"text": "txt", "html": "html"}


class TooMuchError(Exception):
    """A template writes, repeats or holds more than a letter needs."""


def packaged(name: str, part: str) -> Template:
    """Find a template that ships.

    Args:
        name: Its file below `letters/` without the ending.
        part: `text` or `html`.
    """
    return _packaged()(f"{name}.{ENDINGS[part]}")


def written(source: str, part: str, values: Mapping[str, Any]) -> str:
    """Run a template of the shop, which is compiled once a process.

    Raises:
        Exception: One of `troubles()`.
    """
    from shopctl.services import confining

    return confining.run(_own(source, part), dict(values))


def source_of(name: str, part: str) -> str:
    """Read a template that ships."""
    return (FOLDER / f"{name}.{ENDINGS[part]}").read_text(encoding="utf-8")


def exists(name: str, part: str) -> bool:
    """Tell whether such a template ships."""
    return (FOLDER / f"{name}.{ENDINGS[part]}").is_file()


def troubles() -> tuple[type[Exception], ...]:
    """Name what a template of the shop can fail with."""
    from jinja2 import TemplateError

    return (
        TemplateError, TooMuchError, RecursionError, SyntaxError, MemoryError, ArithmeticError, LookupError, TypeError,
        ValueError, AttributeError,
    )  # fmt: skip


def line_of(error: BaseException) -> int:
    """Tell the line of the shop's template at which it failed; 0 where nobody knows."""
    if getattr(error, "lineno", None) and getattr(error, "filename", None) in (
        None, OWN, "<introspection>",
    ):  # fmt: skip
        return int(error.lineno)  # type: ignore[attr-defined]  # just asked
    found, step = 0, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == OWN:
            found = step.tb_lineno
        step = step.tb_next
    return found


def why(error: Exception) -> str:
    """Tell in words why a template failed."""
    from jinja2 import TemplateNotFound, TemplateSyntaxError

    if isinstance(error, TemplateNotFound):
        return f"there is no template {error.name} to take in"
    if isinstance(error, TemplateSyntaxError):
        return error.message or ""
    return str(error) or type(error).__name__


def is_missing(error: BaseException) -> bool:
    """Tell whether a template failed because it takes in one that does not exist."""
    from jinja2 import TemplateNotFound

    return isinstance(error, TemplateNotFound)


def habits() -> dict[str, Any]:
    """Tell how all templates are read."""
    from jinja2 import StrictUndefined

    return {
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "keep_trailing_newline": True,
        "auto_reload": False,
    }


def column(text: object, width: int) -> str:
    """Fill a text up with blanks, so that what follows stands below each other."""
    return str(text).ljust(min(int(width), WIDEST))


@cache
def _packaged() -> Callable[[str], Template]:
    from jinja2 import FileSystemLoader
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(FOLDER), autoescape=lambda name: bool(name and name.endswith(".html")), **habits()
    )
    environment.globals.clear()
    environment.filters["column"] = column
    return cache(environment.get_template)


@lru_cache(maxsize=256)
def _own(source: str, part: str) -> Template:
    from shopctl.services import confining

    return confining.compiled(source, part)
