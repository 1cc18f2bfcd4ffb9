from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopctl.adapters.sources import Item, native
from shopctl.domain.records import (
    AddressRecord,
    CartRecord,
    ConsentRecord,
    CustomerRecord,
    EarlyDiscountRecord,
    LineRecord,
    OrderRecord,
    PaymentRecord,
    ProductRecord,
    SourceTotals,
    TaxRecord,
    TermsLineRecord,
    TermsRecord,
)
from shopctl.errors import UsageError

SAMPLES = Path(__file__).parent / "samples"


def items(tmp_path, *lines: str) -> list[Item]:
    file = tmp_path / "given.jsonl"
    file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return list(native.read(str(file)))


def order(**fields: object) -> str:
    return json.dumps({"kind": "order", "number": "S1", **fields})


def test_sample_gives_one_record_of_each_kind():
    found = list(native.read(str(SAMPLES / "native.jsonl")))

    assert [item.error for item in found] == [None] * 7
    assert [item.line for item in found] == [1, 2, 3, 4, 5, 6, 7]
    assert [item.reference for item in found] == ["VAT19", "30D", "MUG-B", "C0001", "S00001", "C-1", "bank/tx-2"]
    assert found[0].record == TaxRecord("VAT19", name="VAT 19 %", amount=Decimal(19), group="VAT")
    assert found[4].record == OrderRecord(
        number="S00001",
        customer="C0001",
        ordered_at=datetime(2026, 3, 14, 8, 30, tzinfo=UTC),
        state="confirmed",
        currency="EUR",
        lines=(LineRecord(sku="MUG-B", quantity=Decimal(2), unit_price=Decimal("19.90")),),
        payments=(
            PaymentRecord(
                provider="bank", reference="tx-1", method="wire", amount=Decimal("47.36"), currency="EUR", state="done"
            ),
        ),
    )
    assert found[5].record == CartRecord(
        "C-1",
        customer=CustomerRecord(email="bo@example.org"),
        stage="address",
        currency="EUR",
        lines=(LineRecord(sku="MUG-B", unit_price=Decimal("19.90")),),
    )


@pytest.mark.parametrize(
    ("line", "path", "words"),
    [
        (order(lines=[{"unit_price": "1,5"}]), "lines[0].unit_price", "'1,5' is not an amount"),
        (order(lines=[{}, {"quantity": True}]), "lines[1].quantity", "'True' is not an amount"),
        (order(lines=[{"discount": "1e3"}]), "lines[0].discount", "'1e3' is not an amount"),
        (order(lines=[{"unit_price": "1e1000000"}]), "lines[0].unit_price", "is not an amount"),
        (order(lines=[{"unit_price": "NaN"}]), "lines[0].unit_price", "is not an amount"),
        (order(lines=[{"unit_price": "12345678901234"}]), "lines[0].unit_price", "is not an amount"),
        (order(lines=[{"unit_price": "0.00001"}]), "lines[0].unit_price", "is not an amount"),
        (order(lines=[{"unit_price": "１"}]), "lines[0].unit_price", "is not an amount"),
        (order(lines=[{"unit_price": ["1"]}]), "lines[0].unit_price", "a list"),
        (order(lines={"sku": "A"}), "lines", "a list is expected, not an object"),
        (order(lines=["A"]), "lines[0]", "an object is expected, not a text"),
        (order(lines=[{"kind": "gift"}]), "lines[0].kind", "'gift' is none of: product"),
        (order(lines=[{"taxes": "VAT"}]), "lines[0].taxes", "a list of texts is expected"),
        (order(note=5), "note", "a text is expected, not a number"),
        (order(note="a\0b"), "note", "NUL"),
        (order(note="x" * 10_001), "note", "10001 characters"),
        (order(note="\ud800"), "note", "surrogate"),
        (order(currency="eur"), "currency", "is not a currency code"),
        (order(currency="ÄÖÜ"), "currency", "is not a currency code"),
        (order(state="done"), "state", "'done' is none of: sent, confirmed, cancelled"),
        (order(ordered_at="2026-03-14"), "ordered_at", "is not an instant"),
        (order(ordered_at="2026-03-14T10:00:00"), "ordered_at", "is not an instant"),
        (order(ordered_at="2026-02-30T10:00:00Z"), "ordered_at", "is not an instant"),
        (order(ordered_at="0001-01-01T00:00:00+14:00"), "ordered_at", "is not an instant"),
        (order(customer={"email": "Ann <ann@example.org>"}), "customer.email", "is not an e-mail address"),
        (order(customer={"email": "-f@example.org"}), "customer.email", "is not an e-mail address"),
        (order(customer={"email": "a@b,c@d"}), "customer.email", "is not an e-mail address"),
        (order(customer={"email": "a@b\nBcc: c@d"}), "customer.email", "is not an e-mail address"),
        (order(customer={"marketing": {"consent": 1}}), "customer.marketing.consent", "true or false is expected"),
        (order(payments=[{"provider": "bank"}]), "payments[0].reference", "the field is required"),
        ('{"kind":"order","source":"shop"}', "number", "an order needs a number, or source and external_id"),
        ('{"kind":"tax","name":"VAT"}', "code", "the field is required"),
        ('{"kind":"tax","code":"A","sequence":"1"}', "sequence", "is not a whole number"),
        ('{"kind":"tax","code":"A","sequence":true}', "sequence", "is not a whole number"),
        ('{"kind":"tax","code":"A","code":"B"}', "code", "the field is given twice"),
        ('{"kind":"order","number":"1","lines":[{"sku":"A","sku":"A"}]}', "lines[0].sku", "the field is given twice"),
        ('{"kind":"tax","code":"A","kind":"tax"}', "kind", "no such field"),
        ('{"code":"A"}', "kind", "the field is required, one of: tax, terms"),
        ('{"kind":["tax"]}', "kind", "is none of"),
        ('{"kind":"customer","code":"C","addresses":[{"kind":"home"}]}', "addresses[0].kind", "is none of"),
    ],
)
def test_a_wrong_field_is_told_with_line_and_path(tmp_path, line, path, words):
    before, item, after = items(tmp_path, '{"kind":"tax","code":"A"}', line, '{"kind":"tax","code":"B"}')

    assert (before.error, after.error) == (None, None)
    assert item.record is None
    assert item.error is not None
    assert (item.line, item.error.code, item.error.details["path"]) == (2, "import.field", path)
    assert item.error.message.startswith(f"line 2: {path}: ")
    assert words in item.error.message


def test_an_unknown_field_names_the_nearest_one(tmp_path):
    (item,) = items(tmp_path, order(lines=[{"unit_prize": "1"}]))

    assert item.reference == "S1"
    assert item.error is not None
    assert item.error.message == "line 1: lines[0].unit_prize: no such field"
    assert item.error.hint == "did you mean unit_price?"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"kind":"tax","code":"A"', "the line is cut off"),
        ('{"kind":"tax","code":"A', "the line is cut off"),
        ('{"kind":"tax" "code":"A"}', "not JSON: expecting ',' delimiter at character 15"),
        ('{"kind":"tax"} {"kind":"tax"}', "something follows the object"),
        ('{"kind":"tax","code":"A","amount":NaN}', "NaN is not a number"),
        ('{"kind":"tax","code":"A","amount":-Infinity}', "-Infinity is not a number"),
        ("[" * 100_000, "nested more than 20 levels"),
        ("9" * 5000, "digits"),
    ],
)
def test_a_line_that_is_no_object_is_told(tmp_path, line, words):
    item, after = items(tmp_path, line, '{"kind":"tax","code":"B"}')

    assert item.error is not None
    assert (item.error.code, item.reference) == ("import.syntax", "line 1")
    assert words in item.error.message
    assert after.error is None


@pytest.mark.parametrize("line", ["5", '"text"', "null", "[1]", "{}"])
def test_json_that_is_no_record_is_told(tmp_path, line):
    (item,) = items(tmp_path, line)

    assert item.error is not None
    assert item.error.code == "import.field"


def test_deep_nesting_is_refused(tmp_path):
    (item,) = items(tmp_path, order(note="\\", tags="[" * 3).replace('"[[["', "[" * 30 + "]" * 30))

    assert item.error is not None
    assert "nested more than 20 levels deep" in item.error.message


def test_a_line_of_more_than_four_megabytes_is_refused(tmp_path):
    item, after = items(tmp_path, order(note="x" * (4 * 1024 * 1024)), '{"kind":"tax","code":"B"}')

    assert item.error is not None
    assert "more than 4194304 characters" in item.error.message
    assert after.error is None


def test_numbers_blank_lines_and_null_are_welcome(tmp_path):
    found = items(
        tmp_path,
        "",
        '{"kind":"product","sku":"A","price":12.50,"name":null}\r',
        "  ",
        '{"kind": "product", "sku": "B", "price": 3, "taxes": null}',
        '{"sku":"C","kind":"product"}',
    )

    assert [item.line for item in found] == [2, 4, 5]
    assert [item.record for item in found] == [
        ProductRecord("A", price=Decimal("12.50")),
        ProductRecord("B", price=Decimal(3)),
        ProductRecord("C"),
    ]
    record = found[0].record
    assert isinstance(record, ProductRecord)
    assert str(record.price) == "12.50"


def test_control_characters_are_kept(tmp_path):
    (item,) = items(tmp_path, order(note="a\x1b[31m\tb\u202e"))

    assert isinstance(item.record, OrderRecord)
    assert item.record.note == "a\x1b[31m\tb\u202e"


def test_written_lines_leave_defaults_out_and_keep_the_order_of_fields():
    record = OrderRecord(
        number="S1",
        ordered_at=datetime(2026, 3, 14, 9, 30, tzinfo=timezone(timedelta(hours=1))),
        currency="EUR",
        lines=(LineRecord(sku="A", quantity=Decimal("1E+1"), unit_price=Decimal("9.90"), taxes=()),),
        source_totals=SourceTotals(total=Decimal("99.00")),
    )

    assert native.write(record) == (
        '{"kind":"order","number":"S1","ordered_at":"2026-03-14T08:30:00Z","currency":"EUR",'
        '"lines":[{"sku":"A","quantity":"10","unit_price":"9.90","taxes":[]}],"source_totals":{"total":"99.00"}}'
    )


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
keys = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)
money = st.decimals(-(10**12), 10**12, places=4) | st.integers(-(10**12), 10**12).map(Decimal)
instants = st.none() | st.datetimes(timezones=st.just(UTC))
currencies = st.sampled_from(["", "EUR", "JPY"])
wholes = st.integers(0, 31)
many_words = st.lists(words, max_size=3).map(tuple)
addresses = st.builds(
    AddressRecord,
    words,
    words,
    words,
    words,
    words,
    words,
    words,
    words,
    st.sampled_from(["billing", "shipping", "other"]),
)
consents = st.none() | st.builds(ConsentRecord, st.booleans(), words, instants, words)
emails = st.sampled_from(["", "ann@example.org", "jörg@exämple.org"])
customers = st.builds(
    CustomerRecord, words, words, words, emails, words, words, words, many_words, words, consents, words,
    st.lists(addresses, max_size=2).map(tuple),
)  # fmt: skip
buyers = st.none() | keys | customers
order_lines = st.builds(
    LineRecord, st.sampled_from(["product", "shipping", "discount", "tip", "section", "note"]), words, words, money, money,
    money, money, st.none() | many_words, st.sampled_from(["", "ordered", "delivered"]),
)  # fmt: skip
payments = st.builds(
    PaymentRecord, keys, keys, words, money, currencies,
    st.sampled_from(["pending", "authorized", "done", "cancelled", "failed", "refunded"]), instants, words, words, words,
)  # fmt: skip
maybe = st.none() | money
printed = st.none() | st.builds(SourceTotals, maybe, maybe, maybe, maybe, maybe, maybe, maybe, maybe, words, words)
many_lines = st.lists(order_lines, max_size=2).map(tuple)
records = st.one_of(
    st.builds(
        TaxRecord, keys, words, st.sampled_from(["percent", "fixed", "division", "group"]), money, st.booleans(),
        st.booleans(), st.booleans(), wholes, words, many_words,
    ),
    st.builds(
        TermsRecord, keys, words, words,
        st.lists(
            st.builds(
                TermsLineRecord, st.sampled_from(["percent", "fixed"]), money,
                st.sampled_from(["days", "days_after_month_end", "days_end_of_month_on"]), wholes, wholes,
            ),
            max_size=2,
        ).map(tuple),
        st.none() | st.builds(EarlyDiscountRecord, money, wholes, st.sampled_from(["included", "mixed"])),
    ),
    st.builds(
        ProductRecord, keys, words, st.sampled_from(["goods", "service"]), money, many_words,
        st.sampled_from(["ordered", "delivered"]), st.booleans(), st.none() | money,
    ),
    customers.filter(lambda customer: customer.code),
    payments,
    st.builds(
        CartRecord, keys, words, words, buyers, instants, instants,
        st.sampled_from(["cart", "address", "delivery", "payment", "failed"]), words, currencies, many_lines, printed,
    ),
    st.builds(
        OrderRecord, keys, words, words, words, buyers, instants, st.sampled_from(["sent", "confirmed", "cancelled"]),
        instants, currencies, st.none() | addresses, st.none() | addresses, words, words,
        st.sampled_from(["", "per_line", "globally"]), words, many_words, words, many_lines,
        st.lists(payments, max_size=2).map(tuple), printed, many_words,
    ),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(records, min_size=1, max_size=3))
def test_what_is_written_reads_back_the_same(tmp_path_factory, given_records):
    file = tmp_path_factory.mktemp("native") / "round.jsonl"
    file.write_text("\n".join(map(native.write, given_records)), encoding="utf-8", newline="\n")

    found = list(native.read(str(file)))

    assert [item.error for item in found] == [None] * len(given_records)
    assert [item.record for item in found] == given_records


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_files_give_items_or_a_refusal(tmp_path_factory, data):
    content = bytearray((SAMPLES / "native.jsonl").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=4))
    file = tmp_path_factory.mktemp("native") / "damaged.jsonl"
    file.write_bytes(content)

    found: list[Item] = []
    with suppress(UsageError):
        found += native.read(str(file))

    assert all((item.record is None) != (item.error is None) for item in found)
