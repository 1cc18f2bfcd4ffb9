"""Load what the rules of reminding ask about customers and what they owe, for many of them in a handful of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.connection import is_sqlite
from shopctl.db.fields import exact, instant, stamp
from shopctl.domain import order_letters, settlement
from shopctl.domain.dates import parse
from shopctl.domain.mail import plain_address
from shopctl.domain.reminding import ZERO, Debtor, Demand, Hold, Part, Policy
from shopctl.domain.settlement import Credit
from shopctl.errors import RefusedError
from shopctl.models import Customer, Email, Invoice, Order, Payment, Reminder, ReminderHold
from shopctl.models.billing import OPEN
from shopctl.models.selling import UNPAID
from shopctl.services import credits, suppressing
from shopctl.services.facts import GUEST
from shopctl.shop import Shop

KINDS: Final = ("order", "invoice")
"""Kinds of reminders that ask for money."""

CHUNK: Final = 500
"""Customers in one transaction: a run that is killed loses at most these, and half a customer never."""

OPEN_INVOICE: Final = f"{OPEN.sql} AND type = 'invoice'"


class Owing(NamedTuple):
    """A customer with all documents of which something is open."""

    debtor: Debtor
    demands: tuple[Demand, ...]


def policy(shop: Shop) -> Policy:
    """Tell when the shop reminds of money."""
    rules = shop.config.reminders
    activated = parse(rules.activated_on).day(shop.now, shop.zone) if rules.activated_on else None
    return Policy(
        rules.orders, rules.invoices, activated, rules.pause, rules.minimum, rules.fees, rules.interest,
        rules.interest_from, shop.config.shop.currency,
    )  # fmt: skip


def customers_due(shop: Shop, kinds: Iterable[str] = KINDS, *, waiting: bool = True) -> list[int]:
    """List the customers with a document of which the first step was due and the last was not reached, by key.

    Only what is open is looked at, through its own index. Whether a step is due now is for the rules to say.

    Args:
        waiting: Leave out confirmed orders, whose invoices ask for the money.
    """
    rules = policy(shop)
    found: set[int] = set()
    if "order" in kinds and rules.orders:
        before = dt.datetime.combine(shop.today - dt.timedelta(days=rules.orders[0] - 1), dt.time(), shop.zone)
        sent = "AND o.state = 'sent' " if waiting else ""
        rows = fetch(
            Order,
            f"SELECT o.customer_id FROM orders o WHERE {UNPAID.sql} AND o.ordered_at < ? {sent}"  # noqa: S608
            "AND NOT EXISTS (SELECT 1 FROM reminders r WHERE r.document = o.number AND r.kind = 'order' "
            "AND r.step >= ?)",
            (stamp(before), len(rules.orders)),
        )
        found |= {key for (key,) in rows if key}
    if "invoice" in kinds and rules.invoices:
        rows = fetch(
            Invoice,
            f"SELECT i.customer_id FROM invoices i WHERE {OPEN_INVOICE} "  # noqa: S608
            "AND EXISTS (SELECT 1 FROM installments p WHERE p.invoice_id = i.id AND p.due_date <= ?) "
            "AND NOT EXISTS (SELECT 1 FROM reminders r WHERE r.document = i.number AND r.kind = 'invoice' "
            "AND r.step >= ? AND NOT EXISTS (SELECT 1 FROM installments p WHERE p.invoice_id = i.id "
            "AND p.due_date < i.due_date))",
            ((shop.today - dt.timedelta(days=rules.invoices[0])).isoformat(), len(rules.invoices)),
        )
        found |= {key for (key,) in rows if key}
    return sorted(found)


def parts(customers: Sequence[int]) -> Iterator[Sequence[int]]:
    """Split the keys of customers into as many as are loaded, or reminded in one transaction, at once."""
    for start in range(0, len(customers), CHUNK):
        yield customers[start : start + CHUNK]


def load(shop: Shop, customers: Sequence[int], *, lock: bool = False) -> list[Owing]:
    """Step: load customers with everything of theirs that is open.

    Args:
        customers: Their keys; a few hundred at a time keep memory small.
        lock: Let nobody else remind, merge or erase them meanwhile.
    """
    heads = _heads(customers, lock=lock)
    condition, values = among(Customer, "customer_id", customers)
    demands = _demands(shop, condition, values)
    free = _free(customers)
    last = _last(customers)
    asked = _asked([one.number for own in demands.values() for one in own if one.kind == "order"])
    holds = holds_of([head[1] for head in heads])
    letters = suppressing.scopes([address for *_, address, _, _ in heads if address])
    found = []
    for key, code, name, address, language, label in heads:
        own = tuple(demands.get(key, ()))
        latest = max((last.get(key, ""), *(asked.get(one.number, "") for one in own)))
        debtor = Debtor(
            key, code, name, address, language, "all" in letters.get(address, ()), holds.get(code),
            _day(shop, latest), free.get(key, {}), label,
        )  # fmt: skip
        found.append(Owing(debtor, own))
    return found


def guests(shop: Shop) -> list[Owing]:
    """Step: load what is open with nobody known; nobody can be written to about it."""
    found = _demands(shop, "customer_id IS NULL", ())
    return [Owing(Debtor(0, "", GUEST, "", label=GUEST), (one,)) for one in found.get(0, ())]


def _heads(customers: Sequence[int], *, lock: bool) -> list[tuple[int, str, str, str, str, str]]:
    condition, values = among(Customer, "c.id", customers)
    # Weaker than FOR UPDATE, which would wait for everybody who stores an order of the customer.
    clause = " FOR NO KEY UPDATE OF c" if lock and not is_sqlite(Customer._meta.database.obj) else ""
    rows = fetch(
        Customer,
        "SELECT c.id, c.code, c.name, c.company, c.email, c.language FROM customers c "  # noqa: S608
        f"WHERE {condition} ORDER BY c.id{clause}",
        values,
    )
    return [
        (key, code, name or company or email, _plain(email), language, company or name or email)
        for key, code, name, company, email, language in rows
    ]


def _plain(email: str) -> str:
    """Answer an address as letters take it; empty where it is none."""
    try:
        return plain_address(email) if email else ""
    except RefusedError:
        return ""


def _day(shop: Shop, moment: str | None) -> dt.date | None:
    return instant(moment).astimezone(shop.zone).date() if moment else None


def _last(customers: Sequence[int]) -> dict[int, str]:
    """Tell when customers were last reminded of money by a letter that was not withdrawn."""
    condition, values = among(Customer, "r.customer_id", customers)
    return dict(
        fetch(
            Reminder,
            "SELECT r.customer_id, max(r.created_at) FROM reminders r LEFT JOIN emails e ON e.id = r.email_id "  # noqa: S608
            f"WHERE {condition} AND r.kind <> 'cart' AND coalesce(e.state, '') <> 'cancelled' GROUP BY r.customer_id",
            values,
        )
    )


def _asked(orders: Sequence[str]) -> dict[str, str]:
    """Tell when somebody reminded of orders by hand, with a letter that was not withdrawn."""
    condition, values = among(Email, "document", orders)
    return dict(
        fetch(
            Email,
            f"SELECT document, max(created_at) FROM emails WHERE {condition} AND kind = ? "  # noqa: S608
            "AND state NOT IN ('failed', 'cancelled') GROUP BY document",
            (*values, order_letters.REMINDER),
        )
    )


def holds_of(documents: Sequence[str]) -> dict[str, Hold]:
    """Step: read why nothing reminds of documents or customers for a while."""
    condition, values = among(ReminderHold, "document", documents)
    rows = fetch(ReminderHold, f"SELECT document, reason, until FROM reminder_holds WHERE {condition}", values)  # noqa: S608
    return {document: Hold(reason, dt.date.fromisoformat(until) if until else None) for document, reason, until in rows}


def _free(customers: Sequence[int]) -> dict[int, dict[str, Decimal]]:
    """Sum the money of customers that belongs to no live order, and what is left of their credit notes."""
    found = credits.of_customers(customers)
    dead = _cancelled({key for own in found.values() for credit in own for key in credit.orders})
    sums: dict[int, dict[str, Decimal]] = {}
    for customer, own in found.items():
        for credit in own:
            if credit.kind == "credit_note" or credit.orders <= dead:
                left = sums.setdefault(customer, {})
                left[credit.currency] = left.get(credit.currency, ZERO) + credit.left
    return sums


def _cancelled(orders: set[int]) -> set[int]:
    condition, values = among(Order, "id", sorted(orders))
    return {key for (key,) in fetch(Order, f"SELECT id FROM orders WHERE {condition} AND state = 'cancelled'", values)}  # noqa: S608


def _demands(shop: Shop, condition: str, values: Sequence[Any]) -> dict[int, list[Demand]]:
    """Load the open documents that a condition on their customer names, by the key of the customer."""
    found = [*_orders(shop, condition, values), *_invoices(condition, values)]
    numbers = [one.number for _, one in found]
    steps = _steps(numbers)
    holds = holds_of(numbers)
    demands: dict[int, list[Demand]] = {}
    for customer, one in found:
        first, reached, until = steps.get((one.kind, one.number), (0, 0, None))
        full = one._replace(first=first, reached=reached, charged_until=until, hold=holds.get(one.number))
        demands.setdefault(customer, []).append(full)
    return demands


def _steps(numbers: Sequence[str]) -> dict[tuple[str, str], tuple[int, int, dt.date | None]]:
    """Tell the first and the last step that each document reached, and up to which day interest was charged.

    The first one whose letter was not withdrawn: only that was read.
    """
    condition, values = among(Reminder, "r.document", numbers)
    rows = fetch(
        Reminder,
        "SELECT r.kind, r.document, "  # noqa: S608
        "coalesce(min(CASE WHEN coalesce(e.state, '') NOT IN ('failed', 'cancelled') THEN r.step END), 0), "
        "max(r.step), max(r.interest_until) FROM reminders r LEFT JOIN emails e ON e.id = r.email_id "
        f"WHERE {condition} GROUP BY r.kind, r.document",
        values,
    )
    return {
        (kind, document): (first, last, dt.date.fromisoformat(until) if until else None)
        for kind, document, first, last, until in rows
    }


def _orders(shop: Shop, condition: str, values: Sequence[Any]) -> list[tuple[int, Demand]]:
    rows = fetch(
        Order,
        "SELECT id, customer_id, number, currency, ordered_at, amount_total, paid, state, payment_status, hold_reason, "  # noqa: S608
        f"reference FROM orders WHERE {condition} AND {UNPAID.sql}",
        values,
    )
    keys = [row[0] for row in rows]
    billed, authorized = _billed(keys), _authorized(keys)
    found = []
    for key, customer, number, currency, moment, total, paid, state, status, held, reference in rows:
        day = instant(moment).astimezone(shop.zone).date()
        due = settlement.order_due(state, status, exact(total), exact(paid))
        obstacle = "billed" if key in billed else "not_billed" if state != "sent" else "on_hold" if held else ""
        demand = Demand(
            "order", key, number, currency, day, exact(total), (Part(0, day, due),) if due else (), reference or number,
            obstacle=obstacle, authorized=authorized.get(key, ZERO),
        )  # fmt: skip
        found.append((customer or 0, demand))
    return found


def _billed(orders: Sequence[int]) -> set[int]:
    """Find the orders for whose money an invoice asks.

    In two questions: joined, a server that knows nothing of the tables yet walks through all that is open.
    """
    condition, values = among(Order, "order_id", orders)
    bills = fetch(Order, f"SELECT order_id, invoice_id FROM invoice_orders WHERE {condition}", values)  # noqa: S608
    condition, values = among(Invoice, "id", [invoice for _, invoice in bills])
    rows = fetch(Invoice, f"SELECT id FROM invoices WHERE {condition} AND {OPEN_INVOICE}", values)  # noqa: S608
    asking = {key for (key,) in rows}
    return {order for order, invoice in bills if invoice in asking}


def _authorized(orders: Sequence[int]) -> dict[int, Decimal]:
    condition, values = among(Payment, "order_id", orders)
    rows = fetch(
        Payment,
        f"SELECT order_id, sum(amount) FROM payments WHERE {condition} AND state = 'authorized' GROUP BY order_id",  # noqa: S608
        values,
    )
    return {key: exact(int(amount)) for key, amount in rows}


def _invoices(condition: str, values: Sequence[Any]) -> list[tuple[int, Demand]]:
    rows = fetch(
        Invoice,
        "SELECT id, customer_id, number, currency, date, due_date, amount_total, allocated, disputed, reference "  # noqa: S608
        f"FROM invoices WHERE {condition} AND {OPEN_INVOICE}",
        values,
    )
    keys = [row[0] for row in rows]
    parts, charges = _parts({row[0]: exact(row[7]) for row in rows}), charge_documents(keys)
    billed = credits.orders_of(keys)
    orders = sorted({order for own in billed.values() for order in own})
    money, authorized = credits.of_orders(orders), _authorized(orders)
    found = []
    for key, customer, number, currency, day, due, total, used, disputed, reference in rows:
        own = billed.get(key, frozenset())
        left = parts.get(key) or (Part(0, dt.date.fromisoformat(due or day), exact(total - used)),)
        obstacle = "charge" if key in charges else "disputed" if disputed else ""
        demand = Demand(
            "invoice", key, number, currency, dt.date.fromisoformat(day), exact(total), left, reference or number,
            obstacle=obstacle, own=_own(own, money, currency),
            authorized=sum((authorized.get(order, ZERO) for order in own), ZERO),
        )  # fmt: skip
        found.append((customer or 0, demand))
    return found


def _own(orders: Iterable[int], money: Mapping[int, list[Credit]], currency: str) -> Decimal:
    """Sum the payments of an invoice's own orders that are not used; credit notes count for the customer anyway."""
    found = {credit.key: credit for order in orders for credit in money.get(order, ()) if credit.kind == "payment"}
    return sum((credit.left for credit in found.values() if credit.currency == currency), ZERO)


def charge_documents(invoices: Sequence[int]) -> set[int]:
    """Step: tell which invoices charge fees or interest of reminders."""
    condition, values = among(Invoice, "charge_id", invoices)
    rows = fetch(
        Reminder,
        f"SELECT DISTINCT charge_id FROM reminders WHERE charge_id IS NOT NULL AND {condition}",  # noqa: S608
        values,
    )
    return {key for (key,) in rows}


def _parts(used: Mapping[int, Decimal]) -> dict[int, tuple[Part, ...]]:
    """Tell what is open of the instalments of invoices, money going to the oldest first.

    Args:
        used: What was paid of each invoice, by its key.
    """
    condition, values = among(Invoice, "invoice_id", list(used))
    stored: dict[int, list[tuple[dt.date, Decimal]]] = {}
    for key, due, amount in fetch(
        Invoice,
        f"SELECT invoice_id, due_date, amount FROM installments WHERE {condition} "  # noqa: S608
        "ORDER BY invoice_id, due_date, position",
        values,
    ):
        stored.setdefault(key, []).append((dt.date.fromisoformat(due), exact(amount)))
    found = {}
    for key, own in stored.items():
        left = settlement.residuals([amount for _, amount in own], used[key])
        found[key] = tuple(
            Part(place, day, rest) for place, ((day, _), rest) in enumerate(zip(own, left, strict=True)) if rest > 0
        )
    return found
