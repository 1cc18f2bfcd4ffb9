"""Make the people who may sign in, change what they may do, and let them in no more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from shopctl.db.connection import is_sqlite
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import ConflictError, NotFoundError, RefusedError, ShopError
from shopctl.models import Session, User
from shopctl.services.accounts import check_name
from shopctl.shop import Shop, operation


class UserRow(NamedTuple):
    """Somebody who may sign in, unless disabled; `sessions` and `tokens` are those that still hold."""

    name: str
    role: str
    disabled: bool
    sessions: int
    tokens: int
    created_at: datetime


def rows(shop: Shop) -> list[UserRow]:
    """List all users, the first one first."""
    open_: dict[int, list[str]] = {}
    sessions: Any = Session.select(Session.user, Session.name).where(Session.expires_at > shop.now).tuples()
    for user, name in sessions:
        open_.setdefault(user, []).append(name)
    users: Any = User.select(User.id, User.name, User.role, User.disabled, User.created_at).order_by(User.id).tuples()
    return [
        UserRow(name, role, bool(disabled), open_.get(key, []).count(""), sum(map(bool, open_.get(key, []))), created)
        for key, name, role, disabled, created in users
    ]


@operation("users")
def create(shop: Shop, names: Sequence[str], role: str, password_hash: str) -> list[Outcome[UserRow]]:
    """Make users of a role.

    Args:
        role: One of `domain.access.ROLES`.
        password_hash: As `accounts.hashed` makes it.

    Raises (as outcomes): usage, user.exists.
    """
    taken = _locked(shop)
    failed: dict[str, ShopError] = {}
    for name in names:
        try:
            check_name(name)
            if name.casefold() in map(str.casefold, taken):
                raise ConflictError("user.exists", f"there is a user {name} already", hint="shopctl user list")
            taken[name] = (role, False)
            User.create(name=name, role=role, password_hash=password_hash, created_at=shop.now)
            shop.record("user.created", name, role=role)
        except ShopError as error:
            failed[name] = error
    return _answers(shop, names, failed, set(names), Change.CREATED)


@operation("users")
def change(
    shop: Shop, names: Sequence[str], *, role: str = "", password_hash: str = "", disabled: bool | None = None
) -> list[Outcome[UserRow]]:
    """Change the role or password of users, or whether they may sign in.

    A new password and a user who is disabled end all their sessions; tokens of a disabled user do not work.

    Raises (as outcomes): user.unknown, user.last_admin.
    """
    stored = _locked(shop)
    admins = {name for name, (role_, off) in stored.items() if role_ == "admin" and not off}
    failed: dict[str, ShopError] = {}
    changed = set()
    for name in dict.fromkeys(names):
        if name not in stored:
            failed[name] = NotFoundError("user.unknown", f"there is no user {name}", hint="shopctl user list")
            continue
        wanted = role or stored[name][0], stored[name][1] if disabled is None else disabled
        if admins == {name} and wanted != ("admin", False):
            failed[name] = RefusedError(
                "user.last_admin", f"{name} is the only administrator, and a shop needs one",
                hint="shopctl user create NAME --role admin",
            )  # fmt: skip
            continue
        if wanted != stored[name] or password_hash:
            admins = (admins - {name}) | ({name} if wanted == ("admin", False) else set())
            _store(shop, name, wanted, password_hash)
            changed.add(name)
    return _answers(shop, names, failed, changed, Change.CHANGED)


def _locked(shop: Shop) -> dict[str, tuple[str, bool]]:
    """Read role and state of all users, and let nobody else change users meanwhile."""
    if not is_sqlite(shop.database):
        shop.database.execute_sql("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE")
    found: Any = User.select(User.name, User.role, User.disabled).order_by(User.id).tuples()
    return {name: (role, bool(disabled)) for name, role, disabled in found}


def _store(shop: Shop, name: str, wanted: tuple[str, bool], password_hash: str) -> None:
    role, disabled = wanted
    values: dict[str, Any] = {"role": role, "disabled": disabled}
    if password_hash:
        values |= {"password_hash": password_hash, "failed_logins": 0, "locked_until": None}
    User.update(**values).where(User.name == name).execute()
    if password_hash or disabled:
        mine = Session.user.in_(User.select(User.id).where(User.name == name))
        Session.delete().where(mine & (Session.name == "")).execute()
    shop.record("user.password" if password_hash else "user.changed", name, role=role, disabled=disabled)


def _answers(
    shop: Shop, names: Sequence[str], failed: dict[str, ShopError], changed: set[str], change_: Change
) -> list[Outcome[UserRow]]:
    found = {row.name: row for row in rows(shop)}
    return [
        Failed(name, failed[name])
        if name in failed
        else Done(name, change_ if name in changed else Change.UNCHANGED, found[name])
        for name in names
    ]
