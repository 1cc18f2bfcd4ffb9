"""List every setting of a shop with its default and what it may be.

Nobody compares settings or prints them whole, so their classes do without the methods: every command makes the classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from decimal import Decimal
from typing import Any, TypeVar

from shopctl.config import secrets, values
from shopctl.config.values import Reader

T = TypeVar("T")


def setting(default: T, read: Reader, *, name: str = "", path: bool = False) -> T:
    """Declare one key: its default, how its text is read, its name if Python forbids it, whether it names a file."""
    many = isinstance(default, tuple)
    return field(default=default, metadata={"read": read, "name": name, "path": path, "many": many})


def section(kind: type[T]) -> T:
    """Declare a group of keys."""
    return field(default_factory=kind, metadata={"section": kind})


def keys(kind: type[Any], prefix: str = "") -> Iterator[tuple[str, Field[Any]]]:
    """List the keys below a group, in the order of declaration, each with its dotted name."""
    for entry in fields(kind):
        if "section" in entry.metadata:
            yield from keys(entry.metadata["section"], f"{prefix}{entry.name}.")
        elif "read" in entry.metadata:
            yield prefix + key_name(entry), entry


def key_name(entry: Field[Any]) -> str:
    """Tell how a key is written in the file."""
    return entry.metadata.get("name") or entry.name


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ShopSettings:
    """Who the seller is, as printed on documents, and how the shop counts days and money."""

    name: str = setting("", values.text)
    address: tuple[str, ...] = setting((), values.text)
    email: str = setting("", values.address)
    phone: str = setting("", values.text)
    vat: str = setting("", values.text)
    currency: str = setting("EUR", values.currency)
    timezone: str = setting("UTC", values.timezone)
    country: str = setting("", values.country)
    language: str = setting("en", values.language)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Numbering:
    """How documents are numbered; tokens are `{year}`, `{yy}`, `{fy}`, `{month}` and `{seq}` or `{seq:05d}`."""

    invoice: str = setting("INV/{year}/{seq:05d}", values.numbering)
    credit_note: str = setting("RINV/{year}/{seq:05d}", values.numbering)
    payment: str = setting("PAY/{year}/{seq:05d}", values.numbering)
    order: str = setting("S{seq:05d}", values.numbering)
    customer: str = setting("C{seq:05d}", values.numbering)
    delivery: str = setting("OUT/{year}/{seq:05d}", values.numbering)
    cart: str = setting("C-{seq:05d}", values.numbering)
    fiscal_year_start: int = setting(1, values.number(1, 12))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Fonts:
    """Font files for PDFs, instead of the built-in one and for characters that it lacks."""

    regular: str = setting("", values.text, path=True)
    bold: str = setting("", values.text, path=True)
    fallback: tuple[str, ...] = setting((), values.text, path=True)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CashRounding:
    """How totals are rounded to coins, where that is asked for."""

    step: Decimal = setting(Decimal("0.05"), values.step)
    method: str = setting("half-up", values.choice("half-up", "up", "down"))
    strategy: str = setting("line", values.choice("line", "biggest_tax"))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Invoicing:
    """What is invoiced, when it is due and how taxes are rounded."""

    policy: str = setting("ordered", values.choice("ordered", "delivered"))
    terms: str = setting("", values.text)
    due_days: int = setting(0, values.number(0, 3650))
    tax_rounding: str = setting("globally", values.choice("globally", "per_line"))
    reference: str = setting("plain", values.choice("plain", "rf", "belgian"))
    on_payment: str = setting("nothing", values.choice("nothing", "draft", "post"))
    closed_until: str = setting("", values.day)
    seal: bool = setting(False, values.flag)
    note: str = setting("", values.paragraph)
    cash_rounding: CashRounding = section(CashRounding)
    fonts: Fonts = section(Fonts)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Orders:
    """What happens to orders that wait, and which letters customers get of what happens to their orders."""

    expire_after: int = setting(14, values.number(0, 3650))
    letters: tuple[str, ...] = setting(
        ("confirmation", "shipped", "cancellation"), values.choice("confirmation", "shipped", "cancellation")
    )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WireTransfer:
    """The account that customers pay to."""

    holder: str = setting("", values.text)
    iban: str = setting("", values.iban)
    bic: str = setting("", values.bic)
    bank: str = setting("", values.text)
    text: str = setting("", values.paragraph)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Smtp:
    """The mail server that takes outgoing mail."""

    host: str = setting("", values.pattern(r"[A-Za-z0-9.:_-]+", "the name of a mail server such as mail.example.com"))
    port: int = setting(587, values.number(1, 65535))
    security: str = setting("starttls", values.choice("starttls", "tls", "none"))
    user: str = setting("", values.text)
    password_file: str = setting("", values.text, path=True)
    password_command: str = setting("", values.command)
    allow_plaintext: bool = setting(False, values.flag)
    timeout_seconds: int = setting(60, values.number(1, 600))

    def password(self) -> secrets.Secret | None:
        """Fetch the password from its file or command; none where neither is set.

        Raises:
            ConfigError: The file or command gives no password.
        """
        if self.password_command:
            return secrets.from_command(self.password_command, "email.smtp.password_command")
        if self.password_file:
            return secrets.from_file(self.password_file, "email.smtp.password_file")
        return None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Unsubscribe:
    """How people say that they want no letters that advertise: a web address with the gap `{token}`, or by mail."""

    link: str = setting("", values.link("https://shop.example.com/unsubscribe?t={token}", "token"))
    address: str = setting("", values.address)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Email:
    """Who writes to customers, how, and through which server.

    Attributes:
        transport: `smtp`, or `maildir` to put letters into a folder instead, for trying things out.
        maildir: That folder.
        rate: Letters a minute at most; 0 for no limit.
        senders: How many runs of `email send` may be at work at the same time.
        bounce_address: Where servers report letters that they could not deliver; empty for the sender.
    """

    sender: str = setting("", values.mailbox, name="from")
    reply_to: str = setting("", values.mailbox)
    transport: str = setting("smtp", values.choice("smtp", "maildir"))
    maildir: str = setting("", values.text, path=True)
    rate: int = setting(0, values.number(0, 100_000))
    senders: int = setting(1, values.number(1, 16))
    bounce_address: str = setting("", values.address)
    smtp: Smtp = section(Smtp)
    unsubscribe: Unsubscribe = section(Unsubscribe)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Carts:
    """When a cart counts as abandoned, and which of those get which letters.

    Lengths of time are as `domain.dates.parse_duration` reads them.

    Attributes:
        abandoned_after: Without activity.
        steps: How long a cart is abandoned before each of its letters.
        activated_on: The first day whose carts get a letter, for all letters or one for each; none for no limit.
        basis: What makes a letter lawful: its reader agreed (`consent`), or bought before (`sale`).
        pause: Between two letters about carts to the same address.
        link: Where a letter leads, with the gaps `{cart}` and `{token}`; empty for no link.
        link_valid: How long the token of a link holds.
        attribution: An order within so long after a letter counts as won back by it.
        delivery_share: Percentage of the goods above which the delivery was probably too dear.
    """

    abandoned_after: str = setting("10h", values.duration)
    steps: tuple[str, ...] = setting(("0h",), values.delay)
    activated_on: tuple[str, ...] = setting((), values.day)
    basis: tuple[str, ...] = setting(("consent", "sale"), values.choice("consent", "sale"))
    pause: str = setting("1d", values.delay)
    link: str = setting("", values.link("https://shop.example.com/cart?id={cart}", "cart", "token"))
    link_valid: str = setting("14d", values.duration)
    attribution: str = setting("30d", values.duration)
    delivery_share: int = setting(15, values.number(0, 1000))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Reminders:
    """When customers are reminded of money, and what that costs them.

    Attributes:
        orders: Days after the order on which each step is due, while it is not paid; none for no reminders.
        invoices: Days after the due date, below zero before it.
        activated_on: Documents of earlier days are left alone: orders by their date, invoices by when they are due.
        pause: Days at least between two reminders of money to the same customer.
        minimum: Documents of which less is due are left alone.
        fees: What each step of an invoice charges, in the shop's currency; none where there are fewer of them.
        interest: Percent a year on what is overdue.
        interest_from: The first step of invoices that charges interest; 0 for none.
        bank_within: How long ago bank statements were imported at most; empty: it does not matter.
    """

    orders: tuple[int, ...] = setting((3, 7), values.number(0, 365))
    invoices: tuple[int, ...] = setting((7, 14, 28), values.number(-60, 730))
    activated_on: str = setting("", values.day)
    pause: int = setting(3, values.number(0, 90))
    minimum: Decimal = setting(Decimal(0), values.amount)
    fees: tuple[Decimal, ...] = setting((), values.amount)
    interest: Decimal = setting(Decimal(0), values.percentage)
    interest_from: int = setting(0, values.number(0, 9))
    bank_within: str = setting("", values.optional(values.duration))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Security:
    """How long a person stays signed in."""

    session_hours: int = setting(12, values.number(1, 8760))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Config:
    """Everything that is set up, from the option, the environment, the file and the defaults, in that order.

    Attributes:
        profile: The profile in use; empty where none is.
        database: The address of the database.
        source: The file that was read, or none.
        origins: For each dotted key `option`, `environment`, `file` or `default`.
    """

    profile: str = setting("", values.name)
    database: str = setting("", values.stored_database)
    shop: ShopSettings = section(ShopSettings)
    numbering: Numbering = section(Numbering)
    orders: Orders = section(Orders)
    invoicing: Invoicing = section(Invoicing)
    wire_transfer: WireTransfer = section(WireTransfer)
    email: Email = section(Email)
    carts: Carts = section(Carts)
    reminders: Reminders = section(Reminders)
    security: Security = section(Security)
    source: str | None = None
    origins: Mapping[str, str] = field(default_factory=dict)


def contradictions(chosen: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Find settings that do not go together.

    Args:
        chosen: Every dotted key with its value.

    Returns:
        The key to change and a sentence about it, for each.
    """
    smtp = "email.smtp."
    if chosen[smtp + "password_file"] and chosen[smtp + "password_command"]:
        yield smtp + "password_command", "password_file is set too; keep one of them"
    local = chosen[smtp + "host"] in ("", "localhost", "127.0.0.1", "::1")
    if chosen[smtp + "security"] == "none" and not local and not chosen[smtp + "allow_plaintext"]:
        yield smtp + "security", "none sends everything unencrypted; use starttls or tls, or set allow_plaintext: true"
    yield from _of_mail(chosen)
    series: dict[str, str] = {}
    start = "numbering.fiscal_year_start"
    for key, template in chosen.items():
        if key.startswith("numbering.") and key != start:
            form = values.SEQUENCE.sub("seq", template).replace("/", "-").upper()
            form = form.replace("{FY}", "{YEAR}") if chosen[start] == 1 else form
            if form in series:
                yield key, f"gives the same numbers as {series[form]}; numbers must differ between kinds of documents"
            series.setdefault(form, key)


def _of_mail(chosen: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if chosen["email.transport"] == "maildir" and not chosen["email.maildir"]:
        yield "email.maildir", "is the folder that transport: maildir writes to; set it"
    rising = {"reminders.orders": chosen["reminders.orders"], "reminders.invoices": chosen["reminders.invoices"]}
    rising["carts.steps"] = tuple(values.seconds(one) for one in chosen["carts.steps"])
    for key, steps in rising.items():
        if list(steps) != sorted(set(steps)):
            yield key, "each step comes later than the one before"
    if len(chosen["carts.activated_on"]) not in (0, 1, len(chosen["carts.steps"])):
        yield "carts.activated_on", "is one day for all letters, or one for each of carts.steps"
    if bool(chosen["reminders.interest"]) != bool(chosen["reminders.interest_from"]):
        yield "reminders.interest_from", "is the first step that charges reminders.interest; set both, or none"
    if chosen["reminders.interest_from"] > len(chosen["reminders.invoices"]):
        yield "reminders.interest_from", "is a step that reminders.invoices does not have"
    if len(chosen["reminders.fees"]) > len(chosen["reminders.invoices"]):
        yield "reminders.fees", "has more steps than reminders.invoices"
