"""Choosing fields, and how each kind is written for scripts and for people."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.errors import ExitStatus, UsageError
from shopctl.output.columns import Column, Kind, choose
from shopctl.output.formats import STORED, csv_cells, json_cells, plain_cells
from shopctl.output.human import human_money, human_quantity, text_cells
from shopctl.output.machine import Lines
from shopctl.output.style import Style
from tests.output.sample import COLUMNS

PARIS = timezone(timedelta(hours=2))


def names(fields: str, **options: Any) -> list[str]:
    return [column.name for column in choose(COLUMNS, fields, **options)]


def test_default_fields_of_a_table_and_of_scripts() -> None:
    assert names("", format="table") == ["number", "date", "customer", "amount_total", "state"]
    assert names("", format="table", wide=True)[2] == "confirmed_at"
    assert names("", format="csv") == [
        "number", "date", "confirmed_at", "customer", "amount_total", "currency", "state", "overdue", "tags", "note",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "chosen"),
    [
        ("note,number", ["note", "number"]),
        (" note , number , note", ["note", "number"]),
        ("+note,-date,-state", ["number", "customer", "amount_total", "note"]),
        ("number,date,-number", ["date"]),
        ("+number", ["number", "date", "customer", "amount_total", "state"]),
    ],
)
def test_fields_choose_add_and_drop(fields: str, chosen: list[str]) -> None:
    assert names(fields, format="table") == chosen


def test_an_unknown_field_names_the_nearest() -> None:
    with pytest.raises(UsageError) as refusal:
        choose(COLUMNS, "number,custmer", format="csv")

    assert (refusal.value.code, refusal.value.status) == ("usage.field", ExitStatus.USAGE)
    assert refusal.value.message == "no field 'custmer'"
    assert refusal.value.hint == "did you mean 'customer'?  All fields: --fields help"


def test_dropping_every_field_is_refused() -> None:
    with pytest.raises(UsageError, match="no field is left"):
        choose(COLUMNS, "number,-number", format="csv")


CASES = [
    (Kind.TEXT, "a\tb", "a\tb", "a\tb", r"a\tb", r"a\tb"),
    (Kind.CODE, "1e5", "1e5", "1e5", "1e5", "1e5"),
    (Kind.CODE, "00123", "00123", "00123", "00123", "00123"),
    (Kind.MONEY, Decimal("1204.5000"), "1204.50", "1204.50", "1204.50", "1,204.50"),
    (Kind.MONEY, Decimal("1E+3"), "1000.00", "1000.00", "1000.00", "1,000.00"),
    (Kind.MONEY, Decimal("0.1234"), "0.1234", "0.1234", "0.1234", "0.1234"),
    (Kind.MONEY, Decimal("0.5"), "0.50", "0.50", "0.50", "0.50"),
    (Kind.MONEY, Decimal(7), "7.00", "7.00", "7.00", "7.00"),
    (Kind.MONEY, Decimal("-0.00"), "0.00", "0.00", "0.00", "0.00"),
    (Kind.MONEY, Decimal("-1234567.8900"), "-1234567.89", "-1234567.89", "-1234567.89", "-1,234,567.89"),
    (Kind.QUANTITY, Decimal("2.5000"), "2.5", "2.5", "2.5", "2.5"),
    (Kind.QUANTITY, Decimal(1000), "1000", "1000", "1000", "1,000"),
    (Kind.PERCENT, Decimal("30.0000"), "30", "30", "30", "30 %"),
    (Kind.COUNT, 1234, 1234, "1234", "1234", "1,234"),
    (Kind.DATE, date(2026, 8, 21), "2026-08-21", "2026-08-21", "2026-08-21", "2026-08-21"),
    (
        Kind.INSTANT,
        datetime(2026, 8, 21, 9, 14, 3, 999, tzinfo=UTC),
        *["2026-08-21T09:14:03Z"] * 3,
        "2026-08-21 11:14",
    ),
    (Kind.INSTANT, datetime(2026, 8, 21, 1, 0, tzinfo=PARIS), *["2026-08-20T23:00:00Z"] * 3, "2026-08-21 01:00"),
    (Kind.STATUS, "not_paid", "not_paid", "not_paid", "not_paid", "not paid"),
    (Kind.STATUS, "confirmed", "confirmed", "confirmed", "confirmed", "● confirmed"),
    (Kind.FLAG, True, True, "true", "true", "yes"),
    (Kind.FLAG, False, False, "false", "false", "–"),
    (Kind.LIST, ("a", "b"), ["a", "b"], '"a,b"', "a,b", "a, b"),
    (Kind.OBJECT, {"code": "C1", "name": "Zoë"}, {"code": "C1", "name": "Zoë"}, "Zoë", "Zoë", "Zoë"),
    (Kind.OBJECT, {"zip": "1", "city": None}, {"zip": "1", "city": None}, '"zip=1, city="', *["zip=1, city="] * 2),
    (Kind.OBJECT, [{"number": "A"}, {"number": "B"}], [{"number": "A"}, {"number": "B"}], *["A; B"] * 3),
]


@pytest.mark.parametrize(("kind", "value", "in_json", "in_csv", "in_plain", "in_table"), CASES)
def test_each_kind_in_each_format(
    kind: Kind, value: object, in_json: object, in_csv: object, in_plain: str, in_table: str
) -> None:
    column = Column("held", "HELD", kind, "A value")
    rows = [SimpleNamespace(held=value, currency="EUR")]

    assert json_cells(column)(rows) == [in_json]
    assert csv_cells(column)(rows) == [in_csv]
    assert plain_cells(column)(rows) == [in_plain]
    assert text_cells(column, tz="Europe/Paris", style=Style())(rows) == [in_table]


@pytest.mark.parametrize("kind", list(Kind))
def test_absent_is_null_empty_or_a_dash(kind: Kind) -> None:
    column = Column("held", "HELD", kind, "A value")
    rows = [SimpleNamespace(held=None, currency=None)]

    assert json_cells(column)(rows) == [None]
    assert csv_cells(column)(rows) == [""]
    assert plain_cells(column)(rows) == [""]
    assert text_cells(column, tz="UTC", style=Style())(rows) == ["–"]


@pytest.mark.parametrize(
    ("currency", "amount", "written"),
    [
        ("JPY", Decimal("1234.0000"), "1234"),
        ("KWD", Decimal("1234.5000"), "1234.500"),
        ("CLF", Decimal("1.5"), "1.5000"),
        ("JPY", Decimal(0), "0"),
        ("no currency", Decimal(1), "1.00"),
        (None, Decimal(1), "1.00"),
    ],
)
def test_amounts_have_the_digits_of_their_currency(currency: str | None, amount: Decimal, written: str) -> None:
    euro = SimpleNamespace(held=Decimal("1.5"), currency="EUR")
    row = SimpleNamespace(held=amount, currency=currency)

    cells = json_cells(Column("held", "HELD", Kind.MONEY, "An amount"))

    assert cells([row]) == [written]
    assert cells([euro, row]) == ["1.50", written]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\n=1", "  =1", "＝1", "\0=1"])
def test_excel_text_that_would_be_computed_gets_a_quote(text: str) -> None:
    row = SimpleNamespace(held=text, price=Decimal("-5.00"), currency="EUR")

    quote = '"' if "\r" in text or "\n" in text else ""
    assert csv_cells(Column("held", "HELD", Kind.TEXT, "Text"), excel=True)([row]) == [f"{quote}'{text}{quote}"]
    assert csv_cells(Column("held", "HELD", Kind.TEXT, "Text"))([row]) == [f"{quote}{text}{quote}"]
    assert csv_cells(Column("price", "PRICE", Kind.MONEY, "Price"), excel=True)([row]) == ["-5.00"]


STORED_CASES = [
    (Kind.MONEY, 12_045_000, "EUR", "1204.50"),
    (Kind.MONEY, 1_234, "EUR", "0.1234"),
    (Kind.MONEY, -1_000, "EUR", "-0.10"),
    (Kind.MONEY, 0, "EUR", "0.00"),
    (Kind.MONEY, -5, "EUR", "-0.0005"),
    (Kind.MONEY, 12_340_000, "JPY", "1234"),
    (Kind.MONEY, 12_345_000, "KWD", "1234.500"),
    (Kind.MONEY, 99_999_999_999_999_999, "EUR", "9999999999999.9999"),
    (Kind.QUANTITY, 25_000, "EUR", "2.5"),
    (Kind.QUANTITY, -10_000_000, "EUR", "-1000"),
    (Kind.PERCENT, 0, "EUR", "0"),
    (Kind.DATE, "2026-08-21", "EUR", "2026-08-21"),
    (Kind.INSTANT, "2026-08-21T09:14:03Z", "EUR", "2026-08-21T09:14:03Z"),
    (Kind.FLAG, 1, "EUR", "true"),
    (Kind.FLAG, 0, "EUR", "false"),
    (Kind.COUNT, 1234, "EUR", "1234"),
    (Kind.STATUS, "not_paid", "EUR", "not_paid"),
    (Kind.TEXT, None, "EUR", ""),
    (Kind.MONEY, None, "EUR", ""),
]


@pytest.mark.parametrize(("kind", "value", "currency", "written"), STORED_CASES)
def test_stored_values_are_written_as_those_of_objects(kind: Kind, value: object, currency: str, written: str) -> None:
    column = Column("held", "HELD", kind, "A value")
    rows = {"held": (value,), "currency": (currency,)}

    assert [*csv_cells(column, STORED)(rows)] == [written]
    assert [*plain_cells(column, STORED)(rows)] == [written]


@given(st.integers(-(10**17) + 1, 10**17 - 1), st.sampled_from(["EUR", "JPY", "KWD", "CLF", ""]))
def test_stored_amounts_read_like_decimals(number: int, currency: str) -> None:
    column = Column("held", "HELD", Kind.MONEY, "An amount")
    row = SimpleNamespace(held=Decimal(number).scaleb(-4), currency=currency)

    assert json_cells(column, STORED)({"held": [number], "currency": [currency]}) == json_cells(column)([row])


@given(st.lists(st.one_of(st.none(), st.text(alphabet='a",\r\n \t;é'), st.text()), min_size=1, max_size=4))
def test_csv_is_what_readers_of_csv_expect(texts: list[str | None]) -> None:
    """The module of Python writes the same; told that lines end in CRLF, for only then it quotes a lone one."""
    columns = [Column(f"c{place}", "C", Kind.TEXT, "Text") for place in range(len(texts))]
    row = SimpleNamespace(**{f"c{place}": text for place, text in enumerate(texts)})
    expected = io.StringIO()
    csv.writer(expected, lineterminator="\r\n").writerow(texts)

    assert Lines("csv", columns, excel=False).lines([row, row]) == (expected.getvalue()[:-2] + "\n") * 2


def test_large_numbers_keep_every_digit() -> None:
    assert human_money(Decimal("1234567890123.4567"), "EUR") == "1,234,567,890,123.4567"
    assert human_quantity(Decimal(1000000)) == "1,000,000"
