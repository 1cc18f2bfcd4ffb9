"""Set up shops for the tests."""

from __future__ import annotations

from datetime import UTC, datetime

from shopctl import models
from shopctl.db.connection import connect
from shopctl.services import schema

NOW = datetime(2026, 8, 21, 9, 14, 3, tzinfo=UTC)
"""What the clock says in the tests: a Friday in summer."""


def prepare(url: str) -> None:
    """Bring the empty database at an address to the newest schema, and let go of it."""
    database = connect(url, create=True)
    models.database.initialize(database)
    with database.connection_context():
        schema.migrate(database, NOW, wait=10.0)
