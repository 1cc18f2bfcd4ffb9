"""Hold orders, documents, payments and bank lines against each other, and tell what does not add up.

Everything here is values in, values out.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.domain.money import format_money
from shopctl.domain.settlement import order_status

ZERO: Final = Decimal(0)

KINDS: Final[dict[str, str]] = {
    "total_differs": "an order is billed completely, and its documents do not add up to it",
    "status_differs": "a payment status contradicts the money that was counted",
    "paid_not_invoiced": "an order was paid more than was billed of it",
    "not_invoiced": "an order is confirmed and not billed in full",
    "over_paid": "an order was paid more than its total",
    "not_paid": "an invoice is posted and not paid in full",
    "credit_left": "a credit note is posted and not used up",
    "no_document": "money is here that no order or invoice accounts for",
    "line_open": "a line of a bank or provider is not explained in full",
    "statement_differs": "the lines of a statement do not add up to its balances",
}
"""What can differ, in the order in which it is told."""


class Difference(NamedTuple):
    """A place where two sides differ.

    Attributes:
        kind: One of `KINDS`.
        customer: Name of the customer, or of who paid.
        expected: What one side says.
        found: What the other side says.
        text: Both in words.
        command: Clears it.
    """

    kind: str
    document: str
    date: dt.date | None
    customer: str
    currency: str
    expected: Decimal
    found: Decimal
    text: str
    command: str

    @property
    def difference(self) -> Decimal:
        """What is missing on the second side; below zero for what is too much."""
        return self.expected - self.found


class OrderBooks(NamedTuple):
    """What the books say of an order.

    Attributes:
        invoiced: Its posted invoices less its credit notes.
        drafted: The same of its drafts.
        extra: What of both no order line stands for: goodwill, cash rounding.
        closed, held: Why nothing more of it comes, and why it is on hold; empty when that is not so.
        draft: Address of its first draft; empty where there is none.
        spare: Number of a payment of it that has something left; empty where there is none.
        shared: It is billed together with others, whose money counts on the first of them.
    """

    number: str
    date: dt.date
    customer: str
    currency: str
    state: str
    total: Decimal
    paid: Decimal
    pending: Decimal
    refunded: Decimal
    invoice_status: str
    payment_status: str
    invoiced: Decimal
    drafted: Decimal
    extra: Decimal
    closed: str
    held: str
    draft: str
    spare: str
    shared: bool = False

    def differences(self) -> list[Difference]:
        """Tell what of the order does not add up."""
        found = [*self._billing(), *self._over_paid()]
        status = order_status(self.total, self.paid, self.pending, self.refunded)
        if status != self.payment_status:
            text = f"it says {_words(self.payment_status)}, its money says {_words(status)}"
            found.append(self._differs("status_differs", self.total, self.paid, text, "shopctl db check --rule O2"))
        return found

    def _billing(self) -> list[Difference]:
        if self.state == "sent":
            return self._waiting()
        if self.state == "cancelled":
            return []
        if self.invoice_status == "invoiced" and not self.drafted:
            billed = self.invoiced - self.extra
            if self.closed or billed == self.total:
                return []
            text = f"{self._money(billed)} of {self._money(self.total)} billed"
            return [self._differs("total_differs", self.total, billed, text, f"shopctl orders show {self.number}")]
        return self._not_invoiced() if self.invoiced < self.total else []

    def _waiting(self) -> list[Difference]:
        if self.paid <= self.invoiced:
            return []
        text = f"{self._money(self.paid)} is here and the order waits"
        command = f"shopctl orders confirm {self.number}"
        return [self._differs("paid_not_invoiced", self.paid, self.invoiced, text, command)]

    def _not_invoiced(self) -> list[Difference]:
        text = f"{self._money(self.invoiced)} of {self._money(self.total)} billed"
        kind = "not_invoiced"
        if self.paid > self.invoiced:
            kind, text = "paid_not_invoiced", f"{text}, {self._money(self.paid)} paid"
        return [self._differs(kind, self.total, self.invoiced, text, self._billed_by())]

    def _billed_by(self) -> str:
        if self.held:
            return f"shopctl orders release {self.number}"
        if self.draft:
            return f"shopctl invoice confirm {self.draft}"
        if self.invoice_status == "to_invoice":
            return f"shopctl invoice create {self.number} --confirm"
        return f"shopctl orders deliver {self.number}"

    def _over_paid(self) -> list[Difference]:
        if self.state == "cancelled" or self.shared or self.paid <= self.total:
            return []
        text = f"{self._money(self.paid)} of {self._money(self.total)} paid"
        command = f"shopctl orders show {self.number}"
        if self.spare:
            command = f"shopctl payment refund {self.spare} --amount {self._money(self.paid - self.total)}"
        return [self._differs("over_paid", self.total, self.paid, text, command)]

    def _money(self, amount: Decimal) -> str:
        return format_money(amount, self.currency)

    def _differs(self, kind: str, expected: Decimal, found: Decimal, text: str, command: str) -> Difference:
        return Difference(kind, self.number, self.date, self.customer, self.currency, expected, found, text, command)


class DocumentBooks(NamedTuple):
    """What the books say of an invoice or credit note; `credit`: its customer has money that is not used."""

    number: str
    type: str
    state: str
    date: dt.date | None
    due_date: dt.date | None
    customer: str
    code: str
    currency: str
    total: Decimal
    allocated: Decimal
    payment_status: str
    credit: bool

    def differences(self, today: dt.date) -> list[Difference]:
        """Tell what of the document does not add up, as of a day."""
        found = []
        if self.state == "posted" and self.allocated < self.total:
            found.append(self._open(today))
        if not self._status_fits():
            used = f"{self._money(self.allocated)} of {self._money(self.total)}"
            text = f"it says {_words(self.payment_status)}, {used} is used on it"
            found.append(self._differs("status_differs", text, "shopctl db check --rule A2"))
        return found

    def _open(self, today: dt.date) -> Difference:
        if self.type == "credit_note":
            text = f"{self._money(self.total - self.allocated)} is not used"
            return self._differs("credit_left", text, f"shopctl payment outstanding {self.code}".rstrip())
        late = (today - self.due_date).days if self.due_date else 0
        due = f"{late} days late" if late > 1 else "1 day late" if late == 1 else f"due {self.due_date}"
        verb = "allocate" if self.credit else "register"
        text = f"{self._money(self.allocated)} of {self._money(self.total)} paid, {due}"
        return self._differs("not_paid", text, f"shopctl payment {verb} {self.number}")

    def _status_fits(self) -> bool:
        if self.state != "posted":
            return self.payment_status == "not_paid"
        if self.allocated == self.total:
            return self.payment_status in ("paid", "reversed", "in_payment")
        return self.payment_status == ("partial" if self.allocated else "not_paid")

    def _money(self, amount: Decimal) -> str:
        return format_money(amount, self.currency)

    def _differs(self, kind: str, text: str, command: str) -> Difference:
        return Difference(
            kind, self.number, self.date, self.customer, self.currency, self.total, self.allocated, text, command
        )


class PaymentBooks(NamedTuple):
    """A payment with something left that belongs to no living order; `invoice` is one that it could pay."""

    number: str
    date: dt.date
    customer: str
    currency: str
    amount: Decimal
    used: Decimal
    invoice: str

    def difference(self) -> Difference:
        """Tell what of the payment nothing accounts for."""
        command = f"shopctl payment refund {self.number}"
        if self.invoice:
            command = f"shopctl payment allocate {self.invoice} --credit {self.number}"
        text = f"{format_money(self.used, self.currency)} of {format_money(self.amount, self.currency)} used"
        return Difference(
            "no_document", self.number, self.date, self.customer, self.currency, self.amount, self.used, text, command
        )


class LineBooks(NamedTuple):
    """An open line of a bank or provider; `settled` counts without a sign."""

    number: str
    date: dt.date
    name: str
    currency: str
    amount: Decimal
    settled: Decimal
    kind: str
    reference: str

    def difference(self) -> Difference:
        """Tell what of the line is not explained."""
        found = self.settled if self.amount > 0 else -self.settled
        text = f"{self.kind} {self.reference}".strip()
        command = f"shopctl payment assign {self.number} DOCUMENT"
        return Difference(
            "line_open", self.number, self.date, self.name, self.currency, self.amount, found, text, command
        )


def of_statement(name: str, day: dt.date | None, currency: str, closing: Decimal, difference: Decimal) -> Difference:
    """Tell by how much the lines of a statement miss its closing balance."""
    text = f"its lines come to {format_money(closing - difference, currency)}"
    return Difference(
        "statement_differs", name, day, "", currency, closing, closing - difference, text,
        "shopctl payment statements --unbalanced",
    )  # fmt: skip


def in_order(found: list[Difference]) -> list[Difference]:
    """Bring differences into the order in which they are told: by kind, then the oldest first."""
    places = {kind: place for place, kind in enumerate(KINDS)}
    return sorted(found, key=lambda one: (places[one.kind], one.date or dt.date.min, one.document))


def _words(status: str) -> str:
    return status.replace("_", " ")
