"""Say who may do what: roles have scopes, everything else is refused."""

from __future__ import annotations

from typing import Final, NamedTuple

WRITES: Final = frozenset(
    {"orders", "invoices", "payments", "emails", "catalogue", "customers", "filters", "imports", "database"}
)

ROLES: Final[dict[str, frozenset[str]]] = {
    "admin": WRITES,
    "sales": frozenset({"orders", "invoices", "emails", "customers", "filters"}),
    "accountant": frozenset({"invoices", "payments", "emails", "catalogue", "customers", "filters"}),
    "readonly": frozenset({"filters"}),
}
"""What each role may write; every role may read."""


class Actor(NamedTuple):
    """Who is at work; `name` goes into the journal."""

    name: str
    role: str

    def may(self, scope: str) -> bool:
        """Tell whether this actor may write in a scope."""
        return scope in ROLES.get(self.role, frozenset())


NOBODY: Final = Actor("", "")
"""Not signed in; may do nothing."""
