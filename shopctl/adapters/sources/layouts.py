"""Describe the native format: which fields each record has, and how a JSON value becomes a field.

Objects arrive as tuples of pairs, so that repeated keys are seen. One loop over the given fields does everything:
look the field up, convert, put the value in its place. Absent fields and null keep the default of the record.
Source: the interchange format, docs/interchange.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from shopctl.adapters.sources.items import Unreadable, nearest, shown
from shopctl.adapters.sources.values import Amounts, Instants, is_currency, is_email
from shopctl.domain import records
from shopctl.domain.states import CART_STAGES, LINE_KINDS, ORDER_STATES, PAYMENT_STATES

Convert = Callable[[Any], object]
Pairs = tuple[tuple[str, Any], ...]

_NAMES: Final[Mapping[type, str]] = {
    tuple: "an object",
    list: "a list",
    str: "a text",
    bool: "true or false",
    int: "a number",
    Decimal: "a number",
    type(None): "null",
}


class Layout:
    """The fields of one kind of record.

    Args:
        record: The record class.
        check: Looks at the finished record and raises `Unreadable` when fields are missing or contradict each other.
        fields: A conversion for every field of the record.
    """

    def __init__(
        self, record: type[Any], fields: Mapping[str, Convert], check: Callable[[Any], None] | None = None
    ) -> None:
        names: tuple[str, ...] = record._fields
        if set(names) != set(fields):
            raise ValueError(f"{record.__name__} and its layout have different fields")
        self.record = record
        self.fields = {name: (place, 1 << place, fields[name]) for place, name in enumerate(names)}
        self._defaults = [record._field_defaults.get(name, "") for name in names]
        self._check = check

    def build(self, pairs: Pairs) -> Any:
        """Make a record of the pairs of a JSON object, or raise `Unreadable` with the path of the culprit."""
        if type(pairs) is not tuple:
            raise Unreadable(f"an object is expected, not {_NAMES[type(pairs)]}")
        values = self._defaults.copy()
        fields = self.fields
        seen = 0  # a bit a field: a repeated one carries over and leaves fewer bits than there are pairs
        name = ""
        try:
            for name, value in pairs:
                place, bit, convert = fields[name]
                values[place] = convert(value)
                seen += bit
        except (KeyError, TypeError, Unreadable) as error:
            return self._again(pairs, name, error)
        if seen.bit_count() != len(pairs):
            raise _repeated(pairs)
        record = tuple.__new__(self.record, values)
        if self._check:
            self._check(record)
        return record

    def _again(self, pairs: Pairs, name: str, error: KeyError | TypeError | Unreadable) -> Any:
        given = tuple(pair for pair in pairs if pair[1] is not None)
        if len(given) < len(pairs) and all(key in self.fields for key, _ in pairs):
            return self.build(given)
        if isinstance(error, Unreadable):
            raise error.inside(name)
        if isinstance(error, KeyError):
            raise Unreadable("no such field", path=name[:100], hint=nearest(name, self.fields)) from None
        value = dict(pairs)[name]
        raise Unreadable(f"a text is expected, not {_NAMES[type(value)]} ({shown(value)})", path=name) from None


def _repeated(pairs: Pairs) -> Unreadable:
    names = [name for name, _ in pairs]
    twice = next(name for name in names if names.count(name) > 1)
    return Unreadable("the field is given twice", path=twice)


class _Choices(dict[object, str]):
    def __init__(self, *values: str) -> None:
        super().__init__((value, value) for value in values)

    def __missing__(self, key: object) -> str:
        known = ", ".join(str(value) for value in self if value)
        hint = nearest(key, self.values()) if type(key) is str else ""
        raise Unreadable(f"{shown(key)} is none of: {known}", hint=hint)


def choice(*values: str) -> Convert:
    """Accept one of some words."""
    return _Choices(*values).__getitem__


text: Final[Convert] = str.__str__
"""Accept a text and nothing else: the descriptor refuses other types at the speed of C."""

amount: Final[Convert] = Amounts().__getitem__
instant: Final[Convert] = Instants().__getitem__


def flag(value: object) -> bool:
    """Accept true or false."""
    if value is True or value is False:
        return value
    raise Unreadable(f"true or false is expected, not {_NAMES[type(value)]}")


def whole(lowest: int, highest: int) -> Convert:
    """Accept a whole number within bounds."""

    def convert(value: object) -> int:
        if type(value) is int and lowest <= value <= highest:
            return value
        raise Unreadable(f"{shown(value)} is not a whole number from {lowest} to {highest}")

    return convert


class _Currencies(dict[object, str]):
    def __missing__(self, key: object) -> str:
        if type(key) is not str or not is_currency(key):
            raise Unreadable(f"{shown(key)} is not a currency code", hint="three capital letters, such as EUR")
        self[key] = key
        return key


currency: Final[Convert] = _Currencies({"": ""}).__getitem__
"""Accept a currency code, or an empty text for the shop's own."""


def email(value: object) -> str:
    """Accept one e-mail address, or an empty text."""
    if type(value) is str and (not value or is_email(value)):
        return value
    raise Unreadable(f"{shown(value)} is not an e-mail address", hint="one address without a name: ann@example.org")


def texts(value: object) -> tuple[str, ...]:
    """Accept a list of texts."""
    if type(value) is not list:
        raise Unreadable(f"a list of texts is expected, not {_NAMES[type(value)]}")
    return tuple(map(str.__str__, value))


def one(layout: Layout) -> Convert:
    """Accept an object."""
    return layout.build


def many(layout: Layout) -> Convert:
    """Accept a list of objects."""
    build = layout.build

    def convert(value: object) -> tuple[object, ...]:
        if type(value) is not list:
            raise Unreadable(f"a list is expected, not {_NAMES[type(value)]}")
        built: list[object] = []
        try:
            for pairs in value:
                built.append(build(pairs))  # noqa: PERF401 - the length tells which one failed
        except Unreadable as error:
            raise error.inside(f"[{len(built)}]") from None
        return tuple(built)

    return convert


def code_or(layout: Layout) -> Convert:
    """Accept the code of a customer or a whole one; an empty code is nobody."""
    build = layout.build

    def convert(value: Any) -> object:
        if type(value) is str:
            return value or None
        return build(value)

    return convert


def need(*names: str) -> Callable[[Any], None]:
    """Refuse records in which one of these fields is empty."""

    def check(record: Any) -> None:
        for name in names:
            if not getattr(record, name):
                raise Unreadable("the field is required", path=name)

    return check


def _identified(order: records.OrderRecord) -> None:
    if not order.number and not (order.source and order.external_id):
        raise Unreadable("an order needs a number, or source and external_id", path="number")


def _fields(names: str, convert: Convert) -> Iterable[tuple[str, Convert]]:
    return ((name, convert) for name in names.split())


_ADDRESS = Layout(
    records.AddressRecord,
    {
        "kind": choice("billing", "shipping", "other"),
        **dict(_fields("name company street street2 zip city region country", text)),
    },
)
_TAX = Layout(
    records.TaxRecord,
    {
        **dict(_fields("code name group", text)),
        **dict(_fields("included compounds affected", flag)),
        "type": choice("percent", "fixed", "division", "group"),
        "amount": amount,
        "sequence": whole(-1_000_000, 1_000_000),
        "children": texts,
    },
    need("code"),
)
_TERMS_LINE = Layout(
    records.TermsLineRecord,
    {
        "type": choice("percent", "fixed"),
        "value": amount,
        "delay": choice("days", "days_after_month_end", "days_after_next_month_end", "days_end_of_month_on"),
        "days": whole(0, 36_500),
        "day": whole(0, 31),
    },
)
_EARLY_DISCOUNT = Layout(
    records.EarlyDiscountRecord,
    {"percent": amount, "days": whole(0, 36_500), "mode": choice("included", "excluded", "mixed")},
)
_TERMS = Layout(
    records.TermsRecord,
    {
        **dict(_fields("code name note", text)),
        "lines": many(_TERMS_LINE),
        "early_discount": one(_EARLY_DISCOUNT),
    },
    need("code"),
)
_PRODUCT = Layout(
    records.ProductRecord,
    {
        **dict(_fields("sku name", text)),
        "type": choice("goods", "service", "shipping", "discount"),
        "price": amount,
        "taxes": texts,
        "policy": choice("ordered", "delivered"),
        "archived": flag,
        "stock": amount,
    },
    need("sku"),
)
_CONSENT = Layout(records.ConsentRecord, {"consent": flag, "source": text, "at": instant, "text": text})
_CUSTOMER_FIELDS: Final[Mapping[str, Convert]] = {
    **dict(_fields("code name company phone vat language terms note", text)),
    "email": email,
    "tags": texts,
    "marketing": one(_CONSENT),
    "addresses": many(_ADDRESS),
}
_BUYER = Layout(records.CustomerRecord, _CUSTOMER_FIELDS)
"""A customer inside an order or cart: known by code or e-mail, or new."""
_CUSTOMER = Layout(records.CustomerRecord, _CUSTOMER_FIELDS, need("code"))
_LINE = Layout(
    records.LineRecord,
    {
        "kind": choice(*LINE_KINDS),
        **dict(_fields("sku description", text)),
        **dict(_fields("quantity delivered unit_price discount", amount)),
        "taxes": texts,
        "policy": choice("", "ordered", "delivered"),
    },
)
_TOTALS = Layout(
    records.SourceTotals,
    {
        **dict(_fields("untaxed tax total paid refunded shipping discount outstanding", amount)),
        **dict(_fields("financial_status fulfillment_status", text)),
    },
)
_PAYMENT = Layout(
    records.PaymentRecord,
    {
        **dict(_fields("provider reference method customer order memo", text)),
        "amount": amount,
        "currency": currency,
        "state": choice(*PAYMENT_STATES),
        "paid_at": instant,
    },
    need("reference"),
)
_CART = Layout(
    records.CartRecord,
    {
        **dict(_fields("id source website payment_error", text)),
        "customer": code_or(_BUYER),
        **dict(_fields("created_at last_activity_at", instant)),
        "stage": choice(*CART_STAGES),
        "currency": currency,
        "lines": many(_LINE),
        "source_totals": one(_TOTALS),
    },
    need("id"),
)
_ORDER = Layout(
    records.OrderRecord,
    {
        **dict(_fields("number source external_id website payment_method terms note cart", text)),
        "customer": code_or(_BUYER),
        **dict(_fields("ordered_at confirmed_at", instant)),
        "state": choice(*ORDER_STATES),
        "currency": currency,
        **dict(_fields("billing shipping", one(_ADDRESS))),
        "tax_rounding": choice("", "per_line", "globally"),
        **dict(_fields("tags remarks", texts)),
        "lines": many(_LINE),
        "payments": many(_PAYMENT),
        "source_totals": one(_TOTALS),
    },
    _identified,
)

KINDS: Final[Mapping[str, Layout]] = {
    "tax": _TAX,
    "terms": _TERMS,
    "product": _PRODUCT,
    "customer": _CUSTOMER,
    "cart": _CART,
    "order": _ORDER,
    "payment": _PAYMENT,
}
"""The layout of each `kind` of line."""
