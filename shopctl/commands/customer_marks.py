"""Note something about customers, tag and archive them."""

from __future__ import annotations

from typing import Annotated

from shopctl.commands import customer_fields
from shopctl.commands.call import Call
from shopctl.commands.customer_app import app
from shopctl.commands.customer_writes import look
from shopctl.commands.options import Batch, Customers, IdempotencyKey, argument, option
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError


@app.command(
    "note",
    examples=[("shopctl customers note C00014 'rings back on Monday'", "a line with the day and your name")],
    exits="0 done or already so · 2 usage · 3 no such customer · 6 erased",
    writes=True,
)
def note(
    call: Call,
    customer: Annotated[str, argument("CUSTOMER", "Customer code or e-mail address")],
    text: Annotated[str, argument("TEXT", "What to note, one line")],
    idempotency_key: IdempotencyKey = "",
) -> ExitStatus:
    """Add a line to the notes of a customer. The journal tells that something was noted, not what."""
    shop = call.shop()

    from shopctl.services import customer_changes

    words = " ".join(text.split())
    if not words:
        raise UsageError("usage", "there is nothing to note", hint="shopctl customers note CUSTOMER TEXT")
    return run_batch(
        call, shop, [customer], lambda part: customer_changes.note(shop, part, words), schema="customers.note",
        columns=customer_fields.CUSTOMER_HEADS, verb="note", batch=Batch(idempotency_key=idempotency_key),
        next_commands=look,
    )  # fmt: skip


@app.command(
    "tag",
    examples=[
        ("shopctl customers tag C00014 C00015 --add vip --remove new", "two at once"),
        ("shopctl customers list --format ids | shopctl customers tag - --add 2026 --yes", "everybody"),
    ],
    exits="0 done or already so · 2 usage · 3 no such customer · 6 erased · 8 some failed",
    writes=True,
)
def tag(
    call: Call,
    numbers: Customers,
    add: Annotated[list[str] | None, option(help="A tag to add; may be repeated", metavar="TAG")] = None,
    remove: Annotated[list[str] | None, option(help="A tag to remove; may be repeated", metavar="TAG")] = None,
    *,
    batch: Batch,
) -> ExitStatus:
    """Add tags to customers, or remove them. Upper and lower case are the same."""
    shop = call.shop()

    from shopctl.domain.tags import parse_tags
    from shopctl.services import customer_changes

    references = call.references(numbers, batch.from_file)
    more, less = parse_tags(add or []), parse_tags(remove or [])
    if not (more or less):
        raise UsageError("usage", "no tag was given", hint="add --add TAG or --remove TAG")
    confirm_many(call, f"Tag {len(references)} customers?", references)
    return run_batch(
        call, shop, references, lambda part: customer_changes.tag(shop, part, more, less), schema="customers.tag",
        columns=customer_fields.CUSTOMER_HEADS, verb="tag", batch=batch, next_commands=look,
    )  # fmt: skip


@app.command(
    "archive",
    examples=[("shopctl customers archive C00014", "left out of lists from now on")],
    exits="0 done or already so · 2 usage · 3 no such customer · 6 erased · 8 some failed",
    writes=True,
)
def archive(call: Call, numbers: Customers, *, batch: Batch) -> ExitStatus:
    """Leave customers out of lists. Everything else goes on: documents, imports, what is open."""
    shop = call.shop()

    from shopctl.services import customer_changes

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Archive {len(references)} customers?", references)
    return run_batch(
        call, shop, references, lambda part: customer_changes.archive(shop, part), schema="customers.archive",
        columns=customer_fields.CUSTOMER_HEADS, verb="archive", batch=batch, next_commands=look,
    )  # fmt: skip


@app.command(
    "unarchive",
    examples=[("shopctl customers unarchive C00014", "in lists again")],
    exits="0 done or already so · 2 usage · 3 no such customer · 6 erased · 8 some failed",
    writes=True,
)
def unarchive(call: Call, numbers: Customers, *, batch: Batch) -> ExitStatus:
    """Bring archived customers back into lists."""
    shop = call.shop()

    from shopctl.services import customer_changes

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Unarchive {len(references)} customers?", references)
    return run_batch(
        call, shop, references, lambda part: customer_changes.archive(shop, part, archived=False),
        schema="customers.unarchive", columns=customer_fields.CUSTOMER_HEADS, verb="unarchive", batch=batch,
        next_commands=look,
    )  # fmt: skip
