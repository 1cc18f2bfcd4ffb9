"""Tell on the page of a document which letters about it there are, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import instant
from shopctl.models import Email


class LetterRow(NamedTuple):
    """A letter about a document; `sent_at` is None until a mail server took it, `reply` is what it said last."""

    id: int
    kind: str
    document: str
    recipient: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    reply: str


def about(documents: Sequence[str]) -> tuple[LetterRow, ...]:
    """List the letters about documents, oldest first; a reminder is about every document that it asks to pay."""
    condition, values = among(Email, "document", documents)
    reminded, more = among(Email, "r.document", documents)
    found = fetch(
        Email,
        "SELECT id, kind, document, recipient, state, reply, created_at, sent_at FROM emails "  # noqa: S608  # ours
        f"WHERE {condition} OR id IN (SELECT r.email_id FROM reminders r WHERE {reminded}) ORDER BY id",
        (*values, *more),
    )
    return tuple(
        LetterRow(key, kind, document, to, state, instant(queued), instant(sent) if sent else None, reply)
        for key, kind, document, to, state, reply, queued, sent in found
    )
