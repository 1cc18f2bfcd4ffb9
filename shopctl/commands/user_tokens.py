"""Give cron jobs and scripts tokens, and take them back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

from shopctl.commands.call import Call
from shopctl.commands.options import Batch, Length, argument, option
from shopctl.commands.user_app import app
from shopctl.commands.writes import run_batch
from shopctl.errors import ExitStatus, UsageError
from shopctl.output.columns import Column, Kind

TOKENS = (
    Column("name", "TOKEN", Kind.CODE, "Its name, which the journal tells as USER/TOKEN"),
    Column("user", "USER", Kind.TEXT, "In whose name it works; it may never do more than they"),
    Column("scopes", "MAY CHANGE", Kind.TEXT, "What it may write; it may read everything"),
    Column("created_at", "SINCE", Kind.INSTANT, "When it was made"),
    Column("expires_at", "ENDS", Kind.INSTANT, "When it holds no more"),
)


class Made(NamedTuple):
    """A token that was just made, with its secret, which is empty in a dry run."""

    name: str
    user: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    token: str


SECRET = Column("token", "SECRET", Kind.TEXT, "The token itself, shown this once")

DEFAULT_LIFE = timedelta(days=90)
LONGEST_LIFE = timedelta(days=3660)


@app.command(
    "token list",
    examples=[("shopctl user token list", "which hold, whose they are, what they may do, until when")],
    exits="0 done",
)
def list_(call: Call) -> None:
    """List the tokens that hold."""
    shop = call.shop()

    from shopctl.services import tokens

    rows = tokens.rows(shop)
    footer = ["Take one back:  shopctl user token revoke NAME"] if rows else []
    call.out.list(
        "user.token.list", TOKENS, rows, total=len(rows), key="name", footer=footer, empty="There is no token."
    )


@app.command(
    "token create",
    examples=[
        (
            "shopctl user token create nightly --scope invoices,emails > ~/.shopctl-token",
            "the token alone, for a file of mode 600",
        ),
        ("shopctl user token create bank --scope payments --expires 365d", "for a year"),
    ],
    exits="0 done · 2 usage · 3 no such user · 5 not an administrator · 6 beyond the role · 7 there is one already",
    writes=True,
)
def create(
    call: Call,
    name: Annotated[str, argument("NAME", "What to call it, such as the job that uses it")],
    scope: Annotated[str, option(help="What it may change, such as invoices,emails,payments", metavar="SCOPES")],
    expires: Annotated[Length, option(help="How long it holds; default: 90d")] = None,
    user: Annotated[str, option(help="In whose name; default: yours", metavar="NAME")] = "",
) -> None:
    """Make a token for a job. It is printed once and kept nowhere; SHOPCTL_TOKEN_FILE names its file."""
    shop = call.shop()

    from shopctl.services import accounts, tokens

    life = expires or DEFAULT_LIFE
    if life > LONGEST_LIFE:
        raise UsageError("usage", "a token holds for ten years at most", hint="--expires 365d")
    scopes, secret = tokens.read_scopes(scope), tokens.new_secret()
    (outcome,) = tokens.create(shop, [name], accounts.token_hash(secret), user or shop.actor.name, scopes, life)
    _tell(call, outcome, secret)


def _tell(call: Call, outcome: Any, secret: str) -> None:
    from shopctl.domain.outcomes import Failed
    from shopctl.output.sheets import Sheet

    if isinstance(outcome, Failed):
        raise outcome.error
    made = Made._make((*outcome.row, "" if call.options.dry_run else secret))
    if call.out.explicit_format:
        call.out.show("user.token.create", (*TOKENS, SECRET), made, Sheet())
    elif call.options.dry_run:
        call.out.text(f"dry run: would create the token {made.name}")
    else:
        call.out.text(made.token)
        may = ", ".join(made.scopes)
        call.out.note(f"  shown this once; it holds until {made.expires_at:%Y-%m-%d} and may change {may}")
        call.out.note("  NEXT  keep it in a file of mode 600, and name that file in SHOPCTL_TOKEN_FILE")


@app.command(
    "token revoke",
    examples=[("shopctl user token revoke nightly", "it works no more, from the next command on")],
    exits="0 done · 3 no such token · 5 not an administrator",
    writes=True,
)
def revoke(call: Call, name: Annotated[str, argument("NAME", "Its name")]) -> ExitStatus:
    """End a token at once."""
    shop = call.shop()

    from shopctl.services import tokens

    return run_batch(
        call, shop, [name], lambda part: tokens.revoke(shop, part), schema="user.token.revoke", columns=TOKENS,
        verb="revoke", batch=Batch(), next_commands=lambda _row: ["shopctl user token list"],
    )  # fmt: skip
