"""Set the database up, bring it up to date, tell how it is, and check the books in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from shopctl.commands.call import Call
from shopctl.commands.credentials import PasswordStdin, ask_name, ask_password
from shopctl.commands.declaring import noun
from shopctl.commands.options import Count, option
from shopctl.commands.settings import loaded
from shopctl.errors import ExitStatus, ShopError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopctl.domain.outcomes import Done
    from shopctl.output.columns import Column
    from shopctl.shop import Shop

app = noun("db", "The database: set up, bring up to date, check")

INIT = "shopctl db init"
LISTED = 20


class Setup(NamedTuple):
    """A database that is set up: where, which schema, and who administers it."""

    database: str
    engine: str
    schema_version: int
    admin: str


class Step(NamedTuple):
    """A step of the schema."""

    step: str
    database: str


class Indexed(NamedTuple):
    """How many records of a kind were read for the index of words."""

    kind: str
    records: int


@app.command(
    "init",
    examples=[
        ("shopctl db init", "asks for the administrator's name and password"),
        ("shopctl db init --admin anna --password-stdin <password.txt", "in a script"),
        ("shopctl --db postgresql:///shop db init --admin anna", "in a PostgreSQL database that exists"),
    ],
    exits="0 done or already so · 2 no name or password · 78 the database holds something else",
    writes=True,
)
def init(
    call: Call,
    admin: Annotated[str, option(help="Name of the first administrator; default: it is asked", metavar="NAME")] = "",
    password_stdin: PasswordStdin = False,
) -> ExitStatus:
    """Set up the database and its first administrator. Only its owner can read the file. A repeat is harmless."""
    from shopctl.domain.outcomes import Change, Done
    from shopctl.services import accounts

    shop = _present(call)
    names = _users(shop) if shop else []
    if shop and names:
        change, admin = Change.UNCHANGED, names[0]
    else:
        admin = admin or ask_name(call, "Name of the first administrator:", "--admin NAME")
        accounts.check_name(admin)
        password = ask_password(call, f"Password for {admin}:", piped=password_stdin, again="The same again:")
        accounts.check_password(password)
        change = Change.WOULD_CREATE if call.options.dry_run else Change.CREATED
        shop = _set_up(call, shop, admin, password)
    return _told(call, Done(_address(call, shop), change, _setup(call, shop, admin)))


def _present(call: Call) -> Shop | None:
    """Open the database as it is; None where there is nothing yet that could be opened."""
    try:
        return call.shop(signed_in=False, current=False)
    except ShopError as error:
        if error.hint != INIT:
            raise
        return None


def _users(shop: Shop) -> list[str]:
    from shopctl.services import accounts, schema

    if schema.version_of(shop.database) == 0:
        return []
    schema.require_current(shop.database)
    return accounts.names()


def _set_up(call: Call, shop: Shop | None, admin: str, password: str) -> Shop | None:
    from shopctl.services import accounts, schema

    if call.options.dry_run:
        if shop:
            schema.migrate(shop.database, shop.now, wait=shop.wait, dry_run=True)
        return shop
    shop = shop or call.shop(signed_in=False, create=True, current=False)
    schema.migrate(shop.database, shop.now, wait=shop.wait)
    accounts.create_first_admin(shop, admin, password)
    return shop


def _address(call: Call, shop: Shop | None) -> str:
    from shopctl.config import masked

    return masked((shop.config if shop else loaded(call)).database)


def _setup(call: Call, shop: Shop | None, admin: str) -> Setup:
    from shopctl.migrations import LATEST

    address = _address(call, shop)
    return Setup(address, "sqlite" if address.startswith("sqlite:") else "postgresql", LATEST, admin)


def _told(call: Call, done: Done[Setup]) -> ExitStatus:
    from dataclasses import replace

    from shopctl.output.columns import Column, Kind

    columns = (
        Column("database", "DATABASE", Kind.CODE, "The address of the database, without passwords"),
        Column("engine", "ENGINE", Kind.STATUS, "sqlite or postgresql"),
        Column("schema_version", "SCHEMA", Kind.COUNT, "The version of the schema"),
        Column("admin", "ADMINISTRATOR", Kind.TEXT, "The first administrator"),
    )
    if not call.out.json_errors:
        done = replace(done, notes=(f"administrator: {done.row.admin}",))
    return call.out.outcomes(
        "db.init", columns, [done], verb="set up", dry_run=call.options.dry_run, next_commands=["shopctl login"]
    )


@app.command(
    "migrate",
    examples=[
        ("shopctl db migrate --dry-run", "which steps are missing"),
        ("shopctl db migrate", "apply them; make a backup first"),
    ],
    exits="0 done or already so · 4 not signed in · 5 not an administrator · 78 no shop, or a newer one",
    writes=True,
)
def migrate(call: Call) -> ExitStatus:
    """Bring the database to the schema of this version. All missing steps are one transaction: all or nothing."""
    from shopctl.config import masked
    from shopctl.domain.outcomes import Change, Done
    from shopctl.output.columns import Column, Kind
    from shopctl.services import schema

    shop = call.shop(current=False)
    shop.require("database")
    database = masked(shop.config.database)
    applied = schema.migrate(shop.database, shop.now, wait=shop.wait, dry_run=shop.dry_run)
    change = Change.WOULD_CHANGE if shop.dry_run else Change.CHANGED
    done = [Done(step, change, Step(step, database)) for step in applied]
    if not applied:
        done = [Done("schema", Change.UNCHANGED, Step("", database), ("nothing to migrate",))]
    columns = (
        Column("step", "STEP", Kind.CODE, "The step of the schema"),
        Column("database", "DATABASE", Kind.TEXT, "The address of the database, without passwords"),
    )
    return call.out.outcomes("db.migrate", columns, done, verb="apply", dry_run=shop.dry_run)


@app.command(
    "reindex",
    examples=[("shopctl db reindex", "make the index of words anew, when db check finds it wrong")],
    exits="0 done · 4 not signed in · 5 not an administrator · 75 the database is busy",
    writes=True,
)
def reindex(call: Call) -> ExitStatus:
    """Make the index of words anew, by which --search and search find documents. Nothing else is changed."""
    from shopctl.domain.outcomes import Change, Done
    from shopctl.output.columns import Column, Kind
    from shopctl.services import words

    shop = call.shop()
    read = words.rebuild(shop)
    change = Change.WOULD_CHANGE if shop.dry_run else Change.CHANGED
    done = [Done(kind, change, Indexed(kind, count), (f"{count:,} read",)) for kind, count in read.items()]
    columns = (
        Column("kind", "KIND", Kind.CODE, "What is found by its words: customer, product or order"),
        Column("records", "RECORDS", Kind.COUNT, "How many were read"),
    )
    return call.out.outcomes("db.reindex", columns, done, verb="index", dry_run=shop.dry_run)


@app.command(
    "status",
    examples=[("shopctl db status", "engine, version, size"), ("shopctl db status --json", "for scripts")],
    exits="0 done · 3 no database · 4 not signed in · 78 no shop in it, or a newer one",
)
def status(call: Call) -> None:
    """Tell which database is used, its schema and its size."""
    from shopctl.output.sheets import Sheet
    from shopctl.services import health

    shop = call.shop(current=False)
    row = health.status(shop)
    steps = ", ".join(row.pending)
    page = Sheet().pairs(
        [
            ("Database", row.database),
            ("Engine", f"{row.engine} {row.engine_version}"),
            (
                "Schema",
                f"version {row.schema_version} of {row.latest_version}" + (f", missing: {steps}" if steps else ""),
            ),
            ("Size", health.written_size(row.size_bytes)),
        ]
    )
    if row.pending:
        page.next([("shopctl db migrate", "apply the missing steps")])
    call.out.show("db.status", _status_columns(), row, page)


def _status_columns() -> tuple[Column, ...]:
    from shopctl.output.columns import Column, Kind

    return (
        Column("database", "DATABASE", Kind.CODE, "The address of the database, without passwords"),
        Column("engine", "ENGINE", Kind.STATUS, "sqlite or postgresql"),
        Column("engine_version", "VERSION", Kind.TEXT, "The version of the database software"),
        Column("schema_version", "SCHEMA", Kind.COUNT, "The version of the schema"),
        Column("latest_version", "LATEST", Kind.COUNT, "The version that this shopctl works with"),
        Column("pending", "PENDING", Kind.LIST, "Steps that db migrate would apply"),
        Column("size_bytes", "SIZE", Kind.COUNT, "Bytes on disk"),
    )


@app.command(
    "check",
    examples=[
        ("shopctl db check", "everything"),
        ("shopctl db check --rule A1 --rule A2", "two rules"),
        ("shopctl db check --describe", "what the rules say"),
        ("shopctl db check --json", "for scripts"),
    ],
    exits="0 the books are sound · 1 they are not · 2 no such rule · 4 not signed in",
)
def check(
    call: Call,
    rules: Annotated[
        list[str] | None, option("--rule", help="Check this rule only; may be repeated", metavar="ID")
    ] = None,
    limit: Annotated[Count, option(help="List at most N places of each rule; 0 lists all (default 20)")] = None,
    describe: Annotated[bool, option(help="Tell what the rules say instead of checking")] = False,
) -> ExitStatus | None:
    """Check the books: recompute what is stored, and list what differs. Nothing is changed."""
    from shopctl.commands import check_sheet
    from shopctl.services import checking

    if describe:
        check_sheet.show_rules(call, _wanted(checking.describe(), rules or ()))
        return None
    shop = call.shop()
    report = checking.check(shop, rules=rules or (), limit=LISTED if limit is None else limit)
    check_sheet.show_report(call, report)
    return None if report.ok else ExitStatus.FAILED


def _wanted(infos: Sequence[object], rules: Sequence[str]) -> list[object]:
    wanted = {rule.strip().upper() for rule in rules}
    return [info for info in infos if not wanted or getattr(info, "id", "") in wanted]
