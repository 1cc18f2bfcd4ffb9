"""A small shop that writes to its customers, and a mailer and a printer that keep what they are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from shopctl import models
from shopctl.adapters.sources.items import Item
from shopctl.config import Config, Email, Invoicing, ShopSettings, Smtp, WireTransfer
from shopctl.db.connection import connect
from shopctl.domain.access import Actor
from shopctl.domain.mail import DeliveryError, Envelope, Taken
from shopctl.domain.outcomes import Done
from shopctl.domain.records import (
    AddressRecord,
    CustomerRecord,
    LineRecord,
    OrderRecord,
    PaymentRecord,
    TaxRecord,
    TermsLineRecord,
    TermsRecord,
)
from shopctl.errors import ShopError
from shopctl.services import importing, invoicing, signing
from shopctl.services.deciding import Request
from shopctl.shop import Shop
from tests.support.shops import NOW

D = Decimal

CONFIG = Config(
    shop=ShopSettings(
        name="Northwind Living",
        address=("1 Harbour Road", "20457 Hamburg"),
        email="hello@northwind.example",
        phone="+49 40 1",
        vat="DE123456789",
        country="DE",
    ),
    invoicing=Invoicing(due_days=30, note="Goods stay ours until paid."),
    wire_transfer=WireTransfer(iban="DE89370400440532013000", bic="COBADEFFXXX"),
    email=Email(sender="Northwind Living <billing@northwind.example>", smtp=Smtp(host="127.0.0.1", security="none")),
)

LINE = LineRecord(sku="DESK", description="Oak desk", quantity=D(2), unit_price=D(50), taxes=("V21",))
RECORDS = (
    TaxRecord("V21", name="VAT 21%", amount=D(21)),
    TermsRecord(
        "HALF", note="Half now, half later.", lines=(TermsLineRecord(value=D(50)), TermsLineRecord(value=D(50), days=30))
    ),
    CustomerRecord(code="C1", name="Zoë Müller", email="zoe@example.org"),
    CustomerRecord(code="C2", company="Möbel Nord", email="nord@example.org", language="de", phone="040 2", vat="DE2"),
    CustomerRecord(code="C3", name="Nobody"),
    OrderRecord(
        number="S1", customer="C1", ordered_at=NOW, state="confirmed", currency="EUR", lines=(LINE,),
        billing=AddressRecord("Zoë Müller", "", "12 High Street", "Flat 3", "SW1A 1AA", "London", "", "GB"),
        shipping=AddressRecord("Ann Smith", "Azure", "5 Main St", "", "90210", "Beverly Hills", "CA", "US"),
    ),
    OrderRecord(
        number="S2", customer="C2", ordered_at=NOW, state="confirmed", currency="EUR", lines=(LINE,),
        billing=AddressRecord("Ulf Nord", "Möbel Nord", "Kai 4", "", "24103", "Kiel", "", "DE"),
        payments=(
            PaymentRecord("bank", "t1", amount=D(121), currency="EUR", paid_at=NOW, method="wire"),
        ),
    ),
    OrderRecord(number="S3", customer="C3", ordered_at=NOW, state="confirmed", currency="EUR", lines=(LINE,)),
    OrderRecord(number="S4", customer="C1", ordered_at=NOW, state="confirmed", currency="EUR", lines=(LINE,), terms="HALF"),
)  # fmt: skip
"""Two customers with an address, one without; orders that wait for money, were paid, or are paid in halves."""


@contextmanager
def opened(url: str, config: Config = CONFIG) -> Iterator[Shop]:
    """Open a database of the newest schema as a shop with anna, the administrator, at work."""
    database = connect(url)
    models.database.initialize(database)
    with database.connection_context():
        yield Shop(config, database, NOW, Actor("anna", "admin"))


def fill(shop: Shop) -> None:
    """Take in the records; letters are named with a key that is known."""
    models.SigningKey.create(name=signing.LETTERS, value="00" * 32, created_at=NOW)
    outcomes = importing.store(
        shop, [Item(line, f"line {line}", record, None) for line, record in enumerate(RECORDS, 1)]
    )
    assert [outcome for outcome in outcomes if not isinstance(outcome, Done)] == []


def bill(shop: Shop, *orders: str, **wishes: Any) -> list[str]:
    """Invoice orders, post the invoices and answer their numbers."""
    outcomes = invoicing.create(shop, orders, Request(**{"confirm": True, **wishes}))
    return [outcome.row.address for outcome in outcomes if isinstance(outcome, Done)]


def outbox(*columns: str) -> list[tuple[Any, ...]]:
    """Answer columns of all letters, oldest first."""
    fields = [getattr(models.Email, name) for name in columns]
    return list(models.Email.select(*fields).order_by(models.Email.id).tuples())


def journal(*references: str) -> list[str]:
    """Answer what the journal tells about documents, as far as it is about mail."""
    query = models.Event.select(models.Event.action, models.Event.details).where(
        models.Event.reference.in_(references) & models.Event.action.startswith("email.")
    )
    return [f"{action} {details}" for action, details in query.order_by(models.Event.id).tuples()]


class KeepingMailer:
    """Keeps the letters it is given; answers are taken from a list, and are success when it is empty.

    Attributes:
        calls: What was asked of it, in order.
        sent: Message and envelope of each letter that it took.
        refused: The copies that it does not take.
    """

    def __init__(self, answers: Sequence[DeliveryError | None] = (), *, opening: ShopError | None = None) -> None:
        self.answers = list(answers)
        self.opening = opening
        self.calls: list[str] = []
        self.told: list[str] = []
        self.sent: list[tuple[bytes, Envelope]] = []
        self.refused: tuple[tuple[str, str], ...] = ()

    def open(self) -> None:
        self.calls.append("open")
        if self.opening:
            raise self.opening

    def send(self, message: bytes, envelope: Envelope, before_content: Any) -> Taken:
        self.calls.append("send")
        answer = self.answers.pop(0) if self.answers else None
        if answer is None or answer.phase in ("content", "end"):
            before_content()
        if answer:
            raise answer
        self.sent.append((message, envelope))
        return Taken("250 2.0.0 kept", self.refused)

    def close(self) -> None:
        self.calls.append("close")


class PlainPrinter:
    """Makes a file that names its document, or refuses as it is told."""

    def __init__(self, refusals: dict[str, ShopError] | None = None) -> None:
        self.refusals = refusals or {}

    def render(self, document: Any) -> bytes:
        if document.number in self.refusals:
            raise self.refusals[document.number]
        return f"%PDF {document.number} {document.amount_due}".encode()
