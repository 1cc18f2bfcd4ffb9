"""Find the shop's own words for letters; they are read once a process and database, for a run writes many letters."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from shopctl.db.bulk import fetch
from shopctl.models import LetterTemplate
from shopctl.models.base import database

Sources = dict[tuple[str, str, str], str]

_read: WeakKeyDictionary[Any, Sources] = WeakKeyDictionary()


def source(name: str, language: str, part: str) -> str:
    """Answer the shop's own template; empty where it has none, or no database is open."""
    return sources().get((name, language, part), "")


def sources() -> Sources:
    """Answer all of them, by name, language and part."""
    shop = database.obj
    if shop is None or shop.is_closed():
        return {}
    if shop not in _read:
        rows = fetch(LetterTemplate, "SELECT name, language, part, source FROM letter_templates")
        _read[shop] = {(name, language, part): text for name, language, part, text in rows}
    return _read[shop]


def forget() -> None:
    """Read them anew the next time: some were changed."""
    _read.pop(database.obj, None)
