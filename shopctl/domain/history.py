"""Write journal entries in words."""

from __future__ import annotations

import json
import re
from typing import Any, Final

_STORED: Final = re.compile(r"-?[0-9]+\.[0-9]{2}00")


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
        f"{name.replace('_', ' ')}: {_said(_short(value), edited=edited)}"
        for name, value in values.items()
        if value != ""
    )


def _short(value: Any) -> Any:
    """Leave out the digits of an amount that say nothing; it is written with those that are stored."""
    return value[:-2] if isinstance(value, str) and _STORED.fullmatch(value) else value


def _said(value: Any, *, edited: bool) -> str:
    if edited and isinstance(value, list) and len(value) == 2:
        return " → ".join(str(one) if one not in ("", None) else "nothing" for one in value)
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
