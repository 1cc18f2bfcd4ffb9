"""Create and edit customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands import customer_fields
from shopctl.commands.call import Call
from shopctl.commands.customer_app import app
from shopctl.commands.options import Batch, Customers, IdempotencyKey, option
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from shopctl.domain.addresses import AddressEdits

WHO = "Who it is"
HOW = "What they want"
WHERE = "Where they are"
ADDRESS = "[KIND:]FIELD=VALUE,…"


@dataclass(frozen=True)
class Contact:
    """What is typed about a customer; an empty text removes what is known."""

    name: Annotated[str | None, option(help="Name of the person", panel=WHO, metavar="TEXT")] = None
    company: Annotated[str | None, option(help="Company", panel=WHO, metavar="TEXT")] = None
    email: Annotated[
        str | None, option(help="E-mail address, by which imports find them", panel=WHO, metavar="ADDRESS")
    ] = None
    phone: Annotated[str | None, option(help="Phone number", panel=WHO, metavar="TEXT")] = None
    vat: Annotated[str | None, option(help="VAT number; its check digits are checked", panel=WHO, metavar="NUMBER")] = (
        None
    )
    country: Annotated[str | None, option(help="Country code such as DE", panel=WHO, metavar="CC")] = None
    language: Annotated[
        str | None, option(help="Language of letters, such as en or pt-BR", panel=HOW, metavar="LANG")
    ] = None
    terms: Annotated[
        str | None, option(help="Payment terms; empty for those of the shop", panel=HOW, metavar="CODE")
    ] = None
    tag: Annotated[list[str] | None, option(help="A tag to add; may be repeated", panel=HOW, metavar="TAG")] = None
    note: Annotated[str | None, option(help="Internal note, in place of what is there", panel=HOW, metavar="TEXT")] = (
        None
    )
    marketing: Annotated[
        bool | None,
        option("--marketing/--no-marketing", help="Whether marketing mail is wanted from now on", panel=HOW),
    ] = None
    source: Annotated[str, option(help="Where that was said; default: shell", panel=HOW, metavar="TEXT")] = ""
    text_version: Annotated[str, option(help="Words they agreed to", panel=HOW, metavar="VERSION")] = ""

    def values(self) -> dict[str, str]:
        """Gather the texts by the fields of a person."""
        if (self.source or self.text_version) and self.marketing is None:
            raise UsageError(
                "usage", "--source and --text-version belong to --marketing", hint="add --marketing or --no-marketing"
            )
        names = ("name", "company", "email", "phone", "vat", "country", "language", "terms")
        typed = {name: getattr(self, name) for name in names}
        found = {name: " ".join(text.split()) for name, text in typed.items() if text is not None}
        if self.note is not None:
            found["note"] = self.note.strip()
        return {name: text.upper() if name in ("country", "vat") else text for name, text in found.items()}


Address = Annotated[
    list[str] | None, option("--address", help="Add an address (repeatable)", panel=WHERE, metavar=ADDRESS)
]
SetAddress = Annotated[
    list[str] | None,
    option(
        "--set-address", help="Change address N, as customers show numbers them", panel=WHERE, metavar="N:FIELD=VALUE,…"
    ),
]
RemoveAddress = Annotated[
    list[str] | None, option("--remove-address", help="Remove address N (repeatable)", panel=WHERE, metavar="N")
]


def _edits(add: list[str] | None, change: list[str] | None, remove: list[str] | None) -> AddressEdits:
    from shopctl.domain.addresses import parse_edits

    return parse_edits(add or [], change or [], remove or [])


@app.command(
    "create",
    examples=[
        ("shopctl customers create --name 'Zoë Müller' --email zoe@example.org --language de", "one person"),
        (
            "shopctl customers create --company 'Taller Peña S.L.' --address 'zip=28013,city=Madrid,country=ES'",
            "a company with its billing address",
        ),
    ],
    exits="0 done or already so · 2 usage · 3 no such terms · 5 not allowed · 6 there is one already",
    writes=True,
)
def create(
    call: Call, *, contact: Contact, address: Address = None, idempotency_key: IdempotencyKey = ""
) -> ExitStatus:
    """Create a customer, who gets the next code. One with the same e-mail address is there once."""
    shop = call.shop()

    from shopctl.domain.people import Person
    from shopctl.domain.tags import parse_tags
    from shopctl.services import customer_changes

    values: dict[str, Any] = contact.values()
    person = Person(**values, tags=parse_tags(contact.tag or []), marketing=contact.marketing)
    person = person._replace(marketing_source=contact.source.strip(), marketing_text=contact.text_version.strip())
    addresses = _edits(address, None, None).added
    if not person.country:
        person = person._replace(country=next((one.country for one in addresses if one.country), ""))
    wanted = customer_changes.NewCustomer(person, addresses)
    return run_batch(
        call, shop, [wanted], lambda part: customer_changes.create(shop, part), schema="customers.create",
        columns=customer_fields.CUSTOMER_HEADS, verb="create", batch=Batch(idempotency_key=idempotency_key),
        next_commands=look,
    )  # fmt: skip


@app.command(
    "edit",
    examples=[
        ("shopctl customers edit C00014 --email zoe@example.org --phone '+49 30 1234'", "another address and number"),
        ("shopctl customers edit C00014 --no-marketing", "kept with the moment, and that it was said here"),
        ("shopctl customers edit C00014 --marketing --source fair --text-version 2026-03", "and to which words"),
        ("shopctl customers edit C00014 --set-address '1:street=Calle Mayor 9,zip=28013'", "address 1 moved"),
        ("shopctl customers edit C00014 C00015 --terms NET30 --tag b2b", "several at once"),
    ],
    exits="0 done or already so · 2 usage · 3 no such customer, address or terms · 6 not allowed · 8 some failed",
    writes=True,
)
def edit(
    call: Call,
    numbers: Customers,
    address: Address = None,
    set_address: SetAddress = None,
    remove_address: RemoveAddress = None,
    *,
    contact: Contact,
    batch: Batch,
) -> ExitStatus:
    """Change customers. What documents copied of them stays; an empty text removes what is known."""
    shop = call.shop()

    from shopctl.domain.tags import parse_tags
    from shopctl.services import customer_changes

    references = call.references(numbers, batch.from_file)
    edits = _edits(address, set_address, remove_address)
    wanted = customer_changes.Edit(
        contact.values(), parse_tags(contact.tag or []), contact.marketing, contact.source.strip(),
        contact.text_version.strip(), edits,
    )  # fmt: skip
    if not (wanted.values or wanted.tags or edits) and wanted.marketing is None:
        raise UsageError("usage", "nothing to change was given", hint="shopctl customers edit --help")
    if len(references) > 1 and (wanted.values.get("email") or edits.changed or edits.removed):
        raise UsageError(
            "usage", "e-mail addresses and numbered addresses belong to one customer", hint="use one call for each"
        )
    confirm_many(call, f"Edit {len(references)} customers?", references)
    return run_batch(
        call, shop, references, lambda part: customer_changes.edit(shop, part, wanted), schema="customers.edit",
        columns=customer_fields.CUSTOMER_HEADS, verb="edit", batch=batch, next_commands=look,
    )  # fmt: skip


def look(row: Any) -> list[str]:
    """Name the command that shows the customer."""
    return [f"shopctl customers show {row.code}"]
