"""Write outcomes as plain JSON values and read them back, for answers that have to be given again."""

from __future__ import annotations

import importlib
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shopctl import errors
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import ShopError


def encode(done: Outcome[Any]) -> dict[str, Any]:
    """Turn an outcome whose row is a NamedTuple into JSON values."""
    if isinstance(done, Failed):
        error = done.error
        told = {"type": type(error).__name__, "code": error.code, "message": error.message, "hint": error.hint,
                "details": {name: str(value) for name, value in error.details.items()}}  # fmt: skip
        return {"reference": done.reference, "error": told}
    row = type(done.row)
    return {
        "reference": done.reference,
        "change": str(done.change),
        "notes": list(done.notes),
        "type": f"{row.__module__}:{row.__qualname__}",
        "row": [_plain(value) for value in done.row],
    }


def decode(stored: dict[str, Any]) -> Outcome[Any]:
    """Read back what `encode` wrote; only row types of this package are ever made."""
    if "error" in stored:
        told = stored["error"]
        kind: type[ShopError] = getattr(errors, told["type"], ShopError)
        return Failed(stored["reference"], kind(told["code"], told["message"], hint=told["hint"], **told["details"]))
    module, name = stored["type"].split(":")
    if not module.startswith("shopctl."):
        raise ValueError(f"{module} is not a module of shopctl")
    row = getattr(importlib.import_module(module), name)
    values = [_typed(value) for value in stored["row"]]
    return Done(stored["reference"], Change(stored["change"]), row(*values), tuple(stored["notes"]))


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return {"number": f"{value:f}"}
    if isinstance(value, datetime):
        return {"instant": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, tuple):
        return {"list": [_plain(item) for item in value]}
    return value


def _typed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "number":
        return Decimal(content)
    if kind == "instant":
        return datetime.fromisoformat(content)
    if kind == "day":
        return date.fromisoformat(content)
    return tuple(_typed(item) for item in content)
