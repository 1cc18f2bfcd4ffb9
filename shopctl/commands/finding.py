"""Show any document by its number, and find documents of every kind by a text."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from shopctl import commands
from shopctl.commands.call import Call
from shopctl.commands.declaring import load, noun
from shopctl.commands.options import Limit, argument, option
from shopctl.errors import ExitStatus, NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from shopctl.output.columns import Column
    from shopctl.output.sheets import Sheet
    from shopctl.services.finding import Found

app = noun("", "Find documents")

NOUNS: Final = {
    "orders": "orders", "invoices": "invoice", "payments": "payment", "deliveries": "delivery", "carts": "carts",
    "customers": "customers", "products": "products", "emails": "email",
}  # fmt: skip
"""The noun of the command line for each kind of document."""

SHOWN: Final = {
    **{kind: f"{name} show" for kind, name in NOUNS.items() if kind != "emails"}, "lines": "payment line",
}  # fmt: skip
"""The command that shows each kind of document."""

SEVERAL: Final = 5
"""Hits of each kind that a search shows when no limit is given."""


@app.command(
    "show",
    examples=[
        ("shopctl show S00430", "an order"),
        ("shopctl show INV/2026/00031 PAY/2026/00057", "an invoice and a payment"),
        ("shopctl show zoe@example.org", "a customer"),
        ("shopctl show LINE/00057", "a line of a statement"),
    ],
    exits="0 done · 2 several documents have the number · 3 none has",
)
def show(
    call: Call,
    numbers: Annotated[list[str], argument("NUMBER", "Numbers, customer codes or SKUs; - reads standard input")],
) -> None:
    """Show any document by its number: what the show of its own noun tells. The number has to be complete."""
    call.shop()

    from shopctl.services import finding

    references = call.references(numbers)
    words = {kind: command.split() for kind, command in SHOWN.items()}
    verbs = {kind: load(commands.NOUNS[name].module).verbs.get(verb) for kind, (name, verb) in words.items()}
    found = finding.places(references, [kind for kind, verb in verbs.items() if verb])
    parts = _parts(references, found)
    if len(parts) > 1 and call.out.explicit_format not in ("", "table"):
        raise UsageError(
            "usage",
            "documents of several kinds have different fields, so they cannot be one answer",
            hint=f"shopctl {SHOWN[parts[0][0]]} {' '.join(parts[0][1])} --format {call.out.explicit_format}",
        )
    for place, (kind, part) in enumerate(parts):
        if place:
            call.out.text("")
        verb = verbs[kind]
        assert verb is not None  # noqa: S101  # only kinds with a verb were asked for
        verb.function(call, part)


def _parts(references: Sequence[str], found: dict[str, list[str]]) -> list[tuple[str, list[str]]]:
    """Put numbers that follow each other and are of one kind together.

    Raises:
        NotFoundError: Nothing has one of the numbers.
        UsageError: More than one document has.
    """
    parts: list[tuple[str, list[str]]] = []
    for reference in references:
        kinds = found[reference]
        if not kinds:
            raise NotFoundError(
                "number.unknown", f"nothing has the number {reference}", hint=f"shopctl search {_quoted(reference)}",
                number=reference,
            )  # fmt: skip
        if len(kinds) > 1:
            raise UsageError(
                "number.ambiguous",
                f"{reference} is the number of {len(kinds)} documents",
                hint=" or ".join(f"shopctl {SHOWN[kind]} {_quoted(reference)}" for kind in kinds),
                number=reference,
                kinds=kinds,
            )
        if not parts or parts[-1][0] != kinds[0]:
            parts.append((kinds[0], []))
        parts[-1][1].append(reference)
    return parts


def _quoted(word: str) -> str:
    from shlex import quote

    return quote(word)


def parse_kinds(text: str) -> tuple[str, ...]:
    """Read kinds of documents, separated by commas; singular and plural are the same."""
    spellings = {alias: kind for kind, name in NOUNS.items() for alias in (kind, kind.removesuffix("s"), name)}
    spellings["delivery"] = "deliveries"
    found = []
    for word in text.split(","):
        kind = spellings.get(word.strip().lower())
        if kind is None:
            raise UsageError(
                "usage", f"there are no documents of the kind '{word.strip()}'", hint=f"use some of {', '.join(NOUNS)}"
            )
        found.append(kind)
    return tuple(dict.fromkeys(found))


@app.command(
    "search",
    examples=[
        ("shopctl search müller", "everything about a customer"),
        ("shopctl search 'oak desk' --in orders,products", "only orders and products"),
        ("shopctl search DSK-140 --in orders --limit 0 --format ids", "all of them, for scripts"),
    ],
    exits="0 done, also when nothing is found · 2 usage · 9 nothing found with --fail-on-empty",
)
def search(
    call: Call,
    text: Annotated[str, argument("TEXT", "Beginnings of words, all of which have to be found")],
    in_: Annotated[
        Any, option("--in", help="Look among these only: orders, invoices, ...", metavar="KINDS", parser=parse_kinds)
    ] = None,
    limit: Limit = None,
    fail_on_empty: Annotated[bool, option(help="Exit with 9 when nothing is found")] = False,
) -> ExitStatus | None:
    """Find documents by a number, customer, e-mail address, product or reference.

    Case and accents do not count. A few of each kind are shown.
    """
    shop = call.shop()

    from zoneinfo import ZoneInfo

    from shopctl.services import finding

    kinds = in_ or tuple(NOUNS)
    found = finding.search(shop, text, kinds, SEVERAL if limit is None else limit)
    if call.out.format == "table" and not call.options.fields:
        if found:
            call.out.show("search", _columns(), found, _sheet(text, found, ZoneInfo(call.out.options.tz)))
    else:
        hits = [hit for one in found for hit in one.hits]
        total = sum(one.total for one in found)
        call.out.list(
            "search", _columns(), hits, total=None if any(one.more for one in found) else total,
            has_more=len(hits) < total, empty="",
        )  # fmt: skip
    if not found:
        call.out.note(f"Nothing is found by '{text}'." if in_ is None else f"Nothing there is found by '{text}'.")
    return ExitStatus.EMPTY if fail_on_empty and not found else None


def _sheet(text: str, found: Sequence[Found], zone: tzinfo) -> Sheet:
    """Show what was found: a table a kind, then how to see one, and all."""
    from shopctl.output.human import human_money
    from shopctl.output.sheets import Sheet

    page = Sheet()
    for one in found:
        counted = f"{one.total:,}{'+' if one.more else ''}"
        page.section(
            one.kind, counted if len(one.hits) == one.total and not one.more else f"{len(one.hits)} of {counted}"
        )
        page.table(
            ("NUMBER", "DATE", "NAME", "TOTAL", "STATUS"),
            [
                (hit.number, _day(hit.date, zone), hit.name or None,
                 None if hit.amount_total is None else f"{human_money(hit.amount_total, hit.currency)} {hit.currency}",
                 hit.status.replace("_", " "))
                for hit in one.hits
            ],
            "cclrs",
        )  # fmt: skip
    first = found[0].hits[0]
    commands_ = [(f"shopctl show {_quoted(first.number)}", "all about it")] if first.kind != "emails" else []
    cut = next((one for one in found if one.more or len(one.hits) < one.total), None)
    if cut:
        commands_.append((f"shopctl search {_quoted(text)} --in {cut.kind} --limit 0", f"all {cut.kind}"))
    return page.next(commands_)


def _day(stored: str, zone: tzinfo) -> str | None:
    """Tell the day of what is stored: a moment falls on the day that it has in the zone."""
    if len(stored) <= len("2026-08-21"):
        return stored or None
    return datetime.fromisoformat(stored).astimezone(zone).date().isoformat()


def _columns() -> tuple[Column, ...]:
    from shopctl.output.columns import Column, Kind

    return (
        Column("number", "NUMBER", Kind.CODE, "Its number, code or SKU; of an e-mail the document it is about"),
        Column("kind", "KIND", Kind.CODE, "What it is: orders, invoices, payments, deliveries, carts, customers, ..."),
        Column(
            "date", "DATE", Kind.TEXT, "The day or moment by which its kind is listed", lambda row: row.date or None
        ),
        Column("name", "NAME", Kind.TEXT, "Whose it is, or what", lambda row: row.name or None),
        Column("amount_total", "TOTAL", Kind.MONEY, "Its total, where it has one"),
        Column("currency", "CURRENCY", Kind.CODE, "The currency of the total", lambda row: row.currency or None),
        Column("status", "STATUS", Kind.STATUS, "Where it stands", lambda row: row.status or None),
    )
