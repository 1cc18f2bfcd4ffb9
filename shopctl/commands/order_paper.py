"""Print orders as PDFs, and write to their customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.options import LETTER, Batch, Choice, Letter, Orders, option
from shopctl.commands.order_app import app
from shopctl.commands.printing import Target, print_documents, printed
from shopctl.commands.writes import confirm_many, run_batch, to_deliver
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopctl.output.sheets import Sheet
    from shopctl.services.order_mailing import Preview

PRINTED = printed("number", "ORDER", "Order number")


class Template(Choice):
    """The letters about an order."""

    STATUS = "status"
    CONFIRMATION = "confirmation"
    SHIPPED = "shipped"
    PAYMENT_REMINDER = "payment-reminder"
    CANCELLATION = "cancellation"


class Language(Choice):
    """The languages that letters are written in."""

    EN = "en"
    DE = "de"
    FR = "fr"
    ES = "es"


@dataclass(frozen=True)
class OrderLetter(Letter):
    """How a letter about an order is sent."""

    attach_pdf: Annotated[bool, option(help="The order goes along as a PDF", panel=LETTER)] = False
    language: Annotated[Language | None, option(help="Instead of the customer's", panel=LETTER, metavar="LANGUAGE")] = (
        None
    )


@app.command(
    "email",
    examples=[
        ("shopctl orders email S00431 --preview", "read how the order stands, as the customer would"),
        ("shopctl orders email S00431 --template status --message 'The red one is back on Monday.'", "queue it"),
        ("shopctl orders email S00431 --template shipped", "tell that goods have left, with the tracking number"),
        ("shopctl orders list --unpaid --format ids | shopctl orders email - --template payment-reminder --yes",
         "remind everybody who has not paid"),
    ],
    exits="0 done or already so · 2 usage · 3 no such order · 6 not true of the order, or no address · 8 some failed",
    writes=True,
)  # fmt: skip
def email(
    call: Call,
    numbers: Orders,
    template: Annotated[
        Template, option(help="What the letter says, status by default", panel=LETTER, metavar="TEMPLATE")
    ] = Template.STATUS,
    preview: Annotated[bool, option(help="Show the letters and queue nothing", panel=LETTER)] = False,
    *,
    letter: OrderLetter,
    batch: Batch,
) -> ExitStatus | None:
    """Queue letters about orders, one of a kind for each. Nothing leaves before `shopctl email send`."""
    shop = call.shop()

    from shopctl.services import order_mailing

    call.writes = not preview
    references = call.references(numbers, batch.from_file)
    if letter.to and len(references) > 1:
        raise UsageError("usage", "--to is one address, for the letter about one order", hint="leave --to out")
    kind = template.replace("-", "_")
    wish = order_mailing.OrderWish(
        letter.to, letter.copies, letter.message, letter.resend, letter.attach_pdf, str(letter.language or "")
    )  # fmt: skip
    if preview:
        _show(call, order_mailing.preview(shop, references, kind, wish), template, letter)
        return None
    confirm_many(call, f"Queue {len(references)} letters?", references)
    return run_batch(
        call, shop, references, lambda part: order_mailing.send_orders(shop, part, kind, wish), schema="orders.email",
        columns=fields.EMAILS, verb="queue", batch=batch, next_commands=to_deliver,
    )  # fmt: skip


def _show(call: Call, letters: Sequence[Preview], template: Template, letter: OrderLetter) -> None:
    from shopctl.commands.lists import show_all

    def sheet(found: Preview) -> Sheet:
        return _sheet(found, _typed(found.document, template, letter))

    show_all(call, "orders.letter", fields.LETTERS, letters, sheet)


def _sheet(found: Preview, command: str) -> Sheet:
    """Lay out a letter as the customer reads it, below to whom it goes."""
    from shopctl.output.sheets import Sheet

    facts = [("To", found.recipient), ("Copy", found.cc), ("Attached", found.attachment), ("Subject", found.subject)]
    page = Sheet().title(found.document, found.kind.replace("_", " "), "not queued")
    page.pairs([(label, value) for label, value in facts if value])
    return page.blank().text(*found.text.splitlines()).next([(command, "queue it")])


def _typed(number: str, template: Template, letter: OrderLetter) -> str:
    """Write the command that queues the letter that was shown."""
    import shlex

    words = ["shopctl", "orders", "email", number, "--template", str(template)]
    for name, value in (("--to", letter.to), ("--cc", letter.copies), ("--message", letter.message),
                        ("--language", str(letter.language or ""))):  # fmt: skip
        words += [name, value] if value else []
    words += ["--attach-pdf"] * letter.attach_pdf + ["--resend"] * letter.resend
    return shlex.join(words)


@app.command(
    "print",
    examples=[
        ("shopctl orders print S00431", "S00431.pdf in this directory"),
        ("shopctl orders print S00431 -o - > order.pdf", "to standard output"),
        ("shopctl orders list --to-invoice --format ids | shopctl orders print - --merge -o today.pdf", "one file"),
    ],
    exits="0 done · 1 the file cannot be written · 3 no such order · 6 a character no font has · 8 some failed",
)
def print_(call: Call, numbers: Orders, *, target: Target) -> ExitStatus:
    """Make PDFs of orders: what was ordered, what it costs, and how to pay what is due."""
    shop = call.shop()

    from shopctl.services import order_documents

    references = call.references(numbers, target.from_file)
    return print_documents(call, references, lambda part: order_documents.papers(shop, part), target, PRINTED)
