"""List the states of every document."""

from __future__ import annotations

ORDER_STATES = ("sent", "confirmed", "cancelled")
"""sent: ordered, waits for its money; confirmed: to be delivered and billed; cancelled."""

INVOICE_STATUSES = ("no", "to_invoice", "invoiced", "upselling")
ORDER_PAYMENT_STATUSES = ("not_paid", "pending", "partial", "paid", "overpaid", "refunded")
DELIVERY_STATUSES = ("none", "to_ship", "partial", "shipped")
CART_STAGES = ("cart", "address", "delivery", "payment", "failed")
LINE_KINDS = ("product", "shipping", "discount", "tip", "section", "note")
TEXT_KINDS = ("section", "note")
"""Lines that carry words only, no money."""

DOCUMENT_LINE_KINDS = (*LINE_KINDS, "down_payment", "credit", "rounding")
"""Lines of invoices: those of orders, and what only documents have: shares, credited sums, cash rounding."""

INVOICE_TYPES = ("invoice", "credit_note")
INVOICE_KINDS = ("regular", "down_payment")
INVOICE_STATES = ("draft", "posted", "cancelled")
INVOICE_PAYMENT_STATUSES = ("not_paid", "partial", "in_payment", "paid", "reversed")

PAYMENT_METHODS = ("wire", "card", "paypal", "cod", "cash", "cheque", "other")
"""How money that a person registers came; imported payments keep the word of their source."""

DIRECTIONS = ("inbound", "outbound")
PAYMENT_STATES = ("pending", "authorized", "done", "cancelled", "failed", "refunded")
WRITE_OFFS = ("bank-fee", "discount", "rounding", "bad-debt")
"""Why a difference is written off (settled rules, Money 11)."""

BANK_LINE_KINDS = ("transfer", "charge", "refund", "chargeback", "reversal", "fee", "payout", "other")
"""What moved money: a transfer of a bank, or what a payment provider did."""

BANK_LINE_STATES = ("pending", "open", "settled", "ignored", "repeated")
"""pending: announced, not booked; open: nothing, or not all of it, is explained; repeated: told by another file."""

DELIVERY_KINDS = ("outgoing", "return")
DELIVERY_STATES = ("waiting", "done", "cancelled")
SEARCHED_KINDS = ("customer", "product", "item", "order")
"""What is found by words of its own; everything else is found by what it belongs to."""
EMAIL_STATES = ("queued", "sending", "sent", "uncertain", "failed", "held", "cancelled")

REMINDER_KINDS = ("order", "invoice", "cart")
"""What customers are reminded of: an order without its money, an overdue invoice, a cart that was left."""

HOLD_REASONS = ("pause", "promise")
"""Why nothing reminds of a document for a while: somebody said so, or its customer promised to pay."""

SUPPRESSED = ("all", "marketing")
SUPPRESSION_REASONS = ("unsubscribed", "bounced", "complained", "manual")
"""Which letters an address gets no more, and why."""

LETTER_PARTS = ("text", "html")
