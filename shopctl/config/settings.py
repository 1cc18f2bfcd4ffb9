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
    """What happens to orders that wait."""

    expire_after: int = setting(14, values.number(0, 3650))


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
class Email:
    """Who writes to customers, and through which server."""

    sender: str = setting("", values.mailbox, name="from")
    reply_to: str = setting("", values.mailbox)
    smtp: Smtp = section(Smtp)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Carts:
    """When a cart counts as abandoned, and which of those get a letter.

    Attributes:
        abandoned_after: A length of time without activity, as `domain.dates.parse_duration` reads it.
        activated_on: The first day whose carts get a letter; empty for no limit.
        link: Where a letter leads, with the gap `{cart}`; empty for no link.
        delivery_share: Percentage of the goods above which the delivery was probably too dear.
    """

    abandoned_after: str = setting("10h", values.duration)
    activated_on: str = setting("", values.day)
    link: str = setting("", values.link)
    delivery_share: int = setting(15, values.number(0, 1000))


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
    series: dict[str, str] = {}
    start = "numbering.fiscal_year_start"
    for key, template in chosen.items():
        if key.startswith("numbering.") and key != start:
            form = values.SEQUENCE.sub("seq", template).replace("/", "-").upper()
            form = form.replace("{FY}", "{YEAR}") if chosen[start] == 1 else form
            if form in series:
                yield key, f"gives the same numbers as {series[form]}; numbers must differ between kinds of documents"
            series.setdefault(form, key)
