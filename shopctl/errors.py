"""Say what went wrong: every expected failure is a `ShopError` with a stable code, a sentence and a hint."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class ExitStatus(IntEnum):
    """What the process answers to the shell (help topic `exit-codes`)."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    AUTH = 4
    FORBIDDEN = 5
    REJECTED = 6
    CONFLICT = 7
    PARTIAL = 8
    EMPTY = 9
    UNCONFIRMED = 10
    TEMPORARY = 75
    CONFIG = 78
    INTERRUPTED = 130
    PIPE_CLOSED = 141
    TERMINATED = 143


class ShopError(Exception):
    """An expected failure, told in one sentence.

    Args:
        code: A key of `CODES`, stable for scripts.
        message: What is refused and why, with the real values; no full stop, no capital, one line.
        hint: A command to type or a thing to do next.
        details: Values for scripts, shown under `details` in JSON; strings, numbers, lists or None.
    """

    status: ExitStatus = ExitStatus.FAILED
    retryable: bool = False

    def __init__(self, code: str, message: str, *, hint: str = "", **details: object) -> None:
        if code not in CODES:
            raise ValueError(f"error code {code!r} is not listed in errors.CODES")
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.details = details


class UsageError(ShopError):
    """An option, argument, date or amount that cannot be understood."""

    status = ExitStatus.USAGE


class NotFoundError(ShopError):
    """The named document, customer or file does not exist."""

    status = ExitStatus.NOT_FOUND


class AuthError(ShopError):
    """Nobody is signed in, or the password is wrong."""

    status = ExitStatus.AUTH


class ForbiddenError(ShopError):
    """The signed-in user may not do this."""

    status = ExitStatus.FORBIDDEN


class RefusedError(ShopError):
    """A business rule says no."""

    status = ExitStatus.REJECTED


class ConflictError(ShopError):
    """Somebody else was faster, or an idempotency key was used with other input."""

    status = ExitStatus.CONFLICT


class UnconfirmedError(ShopError):
    """A confirmation was needed and there was none."""

    status = ExitStatus.UNCONFIRMED


class TemporaryError(ShopError):
    """The same call may work later: database busy, mail server down."""

    status = ExitStatus.TEMPORARY
    retryable = True


class BusyError(TemporaryError):
    """Another run of the same job takes care of it, so nothing is wrong: `--quiet` tells it by the exit status only."""


class ConfigError(ShopError):
    """The configuration file, database address or schema version is wrong."""

    status = ExitStatus.CONFIG


CODES: Final[dict[str, str]] = {
    "filter.exists": "a saved search of this name exists already",
    "filter.syntax": "a filter cannot be understood; the answer points at the place",
    "filter.unknown": "no such saved search",
    "invoice.above_policy": "more would be billed than the policy allows now",
    "usage.search": "what is searched for holds no letter or digit, or too many words",
    "usage.line": "a line of a document is named in a way that cannot be understood",
    "order.line_unknown": "the order has no such line",
    "order.held": "the order is on hold",
    "order.no_lines": "an order needs something that is ordered",
    "order.exists": "the number belongs to another order",
    "order.not_cancellable": "documents, money or goods keep the order from being cancelled",
    "order.busy": "another run expires the orders at the moment",
    "auth.denied": "user name or password is wrong",
    "auth.expired": "the session has ended",
    "auth.forbidden": "the role does not allow it",
    "auth.locked": "too many failed sign-ins",
    "auth.required": "nobody is signed in",
    "auth.password": "the password is missing, too short or too easy to guess",
    "bank.line_settled": "the line of the statement is explained already",
    "bank.line_unknown": "no such line of a statement",
    "bank.statement_doubtful": "the statement contradicts itself, or is not complete",
    "bank.statement_unknown": "no such statement",
    "bank.line_unusable": "the line of the statement cannot be used for this",
    "batch.partial": "some items of a batch failed, the others are done",
    "cart.customer": "the cart belongs to another customer",
    "cart.empty": "the cart is empty",
    "cart.no_customer": "nobody knows whose cart it is",
    "cart.ordered": "the cart became an order",
    "cart.unknown": "no such cart",
    "config.invalid": "the configuration file has mistakes",
    "config.profile": "the configuration file has no such profile",
    "config.secret": "a password file or command gives no password",
    "config.missing": "the configuration file does not exist",
    "config.exists": "the configuration file exists already",
    "confirm.declined": "the question was answered with no",
    "confirm.required": "a confirmation is needed and there is no terminal to ask on",
    "customer.address_unknown": "the customer has no such address",
    "customer.anonymized": "the customer's personal data is erased",
    "customer.exists": "there is such a customer already",
    "customer.in_use": "something is not finished with the customer",
    "customer.merge": "the customers cannot be merged",
    "customer.unknown": "no such customer",
    "customer.vat": "not a VAT number",
    "db.busy": "the database is in use and stayed so",
    "db.corrupt": "the database file is damaged",
    "db.exists": "the database is set up already",
    "db.full": "no space left for the database",
    "db.missing": "the database does not exist yet",
    "db.newer": "the database belongs to a newer version of shopctl",
    "db.older": "the database needs db migrate first",
    "db.not_a_shop": "the file or database is not one of shopctl",
    "db.readonly": "the database cannot be written",
    "db.refused": "the database refused a change that would break an invariant",
    "db.unreachable": "the database server does not answer",
    "db.url": "the database address cannot be understood",
    "db.driver": "the database driver is not installed",
    "delivery.date_future": "the date is in the future",
    "delivery.cancelled": "the delivery is cancelled",
    "delivery.done": "the delivery has left, or came back",
    "delivery.waiting": "the delivery has not left yet",
    "delivery.quantity": "more than can be delivered or taken back",
    "delivery.unknown": "no such delivery",
    "email.address": "not exactly one plain e-mail address",
    "email.auth": "the mail server refused the sign-in",
    "email.busy": "another run delivers the mail at the moment",
    "email.language": "letters are not written in this language",
    "email.no_address": "there is no e-mail address to send to",
    "email.not_configured": "the mail settings are not filled in",
    "email.not_suppressed": "the address is not among those that get no letters",
    "email.rejected": "the mail server refused a letter or its sender",
    "email.template": "a template of a letter does not work",
    "email.tls": "the connection to the mail server cannot be encrypted safely",
    "email.uncertain": "a letter may or may not have been delivered",
    "email.unknown": "no such e-mail",
    "email.server": "the mail server does not answer or refuses to talk",
    "email.state": "what became of a letter does not allow this",
    "email.replaced": "a newer letter took the place of this one",
    "email.mailbox": "a mailbox or the folder for letters cannot be read or written",
    "file.binary": "the file is not text",
    "file.encoding": "the file is not UTF-8",
    "file.empty": "the file has nothing in it",
    "file.exists": "the output file exists already",
    "file.format": "the file does not have the expected layout",
    "file.missing": "the file does not exist or cannot be read",
    "file.unwritable": "the file cannot be written",
    "idempotency.mismatch": "the idempotency key was used with other input",
    "import.field": "a field of a record cannot be understood",
    "import.reference": "a record refers to something that does not exist",
    "import.syntax": "a line is not a record",
    "import.immutable": "a record differs from what is already invoiced or paid",
    "internal": "an unexpected error, a bug of shopctl",
    "invoice.above_total": "down payments would exceed the order",
    "invoice.cash_rounding": "the currency cannot be rounded to the shop's smallest coin",
    "invoice.date_future": "the date is in the future",
    "invoice.date_order": "the date is before the last one of the series",
    "invoice.not_an_invoice": "a credit note where an invoice is needed",
    "invoice.not_a_credit_note": "an invoice where a credit note is needed",
    "invoice.not_draft": "only a draft can be confirmed",
    "invoice.not_posted": "the invoice is not posted",
    "invoice.nothing_left": "nothing is left to invoice",
    "invoice.unknown": "no such invoice",
    "invoice.over_credited": "more than is left would be credited",
    "invoice.draft_exists": "a draft does it already",
    "invoice.paid": "the invoice is paid",
    "invoice.due_before_date": "the due date is before the invoice date",
    "invoice.credited": "a credit note credits the invoice",
    "invoice.deducted": "another document deducts the down payment",
    "invoice.incomplete": "the invoice lacks something that it must have",
    "job.busy": "another run of the same job is at work at the moment",
    "line.frozen": "the line is of a kind, or was billed or delivered so far, that does not allow the change",
    "line.unknown": "the document has no such line",
    "invoice.negative": "the total would be below zero",
    "invoice.number_period": "the number does not belong to the date",
    "invoice.numbered": "a numbered document is never deleted",
    "invoice.period_closed": "the books of that day are closed",
    "invoice.posted": "the invoice is posted",
    "invoice.sealed": "posted documents are sealed",
    "invoice.settled": "the credit note is used",
    "link.expired": "the link of a letter does not hold any longer",
    "link.invalid": "the link is none that the shop made, or not all of it",
    "operation.skipped": "not done because another item of the same batch failed",
    "order.cancelled": "the order is cancelled",
    "order.discount": "the discount is more than what can be discounted",
    "order.not_cancelled": "the order is not cancelled",
    "order.not_confirmed": "the order is not confirmed",
    "order.not_shipped": "nothing of the order has left yet",
    "order.nothing_due": "nothing of the order is left to pay",
    "order.nothing_to_invoice": "the invoicing policy allows nothing now",
    "number.ambiguous": "more than one document has the number",
    "number.unknown": "nothing has that number",
    "order.unknown": "no such order",
    "output.closed": "the output cannot be written",
    "payment.amount": "the amount cannot be paid",
    "payment.allocated": "the money is used on an invoice",
    "payment.ambiguous": "more than one credit could be used",
    "payment.date_future": "the date is in the future",
    "payment.credit_available": "money of the same order is here already",
    "payment.currency": "currencies differ",
    "payment.exceeds_credit": "more than the credit has left",
    "payment.exceeds_residual": "more than is due on the invoice",
    "payment.not_authorized": "the payment is not one that was only authorized",
    "payment.not_cancellable": "the payment cannot be cancelled as it stands",
    "payment.not_received": "the money is not here",
    "payment.not_refundable": "there is no money that could go back",
    "payment.nothing_due": "nothing is due",
    "payment.nothing_to_allocate": "there is no credit to use",
    "payment.reference_used": "the provider and reference were used for another payment",
    "payment.together": "one payment cannot be for these documents",
    "payment.unknown": "no such payment",
    "payment.write_off": "the difference cannot be written off",
    "product.archived": "the product is archived and not sold any more",
    "product.exists": "there is such a product with other settings",
    "product.invalid": "a product cannot be like that",
    "product.unknown": "no such product",
    "print.glyphs": "the font lacks characters of the document",
    "print.font": "the font file cannot be used",
    "reminder.bank": "no bank statement was imported lately",
    "reminder.busy": "another run reminds at the moment",
    "reminder.unknown": "nothing that could be reminded of has this number",
    "tax.exists": "there is such a tax with other settings",
    "tax.in_use": "the tax is used",
    "tax.invalid": "a tax cannot be like that",
    "tax.unknown": "no such tax",
    "token.exists": "there is a token of this name already",
    "token.scope": "the user of a token may not change that",
    "token.unknown": "no such token",
    "user.exists": "there is such a user already",
    "user.last_admin": "the shop would be left without an administrator",
    "user.unknown": "no such user",
    "terms.exists": "there are such payment terms with other settings",
    "terms.in_use": "the payment terms are used",
    "terms.invalid": "payment terms cannot be like that",
    "terms.unknown": "no such payment terms",
    "usage": "the command line cannot be understood",
    "usage.amount": "not an amount",
    "usage.date": "not a date",
    "usage.field": "no such field",
    "usage.tag": "not a tag",
    "usage.terms": "not an instalment or early discount",
}
"""Every error code and what it means, as `shopctl help errors` prints it; codes are never renamed."""
