"""Give command tests the program itself, on either database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.conftest import DATABASES, _chosen
from tests.support import signed_in
from tests.support.program import Program


@pytest.fixture
def shopctl(tmp_path, monkeypatch, capsys) -> Program:
    """Run the program with an empty home."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))

    def capture() -> tuple[str, str]:
        found = capsys.readouterr()
        return found.out, found.err

    return Program(home, monkeypatch, capture)


@pytest.fixture
def bare(shopctl, bare_database_url) -> Program:
    """Run the program on a database without tables."""
    shopctl.use({"SHOPCTL_DB": bare_database_url})
    return shopctl


Prepared = Callable[[str], signed_in.Template]


def _once(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, files: Sequence[Path] = ()
) -> Prepared:
    """Set a shop up when it is first asked for, once on each kind of database."""
    made: dict[str, signed_in.Template] = {}

    def of(kind: str) -> signed_in.Template:
        if kind not in made:
            cluster = request.getfixturevalue("cluster") if kind == DATABASES[1] else None
            made[kind] = signed_in.prepare(kind, tmp_path_factory.mktemp("prepared"), cluster, files)
        return made[kind]

    return of


@pytest.fixture(scope="session")
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Set up a shop without records in which anna is signed in."""
    return _once(request, tmp_path_factory)


@pytest.fixture(scope="session")
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Set up the made-up shop of `examples/`."""
    return _once(request, tmp_path_factory, [signed_in.EXAMPLES / "shop.jsonl"])


def _entered(
    request: pytest.FixtureRequest, program: Program, made: Prepared, *, configured: bool = True
) -> Iterator[Program]:
    """Move a program into a copy of a shop, on the kind of database that the test is for."""
    cluster = request.getfixturevalue("cluster") if request.param == DATABASES[1] else None
    name = signed_in.enter(program, made(request.param), cluster, configured=configured)
    yield program
    if cluster:
        cluster.drop(name)


@pytest.fixture(params=_chosen())
def shop(request: pytest.FixtureRequest, shopctl: Program, opened: Prepared) -> Iterator[Program]:
    """Run the program on a shop in which the administrator anna is signed in."""
    yield from _entered(request, shopctl, opened, configured=False)


@pytest.fixture(params=_chosen())
def unstocked(request: pytest.FixtureRequest, shopctl: Program, opened: Prepared) -> Iterator[Program]:
    """Run the program on a shop set up as the made-up one is, without any records."""
    yield from _entered(request, shopctl, opened)


@pytest.fixture(params=_chosen())
def stocked(request: pytest.FixtureRequest, shopctl: Program, prepared: Prepared) -> Iterator[Program]:
    """Run the program on the made-up shop, with anna signed in on 2026-11-24; once on each kind of database."""
    yield from _entered(request, shopctl, prepared)


@pytest.fixture
def stall(shopctl: Program, prepared: Prepared) -> Program:
    """Run the program on the made-up shop in a SQLite file, for what does not depend on the kind of database."""
    signed_in.enter(shopctl, prepared(DATABASES[0]), None)
    return shopctl
