"""Run the templates of letters: those that ship, and those of the shop, which may do little and not for long.

A template sees plain texts, lists and dictionaries only, never an object that could do something. One that the shop
wrote calls nothing but macros, knows few filters, reads no other files than the templates that ship, and stops when it
has written or repeated too much. Work is counted and not timed, so that it ends at the same place everywhere.

Source: Jinja's manual, "Sandbox" and its security considerations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jinja2 import Environment, Template

FOLDER: Final = Path(__file__).resolve().parents[1] / "letters"

OWN: Final = "<own>"
"""The file name of a template of the shop in error messages of Jinja."""

LONGEST_SOURCE: Final = 64_000
LONGEST_LETTER: Final = 200_000
"""Characters of a template of the shop, and of what it writes."""

MOST_WRITTEN: Final = 1_000_000
"""Characters that a template may put together on the way to its letter."""

MOST_STEPS: Final = 20_000
"""Turns of loops, calls of macros and pieces of output in one letter."""

WIDEST: Final = 120

FILTERS: Final = (
    "abs", "capitalize", "count", "d", "default", "e", "escape", "first", "int", "last", "length", "list", "lower",
    "reverse", "round", "sort", "title", "trim", "upper",
)  # fmt: skip
"""What a template of the shop may do with a value, beside `column`, `join` and `replace`."""


class TooMuchError(Exception):
    """A template writes, repeats or computes more than a letter needs, or what it must not."""


class _Budget:
    """What a letter may still cost."""

    def __init__(self) -> None:
        self.steps = MOST_STEPS
        self.characters = MOST_WRITTEN

    def step(self) -> None:
        """Count a turn, a call or a piece of output."""
        self.steps -= 1
        if self.steps < 0:
            raise TooMuchError(f"it takes more than {MOST_STEPS} steps")

    def write(self, characters: int) -> None:
        """Count what is put together, before it is."""
        self.characters -= characters
        if self.characters < 0:
            raise TooMuchError(f"it puts together more than {MOST_WRITTEN} characters")


_budget: ContextVar[_Budget] = ContextVar("budget")


def packaged(name: str, part: str) -> Template:
    """Find a template that ships.

    Args:
        name: Its file below `letters/` without the ending.
        part: `text` or `html`.
    """
    return _packaged()(f"{name}.{_ENDINGS[part]}")


def own(source: str, part: str) -> Template:
    """Compile a template of the shop; the same one is compiled once a process.

    Raises:
        Exception: One of `troubles()`.
    """
    return _own(source, part)


def written(template: Template, values: Mapping[str, Any]) -> str:
    """Run a template of the shop within its limits.

    Raises:
        Exception: One of `troubles()`.
    """
    kept = _budget.set(_Budget())
    try:
        text = template.render(values)
    finally:
        _budget.reset(kept)
    if len(text) > LONGEST_LETTER:
        raise TooMuchError(f"it writes more than {LONGEST_LETTER} characters")
    return text


def source_of(name: str, part: str) -> str:
    """Read a template that ships."""
    return (FOLDER / f"{name}.{_ENDINGS[part]}").read_text(encoding="utf-8")


def exists(name: str, part: str) -> bool:
    """Tell whether such a template ships."""
    return (FOLDER / f"{name}.{_ENDINGS[part]}").is_file()


def troubles() -> tuple[type[Exception], ...]:
    """Name what a template of the shop can fail with."""
    from jinja2 import TemplateError

    return (
        TemplateError, TooMuchError, RecursionError, SyntaxError, MemoryError, ArithmeticError, LookupError, TypeError,
        ValueError, AttributeError,
    )  # fmt: skip


_ENDINGS: Final = {"text": "txt", "html": "html"}


@cache
def _packaged() -> Callable[[str], Template]:
    """Make the way to the templates that ship, each compiled once."""
    from jinja2 import FileSystemLoader
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(FOLDER), autoescape=lambda name: bool(name and name.endswith(".html")), **_habits()
    )
    environment.globals.clear()
    environment.filters["column"] = _column
    return cache(environment.get_template)


def _habits() -> dict[str, Any]:
    from jinja2 import StrictUndefined

    return {
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "keep_trailing_newline": True,
        "auto_reload": False,
    }


def _column(text: object, width: int) -> str:
    return str(text).ljust(min(int(width), WIDEST))


@lru_cache(maxsize=256)
def _own(source: str, part: str) -> Template:
    if len(source) > LONGEST_SOURCE:
        raise TooMuchError(f"it has more than {LONGEST_SOURCE} characters")
    environment = confined(part)
    code = environment.compile(source, filename=OWN)
    return environment.template_class.from_code(environment, code, environment.make_globals(None))


@cache
def confined(part: str) -> Environment:
    """Make the environment in which templates of the shop run."""
    from jinja2 import FileSystemLoader, Undefined, nodes, pass_context
    from jinja2.exceptions import SecurityError, TemplateAssertionError
    from jinja2.runtime import BlockReference, LoopContext, Macro, TemplateReference
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from jinja2.visitor import NodeTransformer

    class Counted(NodeTransformer):
        """Rewrites a template so that each of its turns and texts is counted."""

        def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802  # Jinja's way to name it
            if node.recursive:
                raise TemplateAssertionError("a loop cannot be recursive", node.lineno)
            self.generic_visit(node)
            node.iter = _filtered(node.iter, "_counted")
            return node

        def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
            self.generic_visit(node)
            return _filtered(nodes.List(node.nodes, lineno=node.lineno), "_joined")

        def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.Node:  # noqa: N802
            constant = nodes.Const(node.data, lineno=node.lineno)
            return nodes.MarkSafeIfAutoescape(constant, lineno=node.lineno)

        def visit_ScopedEvalContextModifier(self, node: nodes.Node) -> nodes.Node:  # noqa: N802
            raise TemplateAssertionError("escaping cannot be switched off", node.lineno)

        visit_EvalContextModifier = visit_ScopedEvalContextModifier  # noqa: N815

    def _filtered(node: nodes.Expr, name: str) -> nodes.Filter:
        return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)

    class Confined(ImmutableSandboxedEnvironment):
        """Lets templates do what letters need."""

        intercepted_binops = frozenset(["+", "*", "**", "%"])

        def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
            tree = super()._parse(source, name, filename)
            changed: nodes.Template = Counted().visit(tree)
            changed.set_environment(self)
            return changed

        def getattr(self, obj: Any, attribute: str) -> Any:
            if isinstance(obj, dict):
                return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
            if isinstance(obj, TemplateReference):
                return obj[attribute]
            if isinstance(obj, LoopContext) and attribute in _LOOP:
                return getattr(obj, attribute)
            value = getattr(obj, attribute, None) if not attribute.startswith("_") else None
            return value if isinstance(value, Macro) else self.undefined(obj=obj, name=attribute)

        def getitem(self, obj: Any, argument: Any) -> Any:
            if isinstance(obj, dict | list | tuple | str):
                try:
                    return obj[argument]
                except (TypeError, LookupError):
                    pass
            return self.undefined(obj=obj, name=argument)

        def is_safe_callable(self, obj: Any) -> bool:
            return isinstance(obj, Macro | BlockReference)

        def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805  # as in Jinja
            _budget.get().step()
            if isinstance(__obj, Undefined):
                str(__obj)  # says what is undefined
            return super().call(__context, __obj, *args, **kwargs)

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            if not (isinstance(left, int) and isinstance(right, int)) or operator == "**":
                raise SecurityError(f"{operator} is for small whole numbers only; ~ joins texts")
            found = super().call_binop(context, operator, left, right)
            if abs(found) > 10**12:
                raise SecurityError("a number is too large")
            return found

    environment = Confined(
        loader=FileSystemLoader(FOLDER), autoescape=part == "html", optimized=False, finalize=pass_context(_counted_text),
        **_habits(),
    )  # fmt: skip
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.filters |= {
        "column": _column, "join": pass_context(_join), "replace": _replace, "_counted": _counted,
        "_joined": pass_context(_joined),
    }  # fmt: skip
    return environment


_LOOP: Final = ("index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem")


def _counted(values: Iterable[Any]) -> Iterator[Any]:
    budget = _budget.get()
    for value in values:
        budget.step()
        yield value


def _counted_text(_context: Any, value: Any) -> Any:
    budget = _budget.get()
    budget.step()
    text = value if isinstance(value, str) else str(value)
    budget.write(len(text))
    return text


def _joined(context: Any, parts: list[Any]) -> str:
    return _join(context, parts)


def _join(context: Any, values: Iterable[Any], between: object = "") -> str:
    from markupsafe import Markup, escape

    texts = [value if isinstance(value, str) else str(value) for value in values]
    between = between if isinstance(between, str) else str(between)
    _budget.get().write(sum(map(len, texts)) + len(between) * len(texts))
    if context.eval_ctx.autoescape and any(isinstance(text, Markup) for text in (between, *texts)):
        return escape(between).join(map(escape, texts))
    return str(between).join(texts)


def _replace(text: object, old: object, new: object) -> str:
    written, old, new = str(text), str(old), str(new)
    _budget.get().write(len(written) + (written.count(old) if old else 0) * len(new))
    return written.replace(old, new) if old else written
