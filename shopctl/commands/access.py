"""Sign in, sign out, and tell who is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple

from shopctl.commands.call import Call
from shopctl.commands.credentials import PasswordStdin, ask_name, ask_password
from shopctl.commands.declaring import noun
from shopctl.commands.options import Count, option
from shopctl.errors import AuthError, ConfigError, UsageError

if TYPE_CHECKING:
    from shopctl.output.columns import Column

app = noun("", "Who is at work")

LONGEST_HOURS = 8760


class SignedIn(NamedTuple):
    """Who is signed in, and where; by a token, its name and what it may change."""

    user: str
    role: str
    expires_at: datetime
    profile: str
    database: str
    token: str = ""
    scopes: tuple[str, ...] = ()


class SignedOut(NamedTuple):
    """What signing out ended."""

    sessions_closed: int


@app.command(
    "login",
    examples=[
        ("shopctl login", "asks for what it needs to know"),
        ("shopctl login --user anna --hours 2", "for two hours only"),
        ("shopctl login --user anna --password-stdin <password.txt", "in a script"),
    ],
    exits="0 signed in · 2 no password · 3 no database · 4 wrong name or password, or locked for a while",
)
def login(
    call: Call,
    user: Annotated[str, option(help="Who; default: the only user there is, else it is asked", metavar="NAME")] = "",
    password_stdin: PasswordStdin = False,
    hours: Annotated[Count, option(help="Stay signed in for N hours; default: as configured (12)")] = None,
) -> None:
    """Sign in. The password is asked without showing it; the session is kept for this account on this machine."""
    from shopctl import bootstrap
    from shopctl.adapters import session_file
    from shopctl.services import accounts

    if hours is not None and not 1 <= hours <= LONGEST_HOURS:
        raise UsageError("usage", f"--hours: {hours} is not a number of hours from 1 to {LONGEST_HOURS}")
    shop = call.shop(signed_in=False)
    name = user or _only(accounts.names()) or ask_name(call, "User name:", "--user NAME")
    password = ask_password(call, f"Password of {name}:", piped=password_stdin)
    length = hours or shop.config.security.session_hours
    session = accounts.login(shop, name, password, length, bootstrap.clock())
    session_file.write(bootstrap.session_path(call.environ), session.token)
    row = _row(call, session.user, session.role, session.expires_at)
    _show(call, "login", row, f"✓ signed in as {row.user} ({row.role}) until", "shopctl dashboard")


def _only(names: list[str]) -> str:
    if not names:
        raise ConfigError(
            "db.not_a_shop", "nobody can sign in yet: the shop has no administrator", hint="shopctl db init"
        )
    return names[0] if len(names) == 1 else ""


@app.command(
    "logout",
    examples=[
        ("shopctl logout", "on this machine"),
        ("shopctl logout --everywhere", "end all sessions of the same user"),
    ],
    exits="0 signed out, also when nobody was signed in · 4 --everywhere without a session",
)
def logout(
    call: Call, everywhere: Annotated[bool, option(help="End all sessions of this user, on other machines too")] = False
) -> None:
    """Sign out. The session is ended in the database and forgotten on this machine."""
    from shopctl import bootstrap
    from shopctl.adapters import session_file
    from shopctl.services import accounts

    place = bootstrap.session_path(call.environ)
    token = _stored_token(call)
    closed = 0
    try:
        if everywhere or token:
            closed = accounts.logout(call.shop(signed_in=everywhere), token, everywhere=everywhere)
    finally:
        session_file.remove(place)
    told = "✓ signed out" if closed else "= nobody was signed in"
    _show_closed(call, SignedOut(closed), f"{told}, {closed} sessions ended" if closed > 1 else told)


def _stored_token(call: Call) -> str:
    from shopctl import bootstrap
    from shopctl.adapters import session_file

    try:
        return session_file.read(bootstrap.session_path(call.environ))
    except AuthError:  # others may have read the file: it is forgotten, never used
        return ""


def _show_closed(call: Call, row: SignedOut, told: str) -> None:
    from shopctl.output.columns import Column, Kind
    from shopctl.output.sheets import Sheet

    columns = (Column("sessions_closed", "SESSIONS", Kind.COUNT, "How many sessions were ended"),)
    if not call.options.quiet or call.out.explicit_format:
        call.out.show("logout", columns, row, Sheet().text(told))


@app.command(
    "whoami",
    examples=[("shopctl whoami", "who, until when, and which shop"), ("shopctl whoami --json", "for scripts")],
    exits="0 signed in · 4 not signed in",
)
def whoami(call: Call) -> None:
    """Tell who is signed in, until when, and to which shop."""
    from shopctl import bootstrap
    from shopctl.output.sheets import Sheet

    shop = call.shop()
    ends = bootstrap.sign_in(shop, call.environ)
    who = shop.actor
    row = _row(call, who.name, who.role, ends)._replace(token=who.token, scopes=tuple(sorted(who.scopes or ())))
    holds = _written(call, row.expires_at)
    pairs = [("User", row.user), ("Role", row.role)]
    if row.token:
        pairs += [("Token", f"{row.token} ends {holds}"), ("May change", ", ".join(row.scopes))]
    else:
        pairs.append(("Session", f"ends {holds}"))
    page = Sheet().pairs([*pairs, ("Profile", row.profile or None), ("Database", row.database)])
    call.out.show("whoami", _columns(), row, page)


def _row(call: Call, user: str, role: str, ends: datetime) -> SignedIn:
    from shopctl.config import masked

    config = call.shop().config
    return SignedIn(user, role, ends, config.profile, masked(config.database))


def _show(call: Call, schema: str, row: SignedIn, told: str, following: str) -> None:
    from shopctl.output.sheets import Sheet

    if call.options.quiet and not call.out.explicit_format:
        return
    call.out.show(schema, _columns(), row, Sheet().text(f"{told} {_written(call, row.expires_at)}"))
    if not call.out.explicit_format:
        call.out.note(f"  NEXT  {following}")


def _written(call: Call, moment: datetime) -> str:
    from zoneinfo import ZoneInfo

    return f"{moment.astimezone(ZoneInfo(call.out.options.tz)):%Y-%m-%d %H:%M %Z}"


def _columns() -> tuple[Column, ...]:
    from shopctl.output.columns import Column, Kind

    return (
        Column("user", "USER", Kind.CODE, "The user name"),
        Column("role", "ROLE", Kind.STATUS, "admin, sales, accountant or readonly"),
        Column("expires_at", "UNTIL", Kind.INSTANT, "When the session ends"),
        Column("profile", "PROFILE", Kind.TEXT, "The profile of the configuration in use"),
        Column("database", "DATABASE", Kind.TEXT, "The address of the database, without passwords"),
        Column("token", "TOKEN", Kind.TEXT, "The token that works in the user's name"),
        Column("scopes", "MAY CHANGE", Kind.TEXT, "What that token may write"),
    )
