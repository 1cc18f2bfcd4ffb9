"""Keep the random keys that sign the links in letters and name the letters themselves."""

from __future__ import annotations

import secrets
from typing import Final

from shopctl.db.bulk import fetch
from shopctl.db.transactions import transact
from shopctl.models import SigningKey
from shopctl.shop import Shop

LINKS: Final = "links"
"""The name of the key of links in letters."""

LETTERS: Final = "letters"
"""The name of the key of the names that letters have for mail servers."""


def key(shop: Shop, name: str = LINKS) -> bytes:
    """Fetch a key; the first call of a shop makes it, also from several processes at once.

    It may be asked for inside a transaction and outside of one. What a dry run makes goes with it.
    """
    found = _stored(name)
    if found:
        return found
    if shop.database.in_transaction():
        return _made(shop, name)
    return transact(shop.database, lambda: _made(shop, name), wait=shop.wait)


def _stored(name: str) -> bytes:
    rows = fetch(SigningKey, "SELECT value FROM signing_keys WHERE name = ?", (name,))
    return bytes.fromhex(rows[0][0]) if rows else b""


def _made(shop: Shop, name: str) -> bytes:
    """Step: store a new key unless a rival was faster, and answer the one that counts."""
    row = SigningKey.insert(name=name, value=secrets.token_hex(32), created_at=shop.now)
    row.on_conflict_ignore().execute()
    return _stored(name)
