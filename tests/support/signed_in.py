"""Make a signed-in shop once, so that command tests start from a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from shopctl import models
from shopctl.services import signing
from tests.support import postgres
from tests.support.program import PASSWORD, Program
from tests.support.shop import opened

PROJECT = Path(__file__).parent.parent.parent
EXAMPLES = PROJECT / "examples"
NOW = "2026-11-24T09:00:00Z"
"""What the clock says: a Tuesday morning, two days after the last order of the made-up shop."""

SESSION = Path(".local") / "state" / "shopctl" / "session"


class Template(NamedTuple):
    """A database with a signed-in administrator, to be copied; and the token of the session."""

    file: Path | None
    name: str
    session: str


def prepare(
    kind: str,
    folder: Path,
    cluster: postgres.Cluster | None,
    files: Sequence[Path] = (),
    lines: Sequence[Sequence[str]] = (),
) -> Template:
    """Set up a shop, sign in, import files, run command lines, and let go of it."""
    home = folder / kind
    home.mkdir(parents=True)
    name = cluster.create() if cluster else ""
    file = None if cluster else home / "shop.db"
    with pytest.MonkeyPatch.context() as patch:
        program = Program(home, patch, lambda: ("", ""))
        program.use({"HOME": str(home), "SHOPCTL_DB": cluster.url(name) if cluster else f"sqlite:///{file}"})
        program.sign_in()
        program.use(settings())
        _know_key(cluster.url(name) if cluster else f"sqlite:///{file}")
        for each in files:
            assert program("import", "data", each).status == 0
        for words in lines:
            secret = f"{PASSWORD}\n" if "--password-stdin" in words else ""
            assert program(*words, "-q", stdin=secret).status == 0, words
    return Template(file, name, (home / SESSION).read_text())


def _know_key(url: str) -> None:
    """Sign links in letters with a key of zeros, so that tests can write down tokens."""
    with opened(url) as shop:
        for name in (signing.LINKS, signing.LETTERS):
            models.SigningKey.create(name=name, value="00" * 32, created_at=shop.now)


def settings() -> dict[str, str]:
    """Name the configuration of the made-up shop, and the moment."""
    return {"SHOPCTL_CONFIG": str(EXAMPLES / "shop.yaml"), "SHOPCTL_NOW": NOW}


def enter(program: Program, template: Template, cluster: postgres.Cluster | None, *, configured: bool = True) -> str:
    """Copy a prepared shop for one program; answers the name of a new server database, or nothing.

    Args:
        configured: With the configuration and the clock of the made-up shop.
    """
    if configured:
        program.use(settings())
    session = program.home / SESSION
    session.parent.mkdir(parents=True, mode=0o700)
    session.touch(mode=0o600)
    session.write_text(template.session)
    if template.file is None:
        assert cluster is not None
        name = cluster.create(template.name)
        program.use({"SHOPCTL_DB": cluster.url(name)})
        return name
    file = program.home / "shop.db"
    shutil.copyfile(template.file, file)
    file.chmod(0o600)
    program.use({"SHOPCTL_DB": f"sqlite:///{file}"})
    return ""
