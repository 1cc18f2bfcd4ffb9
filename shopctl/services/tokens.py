"""Give cron jobs and scripts a token of their own, which works in the name of a user and may do less."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from shopctl.config.values import NAME, NAME_FORM
from shopctl.domain.access import GRANTED, ROLES
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import ConflictError, NotFoundError, RefusedError, ShopError, UsageError
from shopctl.models import Session, User
from shopctl.shop import Shop, operation

PREFIX: Final = "shp_"
"""How every token begins, so that programs that look for secrets in texts find it."""


class TokenRow(NamedTuple):
    """A token; the secret itself is shown once, when it is made."""

    name: str
    user: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime


def new_secret() -> str:
    """Make a token: a prefix, 256 random bits, and a checksum that tells a typing mistake."""
    import secrets

    body = PREFIX + secrets.token_urlsafe(32)
    return f"{body}{_checksum(body)}"


def is_whole(token: str) -> bool:
    """Tell whether a text is a token without a typing mistake; nothing about whether it is valid."""
    return token.startswith(PREFIX) and len(token) > len(PREFIX) + 8 and token[-8:] == _checksum(token[:-8])


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode('utf-8', 'surrogatepass')):08x}"


def rows(shop: Shop) -> list[TokenRow]:
    """List the tokens that still hold, by name."""
    query: Any = Session.select(Session.name, User.name, Session.scopes, Session.created_at, Session.expires_at)
    found = query.join(User).where((Session.name != "") & (Session.expires_at > shop.now)).order_by(Session.name)
    return [TokenRow(name, user, tuple(scopes.split()), *times) for name, user, scopes, *times in found.tuples()]


def read_scopes(text: str) -> tuple[str, ...]:
    """Read scopes with commas between them.

    Raises:
        UsageError: There is none, or one is not known.
    """
    asked = sorted({part.strip().partition(":")[0] for part in text.split(",") if part.strip()})
    wrong = [one for one in asked if one not in GRANTED]
    if wrong or not asked:
        raise UsageError(
            "usage", f"{wrong[0]} is not something a token may write" if wrong else "a token needs a scope",
            hint=f"name some of {','.join(sorted(GRANTED))}; reading needs none of them",
        )  # fmt: skip
    return tuple(asked)


@operation("users")
def create(
    shop: Shop, names: Sequence[str], secret_hash: str, user: str, scopes: Sequence[str], life: timedelta
) -> list[Outcome[TokenRow]]:
    """Make a token; one of the name that has expired makes room.

    Args:
        secret_hash: SHA-256 of what `new_secret` made, as `accounts.token_hash` writes it.
        user: In whose name it works; it may never do more than they.
        scopes: What it may write, as `read_scopes` answers it.

    Raises (as outcomes): usage, user.unknown, token.exists, token.scope.
    """
    Session.delete().where((Session.name != "") & (Session.expires_at <= shop.now)).execute()
    outcomes: list[Outcome[TokenRow]] = []
    for name in names:
        try:
            owner = _owner(user, scopes)
            _check(name)
            Session.create(
                user=owner, token_hash=secret_hash, created_at=shop.now, expires_at=shop.now + life, name=name,
                scopes=" ".join(scopes),
            )  # fmt: skip
            shop.record("token.created", name, user=user, scopes=" ".join(scopes))
            row = TokenRow(name, user, tuple(scopes), shop.now, shop.now + life)
            outcomes.append(Done(name, Change.CREATED, row))
        except ShopError as error:
            outcomes.append(Failed(name, error))
    return outcomes


def _owner(user: str, scopes: Sequence[str]) -> int:
    found = User.get_or_none((User.name == user) & ~User.disabled)
    if found is None:
        raise NotFoundError("user.unknown", f"there is no user {user} who may sign in", hint="shopctl user list")
    beyond = [one for one in scopes if one not in ROLES[found.role]]
    if beyond:
        may = ",".join(sorted(ROLES[found.role] & GRANTED)) or "nothing"
        raise RefusedError(
            "token.scope", f"{user} has the role {found.role}, which may not change {', '.join(beyond)}",
            hint=f"a token in the name of {user} may change {may}",
        )  # fmt: skip
    return int(found.id)


def _check(name: str) -> None:
    if not NAME.fullmatch(name):
        raise UsageError("usage", f"a token is called by {NAME_FORM}", hint="choose one such as nightly")
    if Session.select().where(Session.name == name).exists():
        raise ConflictError(
            "token.exists", f"there is a token {name} already", hint=f"shopctl user token revoke {name}"
        )


@operation("users")
def revoke(shop: Shop, names: Sequence[str]) -> list[Outcome[TokenRow]]:
    """End tokens at once.

    Raises (as outcomes): token.unknown.
    """
    known = {row.name: row for row in rows(shop)}
    outcomes: list[Outcome[TokenRow]] = []
    for name in names:
        if name not in known:
            hint = "shopctl user token list"
            outcomes.append(Failed(name, NotFoundError("token.unknown", f"there is no token {name}", hint=hint)))
            continue
        if Session.delete().where(Session.name == name).execute():
            shop.record("token.revoked", name)
        outcomes.append(Done(name, Change.CHANGED, known[name]))
    return outcomes
