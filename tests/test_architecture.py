"""Hold the shape of the code: what linters and import contracts cannot see."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from shopctl import errors

PROJECT = Path(__file__).parent.parent
PACKAGE = PROJECT / "shopctl"
LONGEST_MODULE, LONGEST_FUNCTION = 400, 40
ONE_HOME = ("fpdf", "smtplib", "tabulate", "yaml")
"""Libraries that one module knows, and that are imported only inside the function that needs them."""

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Module(NamedTuple):
    name: str
    path: Path
    text: str
    tree: ast.Module


class Import(NamedTuple):
    library: str
    nested: bool


@cache
def modules() -> tuple[Module, ...]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        name = ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")
        found.append(Module(name, path, text, ast.parse(text)))
    return tuple(found)


def loads_nothing_yet(node: ast.AST) -> bool:
    for_types = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    return for_types or isinstance(node, FUNCTIONS)


def imports(module: Module) -> Iterator[Import]:
    nested = {node for outer in ast.walk(module.tree) if loads_nothing_yet(outer) for node in ast.walk(outer)}
    for node in ast.walk(module.tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        yield from (Import(name.partition(".")[0], node in nested) for name in names)


def public_definitions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Definition]]:
    for node in body:
        if isinstance(node, ast.If):
            yield from public_definitions(node.body, prefix)
        if isinstance(node, Definition) and not node.name.startswith("_") and node.name != "Meta":
            yield f"{prefix}.{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(node.body, f"{prefix}.{node.name}")


def called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def test_modules_are_short():
    lengths = {module.name: len(module.text.splitlines()) for module in modules()}

    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_functions_are_short():
    lengths = {
        f"{module.name}.{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, FUNCTIONS)
    }

    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_everything_public_is_documented():
    silent = [module.name for module in modules() if not ast.get_docstring(module.tree)]
    for module in modules():
        silent += [
            name for name, node in public_definitions(module.tree.body, module.name) if not ast.get_docstring(node)
        ]

    assert silent == []


def test_nothing_is_left_to_do():
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")

    assert [module.name for module in modules() if words.search(module.text)] == []


def catches_everything(node: ast.AST) -> bool:
    """Tell whether a handler takes any exception and does not raise it again."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    caught = {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)} if node.type else {"Exception"}
    last = node.body[-1]
    raised_again = isinstance(last, ast.Raise) and last.exc is None
    return bool({"Exception", "BaseException"} & caught) and not raised_again


def test_failures_are_not_swallowed():
    """One handler tells all errors; a shell that asks for completions is told none, for somebody is typing."""
    found = [module.name for module in modules() for node in ast.walk(module.tree) if catches_everything(node)]

    assert sorted(found) == ["shopctl.cli", "shopctl.commands.completing"]


def test_only_the_output_writes():
    printing = [m.name for m in modules() for node in ast.walk(m.tree) if called(node) == "print"]

    assert [name for name in printing if not name.startswith(("shopctl.output", "shopctl.cli"))] == []


def test_money_is_never_a_float():
    found = [
        f"{module.name}:{node.lineno}"
        for module in modules()
        if module.name.startswith(("shopctl.domain", "shopctl.models"))
        for node in ast.walk(module.tree)
        if called(node) == "float"
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]

    assert found == []


# Libraries


@pytest.mark.parametrize("library", ONE_HOME)
def test_library_has_one_home_and_is_loaded_late(library):
    uses = [(module.name, use) for module in modules() for use in imports(module) if use.library == library]

    assert len({name for name, _ in uses}) <= 1
    assert [name for name, use in uses if not use.nested] == []


def test_rules_use_the_standard_library_only():
    allowed = sys.stdlib_module_names | {"shopctl"}
    inner = [module for module in modules() if module.name.startswith(("shopctl.domain", "shopctl.errors"))]

    assert [
        (module.name, use.library) for module in inner for use in imports(module) if use.library not in allowed
    ] == []


def test_command_line_library_stays_in_the_command_line():
    users = {module.name for module in modules() for use in imports(module) if use.library in ("typer", "click")}

    assert [name for name in sorted(users) if not name.startswith(("shopctl.cli", "shopctl.commands."))] == []


# Errors


def test_error_codes_are_listed_once():
    tree = next(module.tree for module in modules() if module.name == "shopctl.errors")
    tables = [node for node in ast.walk(tree) if isinstance(node, ast.Dict) and len(node.keys) > 10]
    listed = Counter(key.value for key in tables[0].keys if isinstance(key, ast.Constant))

    assert [code for code, times in listed.items() if times > 1] == []
    assert dict(listed).keys() == errors.CODES.keys()


def test_every_error_code_is_used_somewhere():
    used = {
        node.value
        for module in modules()
        if module.name != "shopctl.errors"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert sorted(errors.CODES.keys() - used) == []


def test_every_error_that_is_raised_has_a_listed_code():
    kinds = {
        name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.ShopError)
    }
    raised = {
        f"{node.args[0].value} in {module.name}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and called(node) in kinds and node.args
        if isinstance(node.args[0], ast.Constant)
    }

    assert sorted(use for use in raised if use.partition(" ")[0] not in errors.CODES) == []


# Commands


@cache
def commands():
    from shopctl.commands.framework import tree

    return tree()


def test_every_command_has_help_and_an_example():
    assert [node.path for node in commands() if not node.help.strip() or not node.examples] == []
    assert [
        f"{node.path}: {example}"
        for node in commands()
        for example, _ in node.examples
        if "shopctl" not in example
    ] == []  # fmt: skip


def test_every_option_is_explained():
    silent = [
        f"{node.path} {p.spelling}" for node in commands() for p in node.params if not p.hidden and not p.help.strip()
    ]

    assert silent == []


def test_command_reference_is_current():
    from shopctl.commands.reference import reference

    written = (PROJECT / "docs" / "reference.md").read_text(encoding="utf-8")

    assert [node.path for node in commands() if f"\n## shopctl {node.path}\n" not in written] == []
    assert written == reference(), "run: make reference"


# Start


def loaded(*words: str, environ: dict[str, str]) -> set[str]:
    """Run a command line in a process of its own and tell which libraries it has loaded at the end."""
    program = (
        "import sys\n"
        "from shopctl.cli import main\n"
        "status = main(sys.argv[1:])\n"
        "sys.stderr.write('\\n' + ' '.join({name.partition('.')[0] for name in sys.modules}))\n"
        "sys.exit(status)\n"
    )
    command = [sys.executable, "-c", program, *words]
    run = subprocess.run(command, env=environ, cwd=PROJECT, check=False, capture_output=True, text=True, input="")
    assert run.returncode == 0, run.stderr
    return set(run.stderr.rpartition("\n")[2].split())


def shopctl(*words: str, environ: dict[str, str], stdin: str = "") -> None:
    command = [sys.executable, "-m", "shopctl", *words]
    subprocess.run(command, env=environ, cwd=PROJECT, check=True, capture_output=True, text=True, input=stdin)


@pytest.fixture
def environ(tmp_path):
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "SHOPCTL_CONFIG": "none",
        "SHOPCTL_DB": f"sqlite:///{tmp_path / 'shop.db'}",
    }


HEAVY = {"argon2", "fpdf", "jinja2", "peewee", "psycopg", "rich", "segno", "smtplib", "tabulate", "typer", "yaml"}


@pytest.mark.parametrize("words", [["version"], ["--version"], ["--help"], ["help"], []])
def test_quick_answers_load_no_library(environ, words):
    assert loaded(*words, environ=environ) & HEAVY == set()


def test_list_loads_only_what_it_shows(environ):
    password = "four unrelated words here\n"
    shopctl("db", "init", "--admin", "anna", "--password-stdin", environ=environ, stdin=password)
    shopctl("login", "--user", "anna", "--password-stdin", environ=environ, stdin=password)

    assert loaded("orders", "list", environ=environ) & HEAVY == {"peewee"}
