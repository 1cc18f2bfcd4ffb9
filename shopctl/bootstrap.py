"""Put the shop together: settings, then the database they name, then who is at work."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from shopctl import config as configuration
from shopctl.adapters import session_file
from shopctl.config import Config
from shopctl.db.connection import connect, without_foreign_drivers
from shopctl.domain import dates
from shopctl.domain.access import NOBODY
from shopctl.errors import AuthError, ShopError

if TYPE_CHECKING:
    from shopctl.shop import Shop


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
    verbose: Callable[[int, str], None] = lambda _level, _text: None,
) -> Shop:
    """Open the shop for one call.

    Args:
        config: The configuration file to use, `none` for no file at all, or None to look for one.
        db: A database address that overrides the configured one.
        as_of: The day or moment to take for now; None for the clock.
        wait: How long to wait for a busy database, such as `10s`.
        signed_in: Refuse when nobody is signed in.
        create: Make a missing SQLite file.
        current: Refuse a database of another schema version.
        verbose: Takes (level, text); level 2 is every SQL statement.

    Raises:
        ShopError: Configuration, database or session do not allow it.
    """
    settings = configuration.load(config, profile=profile, environ=environ)
    url = db or settings.database
    without_foreign_drivers(url)
    seconds = dates.parse_duration(wait).total_seconds() if wait else 10.0
    database = connect(url, create=create, wait=seconds)
    import peewee

    from shopctl import models
    from shopctl.db.failures import translate
    from shopctl.services import accounts, schema
    from shopctl.shop import Shop

    _log_statements(verbose)
    models.database.initialize(database)
    now = _now(as_of, settings)
    shop = Shop(settings, database, now, NOBODY, command=command, dry_run=dry_run, wait=seconds)
    try:
        database.connect(reuse_if_open=True)
        if current:
            schema.require_current(database)
        if signed_in:
            token = session_file.read(session_path(environ))
            shop.actor, _ = accounts.actor_of(token, datetime.now(UTC)) if token else (NOBODY, None)
            if not shop.actor.name:
                raise _not_signed_in(token)
    except peewee.PeeweeException as error:
        raise translated(error, translate) from error
    return shop


def translated(error: Exception, translate: Callable[..., ShopError | None]) -> Exception:
    """Answer the plain sentence for a database failure, or the failure itself when there is none."""
    return translate(error) or error


def session_path(environ: Mapping[str, str]) -> Path:
    """Tell where the session of this user on this machine is kept."""
    return configuration.state_directory(environ) / "session"


def _not_signed_in(token: str) -> AuthError:
    if token:
        return AuthError("auth.expired", "the session has ended or belongs to another database", hint="shopctl login")
    return AuthError("auth.required", "nobody is signed in", hint="shopctl login")


def _now(as_of: str | None, settings: Config) -> datetime:
    clock = datetime.now(UTC).replace(microsecond=0)
    if not as_of:
        return clock
    zone = ZoneInfo(settings.shop.timezone)
    when = dates.parse(as_of)
    if when.kind == "instant":
        return when.start(clock, zone)
    return datetime.combine(when.day(clock, zone), time(12), zone).astimezone(UTC)


def _log_statements(verbose: Callable[[int, str], None]) -> None:
    """Hand every SQL statement to `verbose`; nothing is set up unless somebody listens at level 2."""

    class _Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            verbose(2, record.getMessage())

    logger = logging.getLogger("peewee")
    if not logger.handlers:
        logger.addHandler(_Handler())
