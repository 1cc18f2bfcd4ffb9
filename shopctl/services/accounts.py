"""Let people in: the first administrator, sign-in, sessions, sign-out.

Only hashes are stored: argon2id of the password, SHA-256 of the session token.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from shopctl.db.connection import is_sqlite
from shopctl.db.transactions import transact
from shopctl.domain.access import NOBODY, Actor
from shopctl.errors import AuthError, ConflictError, UsageError
from shopctl.models import Session, User
from shopctl.shop import Shop

MINIMUM, MAXIMUM = 12, 1024
LONGEST_NAME = 64
TRIES, PAUSE = 5, timedelta(minutes=15)
COMMON = frozenset(
    {"password1234", "123456789012", "qwertyuiop12", "administrator", "passwordpassword", "letmein12345"}
)


class SessionRow(NamedTuple):
    """A session that was just opened; the token is shown to nobody but the session file."""

    user: str
    role: str
    token: str
    expires_at: datetime


def check_name(name: str) -> None:
    """Refuse a user name that could not be typed or told apart.

    Raises:
        UsageError: With the rule that it breaks.
    """
    blank = any(character.isspace() for character in name)
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or blank or name.startswith("-"):
        raise UsageError(
            "usage",
            f"a user name has 1 to {LONGEST_NAME} letters, digits and marks, no blank, and does not start with a dash",
            hint="choose one such as anna",
        )


def check_password(password: str) -> None:
    """Refuse a password that is too short, too long or too common.

    Raises:
        UsageError: With the rule that it breaks.
    """
    if not MINIMUM <= len(password) <= MAXIMUM:
        characters = "1 character" if len(password) == 1 else f"{len(password)} characters"
        raise UsageError(
            "auth.password",
            f"the password has {characters}; {MINIMUM} to {MAXIMUM} are needed",
            hint="choose a longer one, such as four unrelated words",
        )
    if password.lower() in COMMON or len(set(password)) < 4:  # aaaa…, 1212…
        raise UsageError("auth.password", "the password is too easy to guess", hint="choose four unrelated words")


def create_first_admin(shop: Shop, name: str, password: str) -> None:
    """Make the first administrator; a second one is not made this way.

    Raises:
        UsageError: Name or password cannot be used.
        ConflictError: There is an administrator already.
    """
    check_name(name)
    hashed_password = hashed(password)

    def work() -> None:
        if not is_sqlite(shop.database):
            shop.database.execute_sql("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE")
        if User.select().exists():
            raise ConflictError("db.exists", "the shop has an administrator already", hint="shopctl login")
        User.create(name=name, role="admin", password_hash=hashed_password, created_at=shop.now)

    transact(shop.database, work, wait=shop.wait)


def names() -> list[str]:
    """List who may sign in, the first one first."""
    return [str(user.name) for user in User.select().where(~User.disabled).order_by(User.id)]


def login(shop: Shop, name: str, password: str, hours: int, now: datetime) -> SessionRow:
    """Open a session.

    The try is counted before the password is looked at, so killing the process wins no free tries.

    Args:
        hours: How long the session lasts.
        now: What the clock says; not the `--as-of` of the shop, which would end a lock.

    Raises:
        AuthError: Name or password is wrong, or there were too many tries.
    """
    user = transact(shop.database, lambda: _count_try(shop, name, now), wait=shop.wait)
    if not _matches(user, password):
        raise AuthError("auth.denied", "user name or password is wrong", hint="shopctl login --user NAME")
    import secrets

    token = secrets.token_urlsafe(32)
    expires = now + timedelta(hours=hours)
    rehashed = _hasher().hash(password) if _hasher().check_needs_rehash(user.password_hash) else user.password_hash

    def work() -> None:
        User.update(failed_logins=0, locked_until=None, password_hash=rehashed).where(User.id == user.id).execute()
        Session.delete().where(Session.expires_at < now).execute()
        Session.create(user=user.id, token_hash=token_hash(token), created_at=now, expires_at=expires)

    transact(shop.database, work, wait=shop.wait)
    return SessionRow(user.name, user.role, token, expires)


def _count_try(shop: Shop, name: str, now: datetime) -> Any:
    """Count a try and lock the user after too many, in one statement each, so that parallel tries all count."""
    known = (User.name == name) & ~User.disabled
    free = User.locked_until.is_null() | (User.locked_until <= now)
    counted = User.update(failed_logins=User.failed_logins + 1).where(known & free).execute()
    user = User.get_or_none(known)
    if user is None:
        return None
    if not counted:
        raise AuthError(
            "auth.locked",
            f"{name} had {user.failed_logins} failed sign-ins; the next try is possible at "
            f"{user.locked_until.astimezone(shop.zone):%Y-%m-%d %H:%M %Z}",
            hint="wait, then shopctl login",
            locked_until=user.locked_until,
        )
    if user.failed_logins >= TRIES:
        user.locked_until = now + PAUSE * 2 ** min(user.failed_logins - TRIES, 6)
        User.update(locked_until=user.locked_until).where(User.id == user.id).execute()
    return user


def _matches(user: Any, password: str) -> bool:
    """Compare in the same time whether the user exists or not: hashing costs what verifying does."""
    from argon2.exceptions import InvalidHashError, VerificationError

    hasher = _hasher()
    try:
        if user is None:
            hasher.hash(password)
            return False
        return bool(hasher.verify(user.password_hash, password))
    except (VerificationError, InvalidHashError):
        return False


def hashed(password: str) -> str:
    """Hash a password for storage.

    Raises:
        UsageError: It is too short, too long or too common.
    """
    check_password(password)
    return str(_hasher().hash(password))


def _hasher() -> Any:
    from argon2 import PasswordHasher

    return PasswordHasher()


def token_hash(token: str) -> str:
    """Hash a session token for storage."""
    return hashlib.sha256(token.encode()).hexdigest()


def actor_of(token: str, now: datetime) -> tuple[Actor, datetime | None]:
    """Tell who a session or token belongs to and until when; nobody when it is unknown or over."""
    found = (
        Session.select(User.name, User.role, Session.expires_at, Session.name, Session.scopes)
        .join(User)
        .where((Session.token_hash == token_hash(token)) & (Session.expires_at > now) & ~User.disabled)
        .tuples()
        .first()
    )
    if not found:
        return NOBODY, None
    user, role, ends, name, scopes = found
    return Actor(user, role, name, frozenset(scopes.split()) if name else None), ends


def logout(shop: Shop, token: str, *, everywhere: bool = False) -> int:
    """Close the session, or all sessions of its user, and tell how many."""

    def work() -> int:
        stored = token_hash(token)
        mine = Session.token_hash == stored
        if everywhere:
            mine = Session.user.in_(Session.select(Session.user).where(Session.token_hash == stored))
            mine &= Session.name == ""
        return int(Session.delete().where(mine).execute())

    return transact(shop.database, work, wait=shop.wait)
