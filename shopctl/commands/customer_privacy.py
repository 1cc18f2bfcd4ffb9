"""Merge customers, and hand out or erase the personal data of one."""

from __future__ import annotations

from typing import Annotated, Any

from shopctl.commands import customer_fields
from shopctl.commands.call import Call
from shopctl.commands.customer_app import app
from shopctl.commands.customer_writes import look
from shopctl.commands.options import Batch, Customers, argument, option
from shopctl.commands.writes import run_batch
from shopctl.errors import ExitStatus, UsageError

Confirm = Annotated[str, option(help="What has to be typed otherwise, for scripts", metavar="WORD")]


@app.command(
    "merge",
    examples=[
        ("shopctl customers merge C00031 C00014", "C00031 is the same person: everything goes to C00014"),
        ("shopctl customers merge C00031 C00044 C00014 --confirm C00014", "two at once, for scripts"),
    ],
    exits="0 done or already so · 2 usage · 3 no such customer · 6 not allowed · 8 some failed · 10 not confirmed",
    writes=True,
)
def merge(
    call: Call,
    numbers: Annotated[list[str], argument("CUSTOMER", "Those that go, and last the one that stays")],
    confirm: Confirm = "",
    *,
    batch: Batch,
) -> ExitStatus:
    """Merge customers into the one named last. Their orders, carts, invoices, payments, addresses and notes go along.

    The old codes and e-mail addresses stand for the one that stays. Posted documents keep what they copied.
    """
    shop = call.shop()

    from shopctl.services import customers, merging

    if not numbers or numbers[-1] == "-" or (len(numbers) < 2 and not batch.from_file):
        raise UsageError(
            "usage", "a merge needs those that go and the one that stays", hint="shopctl customers merge FROM... INTO"
        )
    into = numbers[-1]
    references = call.references(numbers[:-1], batch.from_file)
    code = customers.code_of(into)
    what = references[0] if len(references) == 1 else f"{len(references)} customers"
    call.out.ask_for(code, confirm, f"Type {code} to merge {what} into it:")
    return run_batch(
        call, shop, references, lambda part: merging.merge(shop, part, code), schema="customers.merge",
        columns=customer_fields.CUSTOMER_HEADS, verb="merge", batch=batch, next_commands=look,
    )  # fmt: skip


@app.command(
    "export-data",
    examples=[
        ("shopctl customers export-data C00014 -o C00014.json", "what a person may ask for"),
        ("shopctl customers export-data zoe@example.org | jq .data.orders", "through a pipe"),
    ],
    exits="0 done · 2 usage · 3 no such customer",
)
def export_data(call: Call, customer: Annotated[str, argument("CUSTOMER", "Customer code or e-mail address")]) -> None:
    """Hand out everything that is kept about a person, as one JSON document.

    Identity, addresses, consents, orders, carts, invoices, payments, deliveries, letters and the journal.
    """
    call.shop()

    from shopctl.services import personal_copy

    if call.out.explicit_format not in ("", "json"):
        raise UsageError("usage", "a person's data are one JSON document", hint="leave out --format, or use --json")
    found = personal_copy.copy(customer)
    call.out.whole("customers.export-data", found)


@app.command(
    "anonymize",
    examples=[
        ("shopctl customers anonymize C00014", "asks for the code"),
        ("shopctl customers anonymize C00014 --confirm C00014", "for scripts; of several customers: how many"),
    ],
    exits="0 done or already so · 2 usage · 3 no such customer · 6 something is open · 8 some failed · 10 no",
    writes=True,
)
def anonymize(call: Call, numbers: Customers, confirm: Confirm = "", *, batch: Batch) -> ExitStatus:
    """Erase the personal data of customers for good. Posted documents stay as the law asks.

    Name, e-mail address, phone number, addresses, notes, tags, consents, letters, and the addresses on orders go.
    """
    shop = call.shop()

    from shopctl.services import customers, personal_data

    # By their codes: an e-mail address that was typed would be kept with the answer.
    references = customers.codes_for(call.references(numbers, batch.from_file))
    word = references[0] if len(references) == 1 else str(len(references))
    what = "customer" if len(references) == 1 else f"{word} customers"
    call.out.ask_for(word, confirm, f"Type {word} to erase the personal data of the {what} for good:")
    return run_batch(
        call, shop, references, lambda part: personal_data.anonymize(shop, part), schema="customers.anonymize",
        columns=customer_fields.CUSTOMER_HEADS, verb="anonymize", batch=batch, next_commands=_after,
    )  # fmt: skip


def _after(row: Any) -> list[str]:
    return [f"shopctl invoice list --customer {row.code}"]
