"""Look at everything a call depends on, one thing after the other; what is broken does not hide the rest."""

from __future__ import annotations

import stat
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from shopctl.commands.settings import loaded
from shopctl.errors import AuthError, ConfigError, ShopError
from shopctl.output.checklist import Check

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shopctl.commands.call import Call
    from shopctl.config import Config, Smtp
    from shopctl.services.health import DatabaseStatus
    from shopctl.shop import Shop

TOLERANCE = timedelta(minutes=5)
"""Clocks may differ by so much."""

ERA = 2025
"""No shop is run with this program before this year: an earlier clock has never been set."""


def examine(call: Call, *, network: bool) -> list[Check]:
    """Look at everything.

    Args:
        network: Connect to the mail server.
    """
    first, config = _configuration(call)
    if config is None:
        return [first, _terminal(call)]
    shop, checks = _database(call)
    rest = [_seller(config), _smtp(config, network=network), _fonts(config), _terminal(call), _clock(config, shop)]
    return [first, *checks, *rest]


def _failed(name: str, error: ShopError, fix: str = "") -> Check:
    return Check(name, "failed", error.message, fix or error.hint)


def _short(path: object, environ: Mapping[str, str]) -> str:
    """Write a path with ~ for the home directory."""
    home, text = environ.get("HOME", "").rstrip("/"), str(path)
    return f"~{text[len(home) :]}" if home and text.startswith(f"{home}/") else text


def _configuration(call: Call) -> tuple[Check, Config | None]:
    try:
        config = loaded(call)
    except ConfigError as error:
        fix = "shopctl config validate" if "mistakes" in error.details else error.hint
        return _failed("config", error, fix), None
    if config.source is None:
        why = "--config none" if call.options.config == "none" else "no file, the defaults are used"
        return Check("config", "ok", why), config
    profile = f", profile {config.profile}" if config.profile else ""
    return _with_mode("config", Path(config.source), f"{_short(config.source, call.environ)}{profile}"), config


def _with_mode(name: str, path: Path, text: str) -> Check:
    """Look at who may read a file besides its owner."""
    mode = stat.S_IMODE(path.stat().st_mode)
    told = f"{text}, mode {mode:04o}"
    if mode & 0o022:
        return Check(name, "failed", f"{told}: others can change it", f"chmod 600 {path}")
    if mode & 0o055:
        return Check(name, "warning", f"{told}: others can read it", f"chmod 600 {path}")
    return Check(name, "ok", told)


def _database(call: Call) -> tuple[Shop | None, list[Check]]:
    from shopctl import bootstrap

    try:
        shop = call.shop(signed_in=False, current=False)
        with bootstrap.plain_failures():
            return shop, _inside(call, shop)
    except ShopError as error:
        return None, [_failed("database", error)]


def _inside(call: Call, shop: Shop) -> list[Check]:
    from shopctl.services import health

    found = health.status(shop)
    if found.schema_version == 0:
        return [Check("database", "failed", f"{found.database} has no shop in it yet", "shopctl db init")]
    checks = [_engine(call, shop, found), _schema(shop, found)]
    if checks[0].result != "failed" and not found.pending and found.schema_version == found.latest_version:
        checks += [_login(call, shop), _outbox()]
    return checks


def _engine(call: Call, shop: Shop, found: DatabaseStatus) -> Check:
    from shopctl.services import health

    size = health.written_size(found.size_bytes)
    path = health.file_of(shop)
    if path is None:
        return Check("database", "ok", f"{found.engine} {found.engine_version}, {found.database}, {size}")
    sound = health.soundness(shop)
    if sound.problems:
        why = "; ".join(sound.problems)
        return Check("database", "failed", f"{_short(path, call.environ)} is damaged: {why}", "restore the last backup")
    keys = "on" if sound.foreign_keys else "off"
    mode = sound.journal_mode.upper()
    text = f"{found.engine} {_short(path, call.environ)}, {size}, {mode}, integrity ok, foreign keys {keys}"
    check = _with_mode("database", path, text)
    if check.result == "ok" and mode != "WAL":
        return check._replace(result="warning", fix="move it to a local disk: write-ahead logging does not work here")
    return check


def _schema(shop: Shop, found: DatabaseStatus) -> Check:
    from shopctl.services import health

    version, latest = found.schema_version, found.latest_version
    if version > latest:
        text = f"version {version}, this shopctl knows up to {latest}"
        return Check("schema", "failed", text, "pip install --upgrade shopctl")
    if found.pending:
        return Check("schema", "failed", f"version {version}, {latest} is needed", "shopctl db migrate")
    if not health.soundness(shop).unchanged:
        text = f"version {version}, but tables, checks or indexes were changed by hand"
        return Check("schema", "failed", text, "shopctl db check --rule D1")
    return Check("schema", "ok", f"version {version}, nothing to migrate")


def _login(call: Call, shop: Shop) -> Check:
    from shopctl import bootstrap
    from shopctl.services import accounts

    if not accounts.names():
        return Check("login", "failed", "the shop has no administrator yet", "shopctl db init")
    try:
        ends = bootstrap.sign_in(shop, call.environ)
    except AuthError as error:
        return Check("login", "warning", error.message, error.hint)
    left = _length(ends - bootstrap.clock())
    return Check("login", "ok", f"{shop.actor.name} ({shop.actor.role}), session ends in {left}")


def _length(left: timedelta) -> str:
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _outbox() -> Check:
    from shopctl import bootstrap
    from shopctl.services import health

    found = health.outbox(bootstrap.clock())
    troubles = []
    if found.uncertain:
        troubles.append(f"{_mails(found.uncertain)} may or may not have been sent")
    if found.failed:
        troubles.append(f"{_mails(found.failed)} failed")
    if found.late:
        troubles.append(f"{_mails(found.late)} queued for more than 1 h")
    if troubles:
        fix = "shopctl email list --failed" if found.uncertain or found.failed else "shopctl email send"
        return Check("outbox", "warning", ", ".join(troubles), fix)
    return Check("outbox", "ok", f"{_mails(found.queued)} queued" if found.queued else "nothing waits")


def _mails(count: int) -> str:
    return "1 e-mail" if count == 1 else f"{count} e-mails"


def _seller(config: Config) -> Check:
    """Look at who an invoice says it is from."""
    seller = config.shop
    missing = [
        key for key, value in (("shop.name", seller.name), ("shop.address", "".join(seller.address))) if not value
    ]
    if missing:
        text = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} empty, so invoices do not say who sells"
        return Check("seller", "warning", text, f"set {' and '.join(missing)} in the file of: shopctl config path")
    return Check("seller", "ok", ", ".join((seller.name, *filter(None, seller.address))))


def _smtp(config: Config, *, network: bool) -> Check:
    smtp = config.email.smtp
    where = f"{smtp.host}:{smtp.port}"
    if config.email.transport == "maildir":
        return _maildir(config.email.maildir)
    if not smtp.host:
        text = "not set up, so e-mails stay in the outbox"
        return Check("smtp", "warning", text, "set email.smtp.host in the file of: shopctl config path")
    if not config.email.sender:
        return Check("smtp", "warning", f"{where}, but nobody to write as", "set email.from in the configuration")
    try:
        if not network:
            if smtp.password_file:
                smtp.password()
            return Check("smtp", "ok", f"{where}, not tried; shopctl doctor --network does")
        _sign_in_to(smtp)
    except ShopError as error:
        return _failed("smtp", error)
    return Check("smtp", "ok", f"{where}, {smtp.security}, signed in" if smtp.user else f"{where}, {smtp.security}")


def _maildir(folder: str) -> Check:
    from shopctl.adapters.maildir import require_room

    try:
        require_room(folder)
    except ConfigError as error:
        return _failed("smtp", error)
    text = f"letters are kept in {folder}, and nothing leaves this machine"
    return Check("smtp", "warning", text, "email.transport: smtp in the configuration sends them")


def _sign_in_to(smtp: Smtp) -> None:
    from shopctl.adapters.smtp import SmtpTransport

    transport = SmtpTransport(smtp)
    transport.open()
    transport.close()


def _fonts(config: Config) -> Check:
    from shopctl.adapters.pdf.fonts import FontSet, FontSettings

    chosen = config.invoicing.fonts
    try:
        fonts = FontSet(FontSettings(chosen.regular, chosen.bold, chosen.fallback))
    except ConfigError as error:
        return _failed("fonts", error)
    names = [font.path.name for font in (fonts.regular, fonts.bold, *fonts.fallback)]
    own = f": {', '.join(dict.fromkeys(names))}" if chosen.regular or chosen.bold or chosen.fallback else ""
    return Check("fonts", "ok", f"{len(fonts.printable)} characters can be printed{own}")


def _terminal(call: Call) -> Check:
    out = call.out
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").upper()
    kind = f"{out.width} columns" if out.terminal else "no terminal"
    text = f"{encoding}, {kind}, colour {'on' if out.style.color else 'off'}"
    if out.style.ascii:
        return Check("terminal", "warning", f"{text}: not every character can be shown", "export LC_ALL=C.UTF-8")
    return Check("terminal", "ok", text)


def _clock(config: Config, shop: Shop | None) -> Check:
    from shopctl import bootstrap

    now = bootstrap.clock()
    local = f"{now.astimezone(ZoneInfo(config.shop.timezone)):%Y-%m-%d %H:%M %Z}"
    fix = "set the clock of this machine: timedatectl set-ntp true"
    if now.year < ERA:
        return Check("clock", "failed", f"{local} cannot be right", fix)
    if shop is not None:
        with bootstrap.plain_failures():
            problem = _clock_against(shop, now)
        if problem:
            return Check("clock", "failed", f"{local}, {problem}", fix)
    return Check("clock", "ok", local)


def _clock_against(shop: Shop, now: datetime) -> str:
    """Compare the clock with the database server's and with what is in the journal."""
    from shopctl.services import health

    server = health.server_clock(shop)
    if server is not None and abs(server - now) > TOLERANCE:
        return f"but the database server says {server:%Y-%m-%d %H:%M %Z}"
    latest = health.latest_entry() if health.status(shop).schema_version else None
    if latest is not None and latest > now + TOLERANCE:
        return f"but the journal has an entry of {latest:%Y-%m-%d %H:%M %Z}"
    return ""
