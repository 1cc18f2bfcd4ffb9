"""Measure whole processes of the command line, beside an interpreter that does nothing."""

from __future__ import annotations

import compileall
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import shopctl
from benchmarks import shops
from benchmarks.measuring import NEVER, Budget, Result, Scale, environment, python, started
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


def lists(directory: Path, scale: Scale) -> list[Result]:
    """Measure a list of 50 orders out of few and out of many, piped and as on a terminal."""
    results = []
    for count in (1_000, scale.orders):
        place = directory / str(count)
        place.mkdir()
        environ = _prepared(place)
        path = shops.filled(place, count, lines=False, paid=98)
        _sign_in(path, environ)
        command = [PROGRAM, "orders", "list", "--limit", "50", "--config", "none", "--db", f"sqlite:///{path}"]
        name = f"shopctl orders list --limit 50 of {count:,}"
        results += [
            _beside(f"{name}, piped", command, environ, 10, scale),
            _beside(
                f"{name}, table", [*command, "--format", "table"], environ | {"SHOPCTL_FORCE_TTY": "100"}, 10, scale
            ),
        ]
    return results


def _prepared(home: Path) -> dict[str, str]:
    """Compile everything beforehand, as an installation does."""
    compileall.compile_dir(str(Path(shopctl.__file__).parent), quiet=1)
    return environment(str(home))


def _sign_in(path: Path, environ: Mapping[str, str]) -> None:
    with shops.shop_at(f"sqlite:///{path}") as shop:
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
