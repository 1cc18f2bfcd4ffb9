"""Put the shop together: settings, then the database they name, then who is at work."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from shopctl import config as configuration
from shopctl.adapters import session_file
from shopctl.config import Config
from shopctl.db.connection import connect, without_foreign_drivers
from shopctl.domain.access import NOBODY
from shopctl.errors import AuthError, ShopError

if TYPE_CHECKING:
    from shopctl.shop import Shop

WAIT_SECONDS = 10.0
"""How long a busy database is waited for when `--wait` does not say."""

Verbose = Callable[[int, str], None]
"""Takes (level, text); level 2 is every SQL statement."""


def open_shop(
    *,
    config: str | None,
    profile: str | None,
    db: str | None,
    as_of: str | None,
    wait: str | None,
    dry_run: bool,
    command: str,
    environ: Mapping[str, str],
    signed_in: bool = True,
    create: bool = False,
    current: bool = True,
    verbose: Verbose | None = None,
) -> Shop:
    """Open the shop for one call.

    Args:
        config: The configuration file to use, `none` for no file at all, or None to look for one.
        as_of: The day or moment to take for now; None for the clock.
        wait: How long to wait for a busy database, such as `10s`.
        create: Make a missing SQLite file.
        current: Refuse a database of another schema version.
        verbose: Listens to every SQL statement.

    Raises:
        ShopError: Configuration, database or session do not allow it.
    """
    settings = configuration.load(config, profile=profile, environ=environ, database=db)
    shop = _closed_shop(settings, as_of, wait, create=create)
    shop.command, shop.dry_run = command, dry_run
    _log_statements(verbose)
    try:
        with plain_failures():
            shop.database.connect(reuse_if_open=True)
            _require(shop, environ, signed_in=signed_in, current=current)
    except ShopError:
        shop.database.close()
        raise
    return shop


def _closed_shop(settings: Config, as_of: str | None, wait: str | None, *, create: bool) -> Shop:
    """Make the shop of these settings without reaching for the database yet."""
    seconds = _seconds(wait) if wait else WAIT_SECONDS
    without_foreign_drivers(settings.database)
    database = connect(settings.database, create=create, wait=seconds)
    from shopctl import models
    from shopctl.shop import Shop

    models.database.initialize(database)
    moment = _now(as_of, settings)
    return Shop(settings, database, moment, NOBODY, wait=seconds, clock=None if as_of else clock)


def _require(shop: Shop, environ: Mapping[str, str], *, signed_in: bool, current: bool) -> None:
    from shopctl.services import schema

    if current:
        schema.require_current(shop.database)
    elif signed_in:
        schema.require_known(shop.database)
    if signed_in:
        sign_in(shop, environ)


def sign_in(shop: Shop, environ: Mapping[str, str]) -> datetime:
    """Put the user of the token or of the stored session to work in the shop, and tell when it ends.

    The clock decides, not `--as-of`: nobody gets a session back by pretending that it is yesterday. A token that was
    given and does not hold is refused, even where somebody is signed in.

    Raises:
        AuthError: Nobody is signed in here, or the session or token has ended.
    """
    from shopctl.services import accounts

    given, place = _given_token(environ)
    token = given or session_file.read(session_path(environ))
    actor, ends = accounts.actor_of(token, clock()) if token else (NOBODY, None)
    if ends is None or (given and not actor.token):
        raise _refused_token(place) if place else _not_signed_in(token)
    shop.actor = actor
    return ends


def _given_token(environ: Mapping[str, str]) -> tuple[str, str]:
    """Find the token that a job was given, and what it came from; both empty for none.

    Raises:
        AuthError: Its file cannot be read, or can be read by others.
    """
    named = environ.get("SHOPCTL_TOKEN_FILE", "")
    if named:
        return session_file.read_token(Path(named), own=True), f"in {named}"
    directory = environ.get("CREDENTIALS_DIRECTORY", "")
    if directory and (Path(directory) / "shopctl.token").exists():
        # The service manager guards this directory and owns what is in it.
        return session_file.read_token(Path(directory) / "shopctl.token", own=False), "of the service"
    token = environ.get("SHOPCTL_TOKEN", "").strip()
    return token, "in $SHOPCTL_TOKEN" if token else ""


def _refused_token(place: str) -> AuthError:
    return AuthError(
        "auth.expired", f"the token {place} does not hold: it has ended, was revoked, or is of another shop",
        hint="unset SHOPCTL_TOKEN_FILE SHOPCTL_TOKEN and sign in; then shopctl user token list, or create NAME",
    )  # fmt: skip


@contextmanager
def plain_failures() -> Iterator[None]:
    """Turn what the database says inside the block into sentences, where there is one for it."""
    from shopctl.db.failures import driver_errors, translate

    try:
        yield
    except driver_errors() as error:
        known = translate(error)
        if known is None:
            raise
        raise known from error


def explained(error: BaseException) -> ShopError | None:
    """Find the plain sentence for a database failure; None for everything else."""
    if "peewee" not in sys.modules:
        return None
    from shopctl.db.failures import driver_errors, translate

    return translate(error) if isinstance(error, driver_errors()) else None


def session_path(environ: Mapping[str, str]) -> Path:
    """Tell where the session of this user on this machine is kept."""
    return configuration.state_directory(environ) / "session"


def clock() -> datetime:
    """Tell the time, to the second, whatever `--as-of` says."""
    return datetime.now(UTC).replace(microsecond=0)


def _not_signed_in(token: str) -> AuthError:
    if token:
        return AuthError("auth.expired", "the session has ended or belongs to another database", hint="shopctl login")
    return AuthError("auth.required", "nobody is signed in", hint="shopctl login")


def _seconds(wait: str) -> float:
    from shopctl.domain import dates

    return dates.parse_duration(wait).total_seconds()


def _now(as_of: str | None, settings: Config) -> datetime:
    if not as_of:
        return clock()
    from zoneinfo import ZoneInfo

    from shopctl.domain import dates

    zone = ZoneInfo(settings.shop.timezone)
    when = dates.parse(as_of)
    if when.kind == "instant":
        return when.start(clock(), zone)
    return datetime.combine(when.day(clock(), zone), time(12), zone).astimezone(UTC)


class _Statements(logging.Handler):
    """Hands every SQL statement on, without its values: they may be secret."""

    def __init__(self, verbose: Verbose) -> None:
        super().__init__()
        self._verbose = verbose

    def emit(self, record: logging.LogRecord) -> None:
        self._verbose(2, str(record.msg[0]) if isinstance(record.msg, tuple) else record.getMessage())


def _log_statements(verbose: Verbose | None) -> None:
    logger = logging.getLogger("peewee")
    logger.handlers = [_Statements(verbose)] if verbose else []
    logger.setLevel(logging.DEBUG if verbose else logging.WARNING)
    logger.propagate = False
