"""Give every test a database of its own and an environment without surprises."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from shopctl.shop import Shop
from tests.support import postgres, shops
from tests.support import shop as shop_support

DATABASES = ("sqlite", "postgresql")

hypothesis.settings.register_profile("shopctl", deadline=None, max_examples=60, database=None)
hypothesis.settings.load_profile("shopctl")


def _chosen() -> list[str]:
    """Tell which databases to test on: both, unless `SHOPCTL_TEST_DATABASES` names one."""
    chosen = os.environ.get("SHOPCTL_TEST_DATABASES", "").replace(",", " ").split() or list(DATABASES)
    if unknown := set(chosen) - set(DATABASES):
        raise pytest.UsageError(f"SHOPCTL_TEST_DATABASES: {', '.join(sorted(unknown))} is not sqlite or postgresql")
    return chosen


@pytest.fixture(scope="session", autouse=True)
def _plain_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hide the settings of whoever runs the tests, and keep the local time zone away from the shop's."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("SHOPCTL_", "XDG_", "PG")) and not name.startswith("SHOPCTL_TEST_"):
                patch.delenv(name)
        for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "PY_COLORS", "GITHUB_ACTIONS", "COLUMNS", "LINES", "PAGER"):
            patch.delenv(name, raising=False)
        patch.setenv("NO_COLOR", "1")
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("TZ", "Asia/Kathmandu")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(params=_chosen())
def database_url(request: pytest.FixtureRequest) -> str:
    """Name a database of the newest schema without any rows; the test runs once on each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=_chosen())
def bare_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Name a database without any tables; for SQLite there is no file yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare' / 'shop.db'}"
        return
    cluster: postgres.Cluster = request.getfixturevalue("cluster")
    name = cluster.create()
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture(params=_chosen())
def shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    """Open a shop without any rows, with an administrator at work at a fixed moment; on each kind of database.

    A PostgreSQL database is emptied and used again: making one takes longer than most tests.
    """
    sqlite = request.param == "sqlite"
    url = str(request.getfixturevalue("sqlite_url" if sqlite else "kept_postgresql_url"))
    with shop_support.opened(url) as opened:
        yield opened
        if not sqlite:
            shop_support.empty(opened)


@pytest.fixture(scope="module", params=_chosen())
def lasting_shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Open a shop without any rows for all tests of a module, which fill it once and take back what they change."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("lasting") / "shop.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        with shop_support.opened(f"sqlite:///{path}") as opened:
            yield opened
        return
    cluster: postgres.Cluster = request.getfixturevalue("cluster")
    name = cluster.create(request.getfixturevalue("postgresql_template"))
    with shop_support.opened(cluster.url(name)) as opened:
        yield opened
    cluster.drop(name)


@pytest.fixture(scope="session")
def kept_postgresql_url(cluster: postgres.Cluster, postgresql_template: str) -> str:
    """Name a PostgreSQL database of the newest schema that is handed on from test to test, without any rows."""
    return cluster.url(cluster.create(postgresql_template))


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Name a SQLite database of the newest schema without any rows."""
    path = tmp_path / "shop.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(cluster: postgres.Cluster, postgresql_template: str) -> Iterator[str]:
    """Name a PostgreSQL database of the newest schema without any rows."""
    name = cluster.create(postgresql_template)
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    """Run a PostgreSQL server for as long as the tests take; a machine without one fails, it does not skip."""
    try:
        running = postgres.running_cluster()
        started = running.__enter__()
    except postgres.PostgresUnavailableError as error:
        pytest.fail(str(error), pytrace=False)
    try:
        yield started
    finally:
        running.__exit__(None, None, None)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the SQLite file that the others are copies of."""
    path = tmp_path_factory.mktemp("template") / "shop.db"
    shops.prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_template(cluster: postgres.Cluster) -> str:
    """Make the PostgreSQL database that the others are copies of."""
    name = cluster.create()
    shops.prepare(cluster.url(name))
    return name
