"""Numbered steps that bring a database from one schema to the next: `NNNN_name.DIALECT.sql`, frozen once released."""

from __future__ import annotations

import hashlib
from typing import NamedTuple


class Step(NamedTuple):
    """One migration for one dialect."""

    version: int
    name: str
    statements: tuple[str, ...]
    sha256: str


def steps(dialect: str) -> list[Step]:
    """List the migrations for `sqlite` or `postgresql`, first to last."""
    from importlib import resources

    found = []
    ending = f".{dialect}.sql"
    for file in sorted(resources.files(__package__).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(ending):
            text = file.read_text("utf-8")
            number, name = file.name.removesuffix(ending).split("_", 1)
            statements = tuple(part.strip() for part in text.split(";\n") if part.strip())
            found.append(Step(int(number), name, statements, hashlib.sha256(text.encode()).hexdigest()))
    return found


LATEST = 6
"""The schema version that this code works with; a test holds it to the files."""
