"""Let people in: the first administrator, sign-in, sessions, sign-out.

Only hashes are stored: argon2id of the password, SHA-256 of the session token.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from shopctl.db.transactions import transact
from shopctl.domain.access import NOBODY, Actor
from shopctl.errors import AuthError, ConflictError, UsageError
from shopctl.models import Session, User
from shopctl.shop import Shop

MINIMUM, MAXIMUM = 12, 1024
TRIES, PAUSE = 5, timedelta(minutes=15)
COMMON = frozenset({"password1234", "123456789012", "qwertyuiop12", "administrator", "passwordpassword", "letmein12345"})


class SessionRow(NamedTuple):
    """A session that was just opened; the token is shown to nobody but the session file."""

    user: str
    role: str
    token: str
    expires_at: datetime


class Whoami(NamedTuple):
    """Who is signed in and until when."""

    user: str
    role: str
    expires_at: datetime
    database: str
    profile: str


def check_password(password: str) -> None:
    """Refuse a password that is too short, too long or too common.

    Raises:
        UsageError: With the rule that it breaks.
    """
    if not MINIMUM <= len(password) <= MAXIMUM:
        raise UsageError(
            "auth.password",
            f"the password has {len(password)} characters; {MINIMUM} to {MAXIMUM} are needed",
            hint="choose a longer one, such as four unrelated words",
        )
    if password.lower() in COMMON or len(set(password)) < 4:  # noqa: PLR2004  # aaaa…, 1212…
        raise UsageError("auth.password", "the password is too easy to guess", hint="choose four unrelated words")


def create_first_admin(shop: Shop, name: str, password: str) -> None:
    """Make the first administrator; a second one is not made this way.

    Raises:
        ConflictError: There is an administrator already.
    """
    check_password(password)
    hashed = _hasher().hash(password)

    def work() -> None:
        if User.select().exists():
            raise ConflictError("db.exists", "the shop has an administrator already", hint="shopctl login")
        User.create(name=name, role="admin", password_hash=hashed, created_at=shop.now)

    transact(shop.database, work, wait=shop.wait)


def has_users() -> bool:
    """Tell whether anybody can sign in."""
    return bool(User.select().exists())


def login(shop: Shop, name: str, password: str, hours: int) -> SessionRow:
    """Open a session.

    The try is counted before the password is looked at, so killing the process wins no free tries.

    Raises:
        AuthError: Name or password is wrong, or there were too many tries.
    """
    user = transact(shop.database, lambda: _count_try(shop, name), wait=shop.wait)
    if not _matches(user, password):
        raise AuthError("auth.denied", "user name or password is wrong", hint="shopctl login --user NAME")
    token = secrets.token_urlsafe(32)
    expires = shop.now + timedelta(hours=hours)

    def work() -> None:
        User.update(failed_logins=0, locked_until=None).where(User.id == user.id).execute()
        Session.delete().where(Session.expires_at < shop.now).execute()
        Session.create(user=user.id, token_hash=token_hash(token), created_at=shop.now, expires_at=expires)

    transact(shop.database, work, wait=shop.wait)
    return SessionRow(user.name, user.role, token, expires)


def _count_try(shop: Shop, name: str) -> Any:
    user = User.get_or_none(User.name == name)
    if user is None or user.disabled:
        return None
    if user.locked_until and user.locked_until > shop.now:
        raise AuthError(
            "auth.locked",
            f"{name} had {user.failed_logins} failed sign-ins; the next try is possible at "
            f"{user.locked_until.astimezone(shop.zone):%H:%M}",
            hint="wait, then shopctl login",
        )
    user.failed_logins += 1
    if user.failed_logins >= TRIES:
        user.locked_until = shop.now + PAUSE * 2 ** min(user.failed_logins - TRIES, 6)
    user.save()
    return user


def _matches(user: Any, password: str) -> bool:
    """Compare in the same time whether the user exists or not."""
    from argon2.exceptions import InvalidHashError, VerificationError

    hasher = _hasher()
    known = user.password_hash if user is not None else hasher.hash("nobody has this password")
    try:
        return bool(hasher.verify(known, password)) and user is not None
    except (VerificationError, InvalidHashError):
        return False


def _hasher() -> Any:
    from argon2 import PasswordHasher

    return PasswordHasher()


def token_hash(token: str) -> str:
    """Hash a session token for storage."""
    return hashlib.sha256(token.encode()).hexdigest()


def actor_of(token: str, now: datetime) -> tuple[Actor, datetime | None]:
    """Tell who a session token belongs to and until when; nobody when it is unknown or over."""
    found = (
        Session.select(User.name, User.role, Session.expires_at)
        .join(User)
        .where((Session.token_hash == token_hash(token)) & (Session.expires_at > now) & ~User.disabled)
        .tuples()
        .first()
    )
    return (Actor(found[0], found[1]), found[2]) if found else (NOBODY, None)


def logout(shop: Shop, token: str, *, everywhere: bool = False) -> int:
    """Close the session, or all sessions of its user; answers how many."""

    def work() -> int:
        hashed = token_hash(token)
        mine = Session.token_hash == hashed
        if everywhere:
            mine = Session.user.in_(Session.select(Session.user).where(Session.token_hash == hashed))
        return int(Session.delete().where(mine).execute())

    return transact(shop.database, work, wait=shop.wait)
