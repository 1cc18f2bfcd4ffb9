"""Lay out the page of one customer, and the statement of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shopctl.commands.order_sheet import one_line
from shopctl.output.human import human_money
from shopctl.output.sheets import Sheet
from shopctl.output.style import worded

if TYPE_CHECKING:
    from decimal import Decimal

    from shopctl.domain.statements import Line, Statement
    from shopctl.services.customer_pages import ActivityRow, CustomerDetails
    from shopctl.services.statements import CustomerStatement, Standing

MARKETING = {True: "agreed", False: "not wanted", None: "never asked"}
STATES = {"active": "", "anonymized": "anonymised"}


def sheet(found: CustomerDetails) -> Sheet:
    """Show a customer: how to reach them, what they want, what they bought, what is open, what happened."""
    customer = found.customer
    state = STATES.get(customer.state, customer.state)
    orders = "1 order" if customer.orders == 1 else f"{customer.orders} orders"
    page = Sheet().title(
        customer.code, customer.company or customer.name or customer.email,
        " · ".join(word for word in (state, orders) if word),
    )  # fmt: skip
    page.pairs(_contacts(found), _preferences(found))
    if found.addresses:
        page.section("Addresses").text(
            *(f"{place}  {one['kind']}: {one_line(one)}" for place, one in enumerate(found.addresses, 1))
        )
    if found.note:
        page.section("Notes").text(*found.note.splitlines())
    if customer.balances:
        page.table(
            ("CURRENCY", "ORDERED", "INVOICED", "OPEN", "CREDIT"),
            [(one.currency, *(human_money(value, one.currency) for value in one[1:])) for one in customer.balances],
            "crrrr",
        )
    _documents(page, found)
    if found.activity:
        page.section("Activity", "the latest first").table(
            ("WHEN", "WHO", "WHAT", "DOCUMENT", "DETAILS"), [_happened(one) for one in found.activity], "clccl"
        )
    return page.next(_next(found))


def _contacts(found: CustomerDetails) -> list[tuple[str, object]]:
    customer = found.customer
    facts: list[tuple[str, object]] = [
        ("Name", customer.name or None), ("E-mail", customer.email or None), ("Phone", customer.phone or None),
        ("VAT", found.vat or None), ("Country", customer.country or None),
        ("First order", customer.first_order), ("Last order", customer.last_order),
    ]  # fmt: skip
    if found.merged:
        facts.append(("Also", ", ".join(found.merged)))
    return facts


def _preferences(found: CustomerDetails) -> list[tuple[str, object]]:
    customer = found.customer
    told = [found.marketing_source, found.marketing_at.date().isoformat() if found.marketing_at else ""]
    told.append(f"text {found.marketing_text}" if found.marketing_text else "")
    marketing = MARKETING[customer.marketing]
    given = " ".join(part for part in told if part)
    return [
        ("Language", customer.language or None), ("Marketing", f"{marketing} ({given})" if given else marketing),
        ("Terms", found.terms or None), ("Tags", ", ".join(customer.tags) or None),
        ("Carts left", customer.abandoned_carts or None), ("Created", found.created_at),
        *([("Reminded", words)] if (words := found.reminded.words) else []),
        *([("No letters", ", ".join(found.suppressed))] if found.suppressed else []),
        *([("Erased", found.anonymized_at)] if found.anonymized_at else []),
    ]  # fmt: skip


def _documents(page: Sheet, found: CustomerDetails) -> None:
    if found.open_invoices:
        page.section("Open invoices").table(
            ("INVOICE", "DATE", "DUE", "TOTAL", "OPEN"),
            [(one.number, one.date, one.due_date, *_money(one.currency, one.amount_total, one.amount_due))
             for one in found.open_invoices],
            "cccrr",
        )  # fmt: skip
    if found.latest_orders:
        page.section("Latest orders").table(
            ("ORDER", "DATE", "TOTAL", "STATE", "PAYMENT"),
            [(one.number, one.date, *_money(one.currency, one.amount_total), one.state, worded(one.payment_status))
             for one in found.latest_orders],
            "ccrss",
        )  # fmt: skip
    if found.carts:
        page.section("Carts").table(
            ("CART", "LAST ACTIVITY", "STOPPED AT", "VALUE", "STATE"),
            [(one.number, one.last_activity_at, one.stage, *_money(one.currency, one.amount_total),
              "abandoned" if one.abandoned else "open") for one in found.carts],
            "ccsrs",
        )  # fmt: skip


def _money(currency: str, *amounts: Decimal) -> list[str]:
    return [f"{human_money(amount, currency)} {currency}" for amount in amounts]


def _happened(one: ActivityRow) -> tuple[object, ...]:
    return (one.at, one.actor or " ", one.action, one.reference, one.details or " ")


def _next(found: CustomerDetails) -> list[tuple[str, str]]:
    code = found.customer.code
    commands = []
    if found.open_invoices:
        commands.append((f"shopctl invoice list --customer {code} --unpaid", "what is open"))
    if any(one.amount_credit for one in found.customer.balances):
        commands.append((f"shopctl payment outstanding {code}", "money that is here and not used"))
    if found.latest_orders:
        commands.append((f"shopctl orders list --customer {code} --state all", "all orders"))
        commands.append((f"shopctl customers statement {code}", "everything billed and paid, with the balance"))
    commands.append((f"shopctl customers activity {code}", "everything that happened"))
    return commands


def statement_sheet(found: CustomerStatement) -> Sheet:
    """Show a statement: each currency by itself, with the opening and the closing balance."""
    span = " to ".join(str(day) for day in (found.since, found.until) if day) if found.until else ""
    span = span or (f"since {found.since}" if found.since else "")
    page = Sheet().title(found.code, found.name, f"statement {span}".strip())
    if not found.parts:
        page.text("Nothing was billed or paid in this time.")
    standings = {one.currency: one for one in found.standings}
    for part in found.parts:
        _balance(page, part, found, standings.get(part.currency))
    return page.next([
        (f"shopctl customers statement {found.code} -o {found.code}.csv", "for a spreadsheet"),
        (f"shopctl customers show {found.code}", "everything else"),
    ])  # fmt: skip


def _balance(page: Sheet, part: Statement, found: CustomerStatement, standing: Standing | None) -> None:
    rows: list[tuple[object, ...]] = []
    if found.since:
        rows.append((found.since, "opening", " ", "balance before", " ", " ", human_money(part.opening, part.currency)))
    rows += [_row(line) for line in part.lines]
    page.table(
        ("DATE", "KIND", "NUMBER", "ABOUT", "DEBIT", "CREDIT", f"BALANCE {part.currency}"), rows, "ccclrrr"
    )  # fmt: skip
    page.totals([("Closing balance", human_money(part.closing, part.currency)), *_made_of(part, found, standing)])


def _row(line: Line) -> tuple[object, ...]:
    amounts = [
        " " if one is None else human_money(one, line.currency) for one in (line.amount_debit, line.amount_credit)
    ]
    balance = human_money(line.amount_balance, line.currency)
    return (line.date, line.kind.replace("_", " "), line.number, line.text or " ", *amounts, balance)


def _made_of(part: Statement, found: CustomerStatement, standing: Standing | None) -> Sequence[tuple[str, object]]:
    """Tell what the balance of today is made of, unless the statement ends before today."""
    if found.until is not None or standing is None:
        return []
    return [
        (label, human_money(amount, part.currency))
        for label, amount in (
            ("Open invoices", standing.amount_due), ("Credits not used", -standing.amount_credit),
            ("Kept for drafts", -standing.amount_reserved),
            ("Paid back without a credit note", standing.amount_returned),
        )
        if amount
    ]  # fmt: skip
