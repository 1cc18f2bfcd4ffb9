"""Declare options: a `Setting` inside `Annotated` says how an option is written, read and explained.

A ready-made type may be refined where it is used:

    amount: Annotated[Amount, option(help="Size of the down payment", panel="What to bill")] = None
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

from shopctl.commands.help import BATCH
from shopctl.errors import UsageError

if TYPE_CHECKING:
    from datetime import timedelta
    from decimal import Decimal

    from shopctl.domain.dates import When


class Setting(NamedTuple):
    """How one option or argument is written, read and explained.

    Attributes:
        names: Spellings such as `--limit`, `-L` or `--mailed/--not-mailed`; empty: made from the parameter's name.
        help: What it does, one sentence without a full stop.
        panel: Heading under which help shows it; empty: "Options".
        metavar: Stands for the value in help.
        parser: Reads the text; refuses with a `UsageError`.
        argument: Positional instead of an option.
        hidden: Not shown in help.
        counted: Its value is how often it was given.
    """

    names: tuple[str, ...] = ()
    help: str = ""
    panel: str = ""
    metavar: str = ""
    parser: Callable[[str], Any] | None = None
    argument: bool = False
    hidden: bool = False
    counted: bool = False

    def refined(self, other: Setting) -> Setting:
        """Overlay another setting; what it leaves empty stays as it is."""
        return Setting(
            other.names or self.names,
            other.help or self.help,
            other.panel or self.panel,
            other.metavar or self.metavar,
            other.parser or self.parser,
            other.argument or self.argument,
            other.hidden or self.hidden,
            other.counted or self.counted,
        )


def option(
    *names: str,
    help: str = "",  # noqa: A002 - the word every command library uses
    panel: str = "",
    metavar: str = "",
    parser: Callable[[str], Any] | None = None,
    hidden: bool = False,
) -> Setting:
    """Declare an option, or refine a ready-made one."""
    return Setting(names, help, panel, metavar, parser, hidden=hidden)


def argument(metavar: str, help: str = "") -> Setting:  # noqa: A002 - as above
    """Declare the positional argument; `...` at the end of the metavar is added for lists."""
    return Setting((), help, "", metavar, argument=True)


class Choice(StrEnum):
    """Words that an option accepts: subclass it, one member a word."""


def parse_amount(text: str) -> Decimal:
    """Read an amount of money: digits and a dot, no grouping."""
    from shopctl.domain.money import parse_decimal

    return parse_decimal(text)


def parse_percent(text: str) -> Decimal:
    """Read a share from 0 to 100, `30` or `30%`."""
    from shopctl.domain.money import parse_decimal

    percent = parse_decimal(text.removesuffix("%"), what="percent")
    if not 0 <= percent <= 100:
        raise UsageError("usage.amount", f"'{text}' is not between 0 and 100 percent", hint="write 30 or 30%")
    return percent


def parse_count(text: str) -> int:
    """Read a whole number from 0 on."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise UsageError("usage.amount", f"'{text}' is not a whole number", hint="write digits only, for example 50")
    return int(text)


def parse_when(text: str) -> When:
    """Read a date; see `domain.dates.parse`."""
    from shopctl.domain.dates import parse

    return parse(text)


def parse_pick(text: str) -> tuple[int, Decimal | None]:
    """Read a line of a document with how much of it is meant: `2` for all of line 2, `2:1.5` for that quantity."""
    from shopctl.domain.money import parse_decimal

    position, separator, quantity = text.partition(":")
    if not (position.isascii() and position.isdigit() and int(position[:9]) > 0 and len(position) <= 9):
        raise UsageError(
            "usage.line", f"'{text}' does not name a line", hint="write --line 2, or --line 2:1.5 for a quantity of 1.5"
        )
    return int(position), parse_decimal(quantity, what="quantity") if separator else None


def parse_length(text: str) -> timedelta:
    """Read a length of time; see `domain.dates.parse_duration`."""
    from shopctl.domain.dates import parse_duration

    return parse_duration(text)


Amount = Annotated["Decimal | None", option(metavar="A", parser=parse_amount)]
Percent = Annotated["Decimal | None", option(metavar="P", parser=parse_percent)]
Picks = Annotated[list[Any] | None, option("--line", metavar="N[:QTY]", parser=parse_pick)]
"""Lines by position, each a pair of its number and a quantity, or None for all of it; see `picked`."""


def picked(lines: list[tuple[int, Decimal | None]] | None) -> dict[int, Decimal | None]:
    """Gather what `--line` named.

    Raises:
        UsageError: A line is named twice, and either quantity could be meant.
    """
    found = dict(lines or ())
    if len(found) < len(lines or ()):
        raise UsageError("usage.line", "a line is named twice", hint="name each line once, with the whole quantity")
    return found


Count = Annotated["int | None", option(metavar="N", parser=parse_count)]
DateOption = Annotated["When | None", option(metavar="DATE", parser=parse_when)]
Length = Annotated["timedelta | None", option(metavar="DURATION", parser=parse_length)]
Limit = Annotated[
    "int | None", option("--limit", "-L", help="Show at most N; 0 shows all", metavar="N", parser=parse_count)
]

FromFile = Annotated[
    str,
    option("--from", help="Read the numbers from FILE, one a line; - is standard input", panel=BATCH, metavar="FILE"),
]
FailFast = Annotated[bool, option("--fail-fast", help="Stop at the first failure; default: go on", panel=BATCH)]
Atomic = Annotated[bool, option("--atomic", help="All or nothing: one failure undoes the rest", panel=BATCH)]
Failures = Annotated[
    str, option("--failures", help="Write what failed to FILE, for --from", panel=BATCH, metavar="FILE")
]
IdempotencyKey = Annotated[
    str,
    option("--idempotency-key", help="A repeat of this very call returns the first result", panel=BATCH, metavar="KEY"),
]


@dataclass(frozen=True, eq=False, repr=False)
class Batch:
    """How a write goes through many documents. A signature takes these options as one parameter: `*, batch: Batch`."""

    from_file: FromFile = ""
    fail_fast: FailFast = False
    atomic: Atomic = False
    failures: Failures = ""
    idempotency_key: IdempotencyKey = ""


History = Annotated[bool, option("--history", help="Also what was taken back, by whom and why")]

LETTER: Final = "The letter"


Told = Annotated[
    "bool | None",
    option("--email/--no-email", help="Write to the customers about it, or not; default: orders.letters", panel=LETTER),
]


@dataclass(frozen=True, eq=False, repr=False)
class Letter:
    """How a document is sent. A signature takes these options as one parameter: `*, letter: Letter`."""

    to: Annotated[str, option(help="Another recipient", panel=LETTER, metavar="ADDRESS")] = ""
    cc: Annotated[
        list[str] | None, option(help="Somebody who gets a copy (repeatable)", panel=LETTER, metavar="ADDRESS")
    ] = None
    message: Annotated[str, option(help="A few words before the standard text", panel=LETTER, metavar="TEXT")] = ""
    resend: Annotated[bool, option(help="Also what was queued or sent before", panel=LETTER)] = False

    @property
    def copies(self) -> str:
        """Who gets copies, as one text."""
        return ", ".join(self.cc or ())

    def wish(self) -> dict[str, Any]:
        """Put these options as operations take them."""
        return {**asdict(self), "cc": self.copies}


_NUMBERS: Final = "numbers; - reads them from standard input, one a line"
References = Annotated[list[str], argument("NUMBER", f"Document {_NUMBERS}")]
"""Document numbers; help names them after the noun of the command."""
Orders = Annotated[list[str], argument("ORDER", f"Order {_NUMBERS}")]
Invoices = Annotated[list[str], argument("INVOICE", f"Invoice {_NUMBERS}")]
Payments = Annotated[list[str], argument("PAYMENT", f"Payment {_NUMBERS}")]
Deliveries = Annotated[list[str], argument("DELIVERY", f"Delivery {_NUMBERS}")]
Carts = Annotated[list[str], argument("CART", f"Cart {_NUMBERS}")]
Customers = Annotated[list[str], argument("CUSTOMER", "Customer codes or addresses; - reads them from standard input")]
