"""Confine the templates that the shop wrote: what they may call, read, repeat and put together.

Such a template calls nothing but macros, knows few filters, reads no other files than the templates that ship, and
stops when it has written or repeated too much. Work is counted and not timed, so that it ends at the same place
everywhere.

Source: Jinja's manual, "Sandbox" with its security considerations, and "Extensions" for the rewriting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from functools import wraps
from typing import Any, Final

from jinja2 import FileSystemLoader, Undefined, nodes, pass_context
from jinja2.environment import Template
from jinja2.exceptions import SecurityError, TemplateAssertionError
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, TemplateReference
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from shopctl.services.typesetting import FOLDER, OWN, TooMuchError, column, habits

LONGEST_SOURCE: Final = 64_000
LONGEST_LETTER: Final = 200_000
"""Characters of a template of the shop, and of what it writes."""

MOST_WRITTEN: Final = 1_000_000
"""Characters that a template may put together on the way to its letter."""

MOST_STEPS: Final = 20_000
"""Turns of loops, calls of macros and pieces of output in one part of a letter."""

LARGEST: Final = 10**12

FILTERS: Final = (
    "abs", "capitalize", "count", "d", "default", "e", "escape", "first", "int", "last", "length", "list", "lower",
    "reverse", "round", "sort", "title", "trim", "upper",
)  # fmt: skip
"""What a template of the shop may do with a value, beside `column`, `join` and `replace`."""

LOOP: Final = ("index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem")
"""What it may ask a loop."""


class _Budget:
    """What a part of a letter may still cost."""

    def __init__(self) -> None:
        self.steps = MOST_STEPS
        self.characters = MOST_WRITTEN

    def step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise TooMuchError(f"it takes more than {MOST_STEPS} steps")

    def write(self, characters: int) -> None:
        """Count what is put together, before it is."""
        self.characters -= characters
        if self.characters < 0:
            raise TooMuchError(f"it puts together more than {MOST_WRITTEN} characters")


_budget: ContextVar[_Budget] = ContextVar("budget")


def compiled(source: str, part: str) -> Template:
    """Compile a template of the shop.

    Raises:
        Exception: One of `typesetting.troubles()`.
    """
    if len(source) > LONGEST_SOURCE:
        raise TooMuchError(f"it has more than {LONGEST_SOURCE} characters")
    environment = _ENVIRONMENTS[part]
    code = environment.compile(source, filename=OWN)
    return Template.from_code(environment, code, environment.make_globals(None))


def parsed(source: str, part: str) -> nodes.Template:
    """Read a template of the shop without running it."""
    return _ENVIRONMENTS[part].parse(source, filename=OWN)


def run(template: Template, values: dict[str, Any]) -> str:
    """Run a template of the shop within its limits.

    Raises:
        Exception: One of `typesetting.troubles()`.
    """
    kept = _budget.set(_Budget())
    try:
        text = template.render(values)
    finally:
        _budget.reset(kept)
    if len(text) > LONGEST_LETTER:
        raise TooMuchError(f"it writes more than {LONGEST_LETTER} characters")
    return text


class _Counted(NodeTransformer):
    """Rewrites a template so that each of its turns and texts is counted."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802  # Jinja's name
        if node.recursive:
            raise TemplateAssertionError("a loop cannot be recursive", node.lineno)
        self.generic_visit(node)
        node.iter = _filtered(node.iter, "_counted")
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802  # Jinja's name
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), "join")

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802  # Jinja's name
        self.generic_visit(node)
        node.expr = _filtered(node.expr, "_weighed")
        for operand in node.ops:
            operand.expr = _filtered(operand.expr, "_weighed")
        return node

    def visit_Test(self, node: nodes.Test) -> nodes.Node:  # noqa: N802  # Jinja's name
        self.generic_visit(node)
        node.node = _filtered(node.node, "_weighed")
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802  # Jinja's name
        self.generic_visit(node)
        node.node = _filtered(node.node, "_weighed")
        return node

    def visit_List(self, node: Any) -> nodes.Node:  # noqa: N802  # Jinja's name
        self.generic_visit(node)
        return node if getattr(node, "ctx", "load") != "load" else _filtered(node, "_shallow")

    visit_Tuple = visit_List  # noqa: N815  # Jinja's name
    visit_Dict = visit_List  # noqa: N815  # Jinja's name

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802  # Jinja's name
        if node.name in ("varargs", "kwargs"):
            raise TemplateAssertionError("a macro takes the values that it names", node.lineno)
        return node

    def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.Node:  # noqa: N802  # Jinja's name
        return nodes.MarkSafeIfAutoescape(nodes.Const(node.data, lineno=node.lineno), lineno=node.lineno)

    def visit_ScopedEvalContextModifier(self, node: nodes.Node) -> nodes.Node:  # noqa: N802  # Jinja's name
        raise TemplateAssertionError("escaping cannot be switched off", node.lineno)

    visit_EvalContextModifier = visit_ScopedEvalContextModifier  # noqa: N815  # Jinja's name


def _filtered(node: Any, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


class _Confined(ImmutableSandboxedEnvironment):
    """Lets templates do what letters need."""

    intercepted_binops = frozenset(["+", "*", "**", "%"])

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree: nodes.Template = _Counted().visit(super()._parse(source, name, filename))
        tree.set_environment(self)
        return tree

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Look into dictionaries, ask loops, find blocks and macros; there is nothing else to reach."""
        found: Any = None
        if isinstance(obj, dict | TemplateReference):
            return self.getitem(obj, attribute)
        if isinstance(obj, LoopContext) and attribute in LOOP:
            return getattr(obj, attribute)
        if not attribute.startswith("_"):
            found = getattr(obj, attribute, None)
        return found if isinstance(found, Macro) else self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Look into plain values only, never at their attributes."""
        if isinstance(obj, dict | list | tuple | str | TemplateReference):
            try:
                return obj[argument]
            except (TypeError, LookupError):
                pass
        return self.undefined(obj=obj, name=argument)

    def is_safe_callable(self, obj: Any) -> bool:
        """Let macros and blocks be called, and nothing else."""
        return isinstance(obj, Macro | BlockReference)

    def call(__self, __context: Context, __obj: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: N805  # as in Jinja
        """Count a call; what is undefined says so."""
        _budget.get().step()
        if isinstance(__obj, Undefined):
            str(__obj)
        return super().call(__context, __obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Compute with whole numbers of a modest size; texts and lists could grow without end."""
        if not (isinstance(left, int) and isinstance(right, int)) or operator == "**":
            raise SecurityError(f"{operator} is for whole numbers only; ~ joins texts")
        found = super().call_binop(context, operator, left, right)
        if abs(found) > LARGEST:
            raise SecurityError("a number is too large")
        return found


def _weighed(value: Any) -> Any:
    """Count what is about to be compared, searched or copied."""
    budget = _budget.get()
    budget.step()
    if isinstance(value, str | list | tuple | dict):
        budget.write(len(value))
    return value


def _shallow(made: Any) -> Any:
    """Refuse what a template nests: a small text can make a list of lists that nobody could ever go through."""
    for one in (*made, *(made.values() if isinstance(made, dict) else ())):
        _weighed(one)
        inner = [*one, *one.values()] if isinstance(one, dict) else one if isinstance(one, list | tuple) else ()
        if any(isinstance(_weighed(part), list | tuple | dict) for part in inner):
            raise SecurityError("lists of lists of lists are too much")
    return made


def _charged(work: Callable[..., Any]) -> Callable[..., Any]:
    """Count what a filter goes through."""
    place = 1 if hasattr(work, "jinja_pass_arg") else 0

    @wraps(work)
    def charged(*args: Any, **options: Any) -> Any:
        for value in args[place:]:
            _weighed(value)
        return work(*args, **options)

    return charged


def _counted(values: Iterable[Any]) -> Iterator[Any]:
    budget = _budget.get()
    for value in values:
        budget.step()
        yield value


@pass_context
def _output(_context: Context, value: Any) -> str:
    """Count a piece of output; asking for the context keeps Jinja from doing it once while compiling."""
    budget = _budget.get()
    budget.step()
    text = _text(value)
    budget.write(len(text))
    return text


@pass_context
def _join(context: Context, values: Iterable[Any], between: Any = "") -> str:
    """Do what Jinja's own filter does, within the budget."""
    texts, between = [_text(value) for value in values], _text(between)
    _budget.get().write(sum(map(len, texts)) + len(between) * len(texts))
    if context.eval_ctx.autoescape and any(isinstance(text, Markup) for text in (between, *texts)):
        return escape(between).join(map(escape, texts))
    return str(between).join(texts)


def _replace(text: Any, old: Any, new: Any) -> str:
    """Do what Jinja's own filter does, within the budget; what was safe HTML is a plain text again."""
    written, old, new = str(_text(text)), str(_text(old)), str(_text(new))
    _budget.get().write(len(written) + written.count(old) * len(new))
    return written.replace(old, new)


def _text(value: Any) -> str:
    if isinstance(value, list | tuple | dict):
        raise SecurityError("a list is written one by one, or with join")
    return value if isinstance(value, str) else str(value)


def _environment(*, escapes: bool) -> _Confined:
    environment = _Confined(
        loader=FileSystemLoader(FOLDER), autoescape=escapes, optimized=False, finalize=_output, **habits()
    )
    environment.globals.clear()
    environment.filters = {name: _charged(environment.filters[name]) for name in FILTERS}
    environment.filters |= {
        "column": column, "join": _join, "replace": _replace,
        "_counted": _counted, "_weighed": _weighed, "_shallow": _shallow,
    }  # fmt: skip
    return environment


_ENVIRONMENTS: Final = {"text": _environment(escapes=False), "html": _environment(escapes=True)}
