"""Give command tests the program itself, on either database."""

from __future__ import annotations

import pytest

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


@pytest.fixture
def shop(bare) -> Program:
    """Run the program on a shop in which the administrator anna is signed in."""
    bare.sign_in()
    return bare
