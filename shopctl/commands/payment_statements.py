"""List statements of banks and payment providers, and list and show their lines."""

from __future__ import annotations

from typing import Annotated, Final

from shopctl.commands import bank_fields
from shopctl.commands.call import Call
from shopctl.commands.lists import Narrowed, Within, listed, show_all
from shopctl.commands.options import Amount, Choice, argument, option
from shopctl.commands.payment_app import app
from shopctl.errors import ExitStatus

NARROW: Final = "Which statements"
LINES: Final = "Which lines"


class State(Choice):
    """The states of a line."""

    PENDING = "pending"
    OPEN = "open"
    SETTLED = "settled"
    IGNORED = "ignored"
    REPEATED = "repeated"


@app.command(
    "statements",
    examples=[
        ("shopctl payment statements", "newest first"),
        ("shopctl payment statements --unbalanced", "with something missing between the balances"),
    ],
    exits="0 done, also when nothing matches · 2 usage · 9 empty with --fail-on-empty",
)
def statements(
    call: Call,
    account: Annotated[str, option(help="A part of the account", panel=NARROW, metavar="TEXT")] = "",
    format_: Annotated[str, option("--written-in", help="camt.053, mt940, …", panel=NARROW, metavar="FORMAT")] = "",
    unbalanced: Annotated[bool, option(help="The balances do not fit the lines", panel=NARROW)] = False,
    *,
    asked: Narrowed,
    within: Within,
) -> ExitStatus | None:
    """List imported statements, newest first."""
    shop = call.shop()

    from shopctl.services.listing import bank_statements

    since, until = within.days(shop)
    wanted = bank_statements.BankStatementFilter(account, format_, unbalanced, since, until)
    return listed(
        call, asked, "payment.statements", bank_fields.BANK_STATEMENTS, bank_statements, wanted, key="statement",
        empty="No statements match.", footer=lambda: ["Their lines:  shopctl payment lines --statement STATEMENT"],
    )  # fmt: skip


@app.command(
    "lines",
    examples=[
        ("shopctl payment lines --unmatched", "what nobody has explained yet"),
        ("shopctl payment lines --text S00431", "with this in their text or references"),
        ("shopctl payment lines --statement STMT/00012", "of one statement"),
    ],
    exits="0 done, also when nothing matches · 2 usage · 3 no such statement · 9 empty with --fail-on-empty",
)
def lines(
    call: Call,
    unmatched: Annotated[bool, option(help="Not explained yet", panel=LINES)] = False,
    state: Annotated[State | None, option(help="Exactly this state", panel=LINES, metavar="STATE")] = None,
    statement: Annotated[str, option(help="Of this statement", panel=LINES, metavar="STMT")] = "",
    account: Annotated[str, option(help="Booked on: a part of the account", panel=LINES, metavar="TEXT")] = "",
    amount: Annotated[Amount, option(help="Of this amount, in or out", panel=LINES)] = None,
    name: Annotated[str, option(help="A part of the other side's name", panel=LINES, metavar="TEXT")] = "",
    text: Annotated[str, option(help="A part of text, references or IBAN", panel=LINES, metavar="TEXT")] = "",
    *,
    asked: Narrowed,
    within: Within,
) -> ExitStatus | None:
    """List the lines of statements, newest first."""
    shop = call.shop()

    from shopctl.services.listing import bank_lines

    since, until = within.days(shop)
    wanted = bank_lines.BankLineFilter(
        unmatched, state or "", statement, account, amount, name, text, since, until
    )  # fmt: skip
    return listed(
        call, asked, "payment.lines", bank_fields.BANK_LINES, bank_lines, wanted, key="line",
        empty="No lines match.", footer=lambda: ["All about one:  shopctl payment line LINE"],
    )  # fmt: skip


@app.command(
    "line",
    examples=[("shopctl payment line LINE/00057", "all that the file said, and what became of it")],
    exits="0 done · 2 usage · 3 no such line",
)
def line(
    call: Call,
    numbers: Annotated[list[str], argument("LINE", "Lines of statements; - reads them from standard input")],
) -> None:
    """Show lines of statements: all that the file said, and the payments they became."""
    call.shop()

    from shopctl.commands.bank_sheet import sheet
    from shopctl.services import bank_statements

    found = bank_statements.show(call.references(numbers))
    show_all(call, "payment.line", bank_fields.BANK_LINE, found, sheet)
