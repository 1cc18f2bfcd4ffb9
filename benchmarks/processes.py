"""Measure whole processes of the command line, beside an interpreter that does nothing."""

from __future__ import annotations

import compileall
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import shopctl
from benchmarks import shops, years
from benchmarks.measuring import NEVER, Budget, Result, Scale, environment, peak, python, started
from shopctl.adapters import session_file
from shopctl.bootstrap import session_path
from shopctl.services import accounts

PROGRAM = str(Path(sys.executable).with_name("shopctl"))
PASSWORD = "correct horse battery staple"  # of a shop that lives for a minute


def light(directory: Path, scale: Scale) -> list[Result]:
    """Measure the answers that need no shop."""
    environ = _prepared(directory)
    return [
        _beside("shopctl --version", [PROGRAM, "--version"], environ, 2.5, scale),
        _beside("shopctl --help", [PROGRAM, "--help"], environ, 7, scale),
    ]


LISTS: tuple[tuple[str, ...], ...] = (
    ("orders", "list"), ("orders", "list", "--unpaid"), ("orders", "list", "--to-invoice"),
    ("invoice", "list"), ("invoice", "list", "--unpaid"), ("invoice", "list", "--overdue"),
    ("payment", "list"), ("payment", "list", "--unallocated"), ("delivery", "list"), ("email", "list"),
    ("customers", "list"),
)  # fmt: skip
"""What every administrator asks daily."""


def lists(directory: Path, scale: Scale) -> list[Result]:
    """Measure lists of 50 rows as on a terminal, counts and one document, out of few orders and out of many."""
    results = []
    for count in (1_000, scale.orders):
        with years.kept(years.place() or directory, count) as path:
            home = directory / str(count)
            home.mkdir()
            environ = _prepared(home)
            _sign_in(path, environ)
            database = ("--config", "none", "--db", f"sqlite:///{path}")
            for words in LISTS:
                asked = ("--limit", "50", "--format", "table")
                results.append(_ours(words, (*asked, *database), environ | {"SHOPCTL_FORCE_TTY": "100"}, count, scale))
                results.append(_ours((*words, "--format", "count"), database, environ, count, scale))
            results.append(_ours(("orders", "list"), ("--limit", "50", *database), environ, count, scale))
            shown = environ | {"SHOPCTL_FORCE_TTY": "100"}
            results.append(_ours(("orders", "show", shops.number_of(count // 2)), database, shown, count, scale))
    return results


def export(directory: Path, scale: Scale) -> list[Result]:
    """Measure all orders as CSV: rows a second of the whole process, and its highest resident size."""
    results = []
    for count in (scale.orders // 10, scale.orders):
        with years.kept(years.place() or directory, count) as path:
            home = directory / str(count)
            home.mkdir()
            environ = _prepared(home)
            _sign_in(path, environ)
            database = ("--config", "none", "--db", f"sqlite:///{path}")
            command = [PROGRAM, "orders", "list", "--state", "all", "--format", "csv", *database]
            taken, memory = started(command, environ), peak(command, environ)
            rate = count / taken.wall
            work = f"{count:,} orders as CSV"
            results.append(Result(work, rate, "/s", count / taken.cpu, budgets=(Budget(100_000),)))
            results.append(Result(f"{work}, memory", memory, "MB", budgets=(Budget(64, at_most=True),)))
    return results


def _ours(
    words: tuple[str, ...], more: tuple[str, ...], environ: Mapping[str, str], count: int, scale: Scale
) -> Result:
    return _beside(f"{' '.join(words)}, of {count:,}", [PROGRAM, *words, *more], environ, 10, scale)


def _prepared(home: Path) -> dict[str, str]:
    """Compile everything beforehand, as an installation does."""
    compileall.compile_dir(str(Path(shopctl.__file__).parent), quiet=1)
    return environment(str(home))


def _sign_in(path: Path, environ: Mapping[str, str]) -> None:
    with shops.shop_at(f"sqlite:///{path}") as shop:
        if not accounts.names():  # a file that was kept has her
            accounts.create_first_admin(shop, "anna", PASSWORD)
        now = datetime.now(UTC).replace(microsecond=0)
        session_file.write(session_path(environ), accounts.login(shop, "anna", PASSWORD, 24, now).token)


def _beside(work: str, command: Sequence[str], environ: Mapping[str, str], limit: float, scale: Scale) -> Result:
    """Take turns with the bare interpreter; the best of many starts counts."""
    bare = python("-c", "pass")
    started(command, environ)
    ours = theirs = NEVER
    for _ in range(scale.starts):
        ours = ours.least(started(command, environ))
        theirs = theirs.least(started(bare, environ))
    budget = Budget(limit, of_ratio=True, at_most=True)
    return Result(work, ours.wall * 1000, "ms", ours.cpu * 1000, theirs.wall * 1000, "python -c pass", (budget,))
