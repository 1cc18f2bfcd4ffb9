"""Write journal entries in words."""

from __future__ import annotations

import json
from typing import Any


def words_of(action: str) -> str:
    """Write what was done: `order.confirmed` is "order confirmed"."""
    return action.replace(".", " ").replace("_", " ")


def details_of(action: str, details: str) -> str:
    """Write the details of an entry; of an edit, what was and what is now.

    Args:
        details: JSON, or empty.
    """
    if not details:
        return ""
    values: dict[str, Any] = json.loads(details)
    edited = action.endswith(".edited")
    return " · ".join(
        f"{name.replace('_', ' ')}: {_said(value, edited=edited)}" for name, value in values.items() if value != ""
    )


def _said(value: Any, *, edited: bool) -> str:
    if edited and isinstance(value, list) and len(value) == 2:
        return " → ".join(str(one) if one not in ("", None) else "nothing" for one in value)
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
