"""Say who may do what: roles have scopes, everything else is refused."""

from __future__ import annotations

from typing import Final, NamedTuple

WRITES: Final = frozenset(
    {"orders", "invoices", "payments", "emails", "catalogue", "customers", "filters", "imports", "database", "users"}
)

ROLES: Final[dict[str, frozenset[str]]] = {
    "admin": WRITES,
    "sales": frozenset({"orders", "invoices", "emails", "customers", "filters"}),
    "accountant": frozenset({"invoices", "payments", "emails", "catalogue", "customers", "filters"}),
    "readonly": frozenset({"filters"}),
}
"""What each role may write; every role may read."""


GRANTED: Final = WRITES - {"users"}
"""What a token may be given: it never makes users, nor other tokens."""


class Actor(NamedTuple):
    """Who is at work.

    Attributes:
        token: Name of the token that works in the user's name; empty for a person at a terminal.
        scopes: What the token may write of what its user may; None for a person.
    """

    name: str
    role: str
    token: str = ""
    scopes: frozenset[str] | None = None

    @property
    def signature(self) -> str:
        """What goes into the journal: `anna`, or `anna/nightly` for a token."""
        return f"{self.name}/{self.token}" if self.token else self.name

    def may(self, scope: str) -> bool:
        """Tell whether this actor may write in a scope."""
        return scope in ROLES.get(self.role, frozenset()) and (self.scopes is None or scope in self.scopes)


NOBODY: Final = Actor("", "")
"""Not signed in; may do nothing."""
