"""List the rules of the books; their letters and numbers are what scripts and the manual call them."""

from __future__ import annotations

from shopctl.services.checking import bank, documents, money, numbers, people, records
from shopctl.services.checking.reading import Part, Rule
from shopctl.services.checking.report import RuleInfo, Severity


def _rule(name: str, sentence: str, protects: str, counted: str, *parts: Part, severity: Severity = "fatal") -> Rule:
    """Make a rule; `protects` and `counted` are words separated by blanks."""
    return Rule(RuleInfo(name, severity, sentence, tuple(protects.split())), tuple(counted.split()), parts)


RULES: tuple[Rule, ...] = (
    _rule(
        "D1",
        "The database is undamaged, and its tables, checks, keys and indexes are those of the last migration.",
        "schema_history.fingerprint",
        "schema_history",
        records.database_sound,
    ),
    _rule(
        "N1",
        "The numbers of each series and period are 1..n without gap or double, and the counter stands at n + 1.",
        "invoices.number invoices.type payments.number deliveries.number series.name series.period series.next",
        "invoices payments deliveries",
        numbers.without_gaps,
    ),
    _rule(
        "N2",
        "Dates never go back inside a series unless on purpose, and each lies in the period that the number names.",
        "invoices.date invoices.number series.last_date",
        "invoices",
        numbers.in_date_order,
    ),
    _rule(
        "N3",
        "A draft has no number unless it was posted before; a posted document has one, dates and moment of posting.",
        "invoices.number invoices.state invoices.date invoices.due_date invoices.posted_at",
        "invoices",
        numbers.POSTED_ONLY,
    ),
    _rule(
        "A1",
        "What a payment was used for adds up to its counter, is in its currency, and is with what was given back "
        "never more than its amount.",
        "payments.amount payments.allocated payments.returned payments.currency payments.refunds_id "
        "allocations.payment_id allocations.amount allocations.removed_at invoices.currency",
        "payments",
        money.PAYMENTS_USED,
        money.PAYMENTS_NOT_EXCEEDED,
        money.ONE_CURRENCY,
        money.RETURNED_BY_NAME,
        money.RETURNED_BY_ORDER,
    ),
    _rule(
        "A2",
        "What was used on a document adds up to its counter while it is posted, never above its total, and its payment "
        "status says so.",
        "invoices.allocated invoices.amount_total invoices.payment_status invoices.type invoices.state "
        "allocations.invoice_id allocations.credit_note_id allocations.payment_id allocations.amount "
        "allocations.removed_at",
        "invoices",
        money.INVOICES_USED,
        money.INVOICES_NOT_EXCEEDED,
        money.payment_statuses,
    ),
    _rule(
        "A3",
        "Only posted invoices, or those that went back to draft, are paid, with money that is here or posted credit "
        "notes, and never with nothing; only posted credit notes are paid out.",
        "allocations.amount invoices.state invoices.type payments.state payments.direction",
        "allocations",
        money.ALLOCATIONS_ABOVE_NOTHING,
        money.ALLOCATIONS_OF_POSTED,
        money.ALLOCATIONS_OF_REAL_MONEY,
        money.CREDIT_NOTES_PAID_OUT,
    ),
    _rule(
        "A4",
        "The credit notes of an invoice are, goodwill apart, never more than the invoice, and in its currency.",
        "invoices.reverses_id invoices.amount_total invoices.type invoices.currency invoice_lines.credits_line_id",
        "invoices",
        money.CREDITED_AT_MOST_ONCE,
        money.CREDIT_NOTES_REVERSE_INVOICES,
    ),
    _rule(
        "A5",
        "Money that went back is not offered as a credit any more.",
        "payments.returned",
        "payments",
        money.RETURNED_NOT_OFFERED,
        severity="warning",
    ),
    _rule(
        "O1",
        "Order lines count what their documents bill, drafts apart; a down payment is deducted at most once, "
        "and the order knows what is not deducted yet.",
        "order_lines.invoiced order_lines.drafted invoice_lines.quantity invoice_lines.order_line_id "
        "invoice_lines.deducts_id invoices.state invoices.type invoices.kind invoices.currency "
        "invoice_orders.order_id invoice_orders.invoice_id orders.advance orders.currency",
        "order_lines",
        documents.QUANTITIES_BILLED,
        documents.BILLED_ORDERS_NAMED,
        documents.BILLED_IN_ONE_CURRENCY,
        documents.DEDUCTED_AT_MOST_ONCE,
        documents.ADVANCES,
    ),
    _rule(
        "O2",
        "Orders and invoices are the sum of their lines, taxes and instalments, and the statuses of orders follow.",
        "invoices.amount_untaxed invoices.amount_tax invoices.amount_total invoices.due_date "
        "invoice_lines.amount_untaxed invoice_lines.amount_tax invoice_lines.amount_total invoice_lines.tax_split "
        "invoice_taxes.code invoice_taxes.base invoice_taxes.amount installments.amount installments.due_date "
        "orders.amount_untaxed orders.amount_tax orders.amount_total orders.state orders.invoice_status "
        "orders.payment_status orders.delivery_status order_lines.amount_untaxed order_lines.amount_tax "
        "order_lines.amount_total order_lines.tax_split order_lines.kind order_lines.quantity order_lines.delivered "
        "order_lines.policy order_lines.closed",
        "orders invoices",
        documents.INVOICE_SUMS,
        documents.invoice_taxes,
        documents.INSTALMENTS,
        documents.DUE_DATES,
        documents.ORDER_SUMS,
        documents.order_statuses,
    ),
    _rule(
        "O3",
        "A cancelled order has no posted invoice with something left to pay.",
        "orders.state invoices.state invoices.allocated",
        "orders",
        documents.NOTHING_OPEN_ON_CANCELLED,
    ),
    _rule(
        "O4",
        "What an order was paid, awaits and got back is what its payments say, in its currency, with what moved to or "
        "from other orders.",
        "orders.paid orders.pending orders.refunded payments.order_id payments.state payments.direction "
        "payments.amount payments.currency allocations.amount allocations.removed_at",
        "orders",
        money.ORDER_MONEY,
        money.ORDER_CURRENCY,
    ),
    _rule(
        "O5",
        "No order line is billed beyond both what was ordered and what was delivered.",
        "order_lines.invoiced order_lines.quantity order_lines.delivered",
        "order_lines",
        documents.NOT_ABOVE_POLICY,
        severity="warning",
    ),
    _rule(
        "O6",
        "What deliveries moved, less what came back, is never more than what the lines of their order say; what waits "
        "is still to ship, and no more comes back of a delivery than it brought.",
        "order_lines.delivered order_lines.quantity order_lines.closed orders.state deliveries.order_id "
        "deliveries.kind deliveries.state deliveries.origin_id delivery_lines.delivery_id "
        "delivery_lines.order_line_id delivery_lines.quantity",
        "delivery_lines",
        documents.DELIVERIES_COUNTED,
        documents.WAITING_STILL_TO_SHIP,
        documents.WAITING_WITH_LINES,
        documents.RETURNED_AT_MOST_ONCE,
        documents.DELIVERIES_OF_ONE_ORDER,
    ),
    _rule(
        "C1",
        "Nothing belongs to a customer that was merged, but to the one it was merged into.",
        "customers.merged_into_id",
        "customers",
        people.FOLLOWED_AT_ONCE,
        people.left_behind,
        severity="warning",
    ),
    _rule(
        "P1",
        "A provider's reference belongs to one payment.",
        "payments.provider payments.reference",
        "payments",
        records.REFERENCES_UNIQUE,
    ),
    _rule(
        "B1",
        "What of a line of a statement is settled is what its payments are, and a statement has the lines and the "
        "difference that it tells.",
        "bank_lines.settled bank_lines.statement_id bank_lines.amount bank_lines.fee bank_statements.lines "
        "bank_statements.opening bank_statements.closing bank_statements.difference payments.line_id",
        "bank_statements bank_lines",
        bank.LINES_SETTLED,
        bank.STATEMENTS_COMPLETE,
        bank.STATEMENTS_ADDED_UP,
    ),
    _rule(
        "M1",
        "The outbox holds a letter once, and what is sent has the server's reply and the moment.",
        "emails.key emails.state emails.reply emails.sent_at",
        "emails",
        records.LETTERS_UNIQUE,
        records.LETTERS_ANSWERED,
    ),
    _rule(
        "M2",
        "Each step of reminding of a document exists once, and later steps came later.",
        "reminders.step reminders.created_at",
        "reminders",
        records.REMINDERS_ONCE,
        records.REMINDERS_IN_ORDER,
        severity="warning",
    ),
    _rule(
        "M3",
        "Whoever sends a letter at the moment is alive; letters of those who are not are taken over by email send.",
        "emails.state",
        "emails",
        records.letters_attended,
        severity="warning",
    ),
    _rule(
        "M4",
        "What steps of reminding charge is what the invoices that they name come to.",
        "reminders.fee reminders.interest reminders.charge_id",
        "reminders",
        records.CHARGES_BOOKED,
        records.CHARGES_ADDED_UP,
        severity="warning",
    ),
    _rule(
        "U1",
        "The journal counts 1..n, every entry carries the hash of all before it, and posted documents stand in it.",
        "events.id events.at events.actor events.action events.reference events.details events.operation events.hash "
        "series.next series.last_hash",
        "events",
        records.journal_chain,
        records.POSTED_DOCUMENTS_TOLD,
    ),
    _rule(
        "W1",
        "The index of words has the words of every customer, product, item and guest, and no others.",
        "customers.code customers.name customers.company customers.email customers.phone customers.vat sold_items.sku "
        "sold_items.description",
        "customers products sold_items orders",
        records.words_indexed,
        records.WORDS_OF_NOTHING,
        records.ITEMS_NOTED,
        severity="warning",
    ),
    _rule(
        "D2",
        "Nothing was written in the future, and nobody else may read the database file.",
        "events.at invoices.created_at invoices.posted_at invoices.sent_at payments.created_at allocations.created_at "
        "allocations.removed_at orders.confirmed_at operations.created_at emails.created_at emails.sent_at",
        "events",
        records.nothing_from_the_future,
        records.files_private,
        severity="warning",
    ),
)
"""Every rule, in the order in which they are checked and told."""
