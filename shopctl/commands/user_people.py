"""Make users, change what they may do, and let them in no more."""

from __future__ import annotations

from typing import Annotated, Any

from shopctl.commands.call import Call
from shopctl.commands.credentials import PasswordStdin, ask_password
from shopctl.commands.options import Batch, Choice, argument, option
from shopctl.commands.user_app import app
from shopctl.commands.writes import run_batch
from shopctl.errors import ExitStatus, UsageError
from shopctl.output.columns import Column, Kind

USERS = (
    Column("name", "USER", Kind.CODE, "What they sign in with"),
    Column("role", "ROLE", Kind.STATUS, "admin, sales, accountant or readonly"),
    Column("disabled", "DISABLED", Kind.FLAG, "They may not sign in"),
    Column("sessions", "SESSIONS", Kind.COUNT, "Terminals where they are signed in"),
    Column("tokens", "TOKENS", Kind.COUNT, "Tokens in their name"),
    Column("created_at", "SINCE", Kind.INSTANT, "When they were made"),
)

Name = Annotated[str, argument("NAME", "The name they sign in with")]
ONE = Batch()


class Role(Choice):
    """What somebody may change; everybody may read."""

    ADMIN = "admin"
    SALES = "sales"
    ACCOUNTANT = "accountant"
    READONLY = "readonly"


@app.command(
    "list",
    examples=[("shopctl user list", "who may sign in, and where they are signed in")],
    exits="0 done",
)
def list_(call: Call) -> None:
    """List users, the first one first."""
    shop = call.shop()

    from shopctl.services import users

    rows = users.rows(shop)
    footer = ["One more:  shopctl user create NAME --role sales"]
    call.out.list("user.list", USERS, rows, total=len(rows), key="name", footer=footer, empty="No users.")


@app.command(
    "create",
    examples=[
        ("shopctl user create ben --role accountant", "asks for a password twice"),
        ("shopctl user create ben --role sales --password-stdin <password.txt", "in a script"),
    ],
    exits="0 done · 2 usage · 5 not an administrator · 7 there is one already",
    writes=True,
)
def create(
    call: Call,
    name: Name,
    role: Annotated[Role, option(help="admin, sales, accountant or readonly", metavar="ROLE")],
    password_stdin: PasswordStdin = False,
) -> ExitStatus:
    """Make a user. The role says what they may change; everybody who is signed in may read."""
    shop = call.shop()

    from shopctl.services import accounts, users

    shop.require("users")
    secret = accounts.hashed(_asked(call, name, piped=password_stdin))
    return _run(call, name, lambda part: users.create(shop, part, str(role), secret), "user.create", "create")


@app.command(
    "edit",
    examples=[("shopctl user edit ben --role readonly", "holds from the next command on")],
    exits="0 done or already so · 2 usage · 3 no such user · 5 not an administrator · 6 the only administrator",
    writes=True,
)
def edit(
    call: Call,
    name: Name,
    role: Annotated[Role, option(help="admin, sales, accountant or readonly", metavar="ROLE")],
) -> ExitStatus:
    """Give a user another role. It holds for sessions and tokens that are open as well."""
    shop = call.shop()

    from shopctl.services import users

    return _run(call, name, lambda part: users.change(shop, part, role=str(role)), "user.edit", "change")


@app.command(
    "passwd",
    examples=[("shopctl user passwd ben", "asks twice; ends their sessions")],
    exits="0 done · 2 usage · 3 no such user · 5 not an administrator",
    writes=True,
)
def passwd(call: Call, name: Name, password_stdin: PasswordStdin = False) -> ExitStatus:
    """Give a user a new password. Their sessions end, and a lock after wrong passwords is lifted; tokens go on."""
    shop = call.shop()

    from shopctl.services import accounts, users

    shop.require("users")
    secret = accounts.hashed(_asked(call, name, piped=password_stdin))
    return _run(call, name, lambda part: users.change(shop, part, password_hash=secret), "user.passwd", "change")


@app.command(
    "disable",
    examples=[("shopctl user disable ben", "sessions end, tokens work no more")],
    exits="0 done or already so · 3 no such user · 5 not an administrator · 6 the only administrator",
    writes=True,
)
def disable(call: Call, name: Name) -> ExitStatus:
    """Let a user in no more. What they did stays in the journal under their name."""
    shop = call.shop()

    from shopctl.services import users

    return _run(call, name, lambda part: users.change(shop, part, disabled=True), "user.disable", "disable")


@app.command(
    "enable",
    examples=[("shopctl user enable ben", "with the password they had")],
    exits="0 done or already so · 3 no such user · 5 not an administrator",
    writes=True,
)
def enable(call: Call, name: Name) -> ExitStatus:
    """Let a user in again."""
    shop = call.shop()

    from shopctl.services import users

    return _run(call, name, lambda part: users.change(shop, part, disabled=False), "user.enable", "enable")


def _asked(call: Call, name: str, *, piped: bool) -> str:
    if not (piped or call.out.interactive):
        raise UsageError(
            "usage", "a password is needed and there is no terminal to ask on: --password-stdin",
            hint=f"shopctl {call.command} {name} --password-stdin < FILE",
        )  # fmt: skip
    return ask_password(call, f"New password of {name}:", piped=piped, again="Once more:")


def _run(call: Call, name: str, operation: Any, schema: str, verb: str) -> ExitStatus:
    return run_batch(
        call, call.shop(), [name], operation, schema=schema, columns=USERS, verb=verb, batch=ONE,
        next_commands=lambda _row: ["shopctl user list"],
    )  # fmt: skip
