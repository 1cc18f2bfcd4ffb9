"""Read MT940 and MT942: envelopes, dialects of tag 86, reversals, dates without year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.adapters.bank.mt940_fields import take_apart
from shopctl.domain.bank import Movement
from tests.adapters.bank_files import SAMPLES, read, read_text, refused, said

D = Decimal
MOVED = "the bank counts it from a day that the calendar lacks; the last of February is kept"


def statement(*lines: str) -> str:
    head = (":20:1", ":25:1234567", ":28C:1", ":60F:C260101EUR10,00")
    return "\r\n".join([*head, *lines, ":62F:C260131EUR10,00", "-", ""])


def movement(tmp_path, *lines: str) -> Movement:
    return read_text(tmp_path, statement(*lines))[0].movements[0]


def test_statements_between_the_blocks_of_swift():
    first, second = read(SAMPLES / "dialects.sta")

    assert first[:4] == ("mt940", "37040044/0532013000", "00012/001", "EUR")
    assert first[5:9] == (date(2025, 12, 30), D(1000), date(2026, 3, 2), D(1000))
    assert (first.total, first.difference, first.remarks) == (D(0), 0, ())
    assert second[:4] == ("mt942", "DE89370400440532013000", "1", "EUR")
    assert second[5:9] == (None, None, None, None)


def test_the_dialects_of_the_information_field():
    german, dutch, coded, plain = read(SAMPLES / "dialects.sta")[0].movements

    assert german == Movement(
        "line 6", date(2025, 12, 31), D(100), "EUR", value_date=date(2026, 1, 2), name="ANN SMITH",
        iban="DE89370400440532013000", text="Invoice INV/2026/00031 of March SEPA-GUTSCHRIFT", end_to_end="E-77",
        bank_reference="4711",
    )  # fmt: skip
    assert dutch == Movement(
        "line 9", date(2026, 1, 2), D("-40.5"), "EUR", kind="reversal", value_date=date(2026, 1, 2), name="J. Jansen",
        iban="NL32INGB0000012345", text="Order S00012 /OCMT/EUR40,5/", end_to_end="E-78", bank_reference="4712",
    )  # fmt: skip
    assert coded == Movement(
        "line 13", date(2026, 1, 2), D(5), "EUR", kind="reversal", value_date=date(2026, 1, 2), name="J. Jansen",
        iban="NL32INGB0000012345", reference="RF18539007547034", text="SEPA X-1",
    )  # fmt: skip
    assert plain.text == "plain words that fill the line to its very end of sixty-five signs and go on here"


def test_30_february_is_a_value_date_only():
    plain = read(SAMPLES / "dialects.sta")[0].movements[3]

    assert (plain.date, plain.value_date, plain.remark) == (date(2026, 3, 1), date(2026, 2, 28), MOVED)


def test_an_interim_report_is_compared_with_its_own_sums(tmp_path):
    whole = (SAMPLES / "dialects.sta").read_text()
    wrong = whole.replace(":90D:1EUR3,00", ":90D:2EUR4,00")

    (found,) = read_text(tmp_path, wrong)[1:]

    assert found.remarks == ("2 debits of 4 are announced, 1 of 3 are told",)
    assert [(one.amount, one.booked, one.text) for one in found.movements] == [(D(-3), False, "a text - MND-7")]


@pytest.mark.parametrize(
    ("written", "amount", "kind", "booked"),
    [
        ("C1,5", "1.5", "transfer", True),
        ("D1,5", "-1.5", "transfer", True),
        ("CR1,5", "1.5", "transfer", True),
        ("DR1,", "-1", "transfer", True),
        ("RC1,5", "-1.5", "reversal", True),
        ("RD1,5", "1.5", "reversal", True),
        ("RCR1,5", "-1.5", "reversal", True),
        ("EC1,5", "1.5", "transfer", False),
        ("ED1.50", "-1.5", "transfer", False),
        ("C0,00", "0", "transfer", True),
    ],
)
def test_the_side_of_a_line(tmp_path, written, amount, kind, booked):
    found = movement(tmp_path, f":61:260105{written}NTRFNONREF")

    assert (found.amount, found.kind, found.booked) == (D(amount), kind, booked)


@pytest.mark.parametrize(
    ("written", "booked_on", "value_date"),
    [
        ("2601050106", date(2026, 1, 6), date(2026, 1, 5)),
        ("2601021231", date(2025, 12, 31), date(2026, 1, 2)),
        ("2512310102", date(2026, 1, 2), date(2025, 12, 31)),
        ("240229", date(2024, 2, 29), date(2024, 2, 29)),
        ("240230", date(2024, 2, 29), date(2024, 2, 29)),
        ("260229", date(2026, 2, 28), date(2026, 2, 28)),
        ("991231", date(1999, 12, 31), date(1999, 12, 31)),
    ],
)
def test_the_days_of_a_line(tmp_path, written, booked_on, value_date):
    found = movement(tmp_path, f":61:{written}C1,NTRFNONREF")

    assert (found.date, found.value_date) == (booked_on, value_date)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (":61:260105C1,NTRF", None),
        (":61:260132C1,NTRF", "line 5: there is no day 2026-01-32"),
        (":61:260231C1,NTRF", "line 5: there is no day 2026-02-31"),
        (":61:2601050230C1,NTRF", "line 5: there is no day 02-30, the booking date"),
        (":61:260105X1,NTRF", "line 5: '260105X1,NTRF' is not a line of a statement, as in 2601310131C100,00NTRFNONREF//123"),
        (":61:260105C" + "9" * 40 + ",NTRF",
         f"line 5: '{'9' * 40}...' is not an amount of at most 13 digits before and 4 after the point"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_understood_is_refused(tmp_path, line, reason):
    if reason is None:
        assert movement(tmp_path, line).amount == 1
    else:
        assert said(refused(tmp_path, statement(line))) == ("the statement from line 1", f":61:: {reason}")


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        (statement().replace("C260101EUR10,00", "C260230EUR10,00"), "line 4", "there is no day 2026-02-30"),
        (statement().replace("C260101EUR10,00", "10,00"), "line 4",
         ":60F:: '10,00' is not a balance, as in C260131EUR100,00"),
        (statement().replace("C260131EUR", "C260131USD"), "the statement from line 1", ":60F:: there are 2 currencies"),
        (statement().replace(":25:1234567\r\n", ""), "the statement from line 1", ":25:: the account is missing"),
        (":20:1\n:25:7\n:28C:1\n:61:260101C1,NTRF\n", "the statement from line 1",
         ":60F:: no field tells the currency"),
    ],
)  # fmt: skip
def test_a_statement_that_cannot_be_understood_is_refused(tmp_path, text, place, reason):
    assert said(refused(tmp_path, text)) == (place, reason)


def test_a_statement_cut_off_has_no_closing_balance(tmp_path):
    (found,) = read_text(tmp_path, statement(":61:260105C1,NTRF").partition(":62F:")[0])

    assert (found.closing, found.total) == (None, D(1))


def test_text_that_is_no_utf_8_is_windows_1252(tmp_path):
    content = statement(":61:260105C1,NTRFNONREF", ":86:Müller €").encode("cp1252")

    assert read_text(tmp_path, content)[0].movements[0].text == "Müller €"


def test_bytes_of_no_encoding_are_refused_with_their_line(tmp_path):
    error = refused(tmp_path, statement(":61:260105C1,NTRFNONREF", ":86:a").encode() + b"\x81\n")

    assert error.code == "file.encoding"
    assert "line 9 of" in error.message


@pytest.mark.parametrize(
    ("lines", "text", "name", "end_to_end"),
    [
        (["008?00DAUERAUFTRAG?20Rent?21November?32MUELLER"], "Rent November DAUERAUFTRAG", "MUELLER", ""),
        (["166>20SVWZ+words>30X>32ANN"], "words", "ANN", ""),
        (["166?20EREF+NOTPROVIDED?21SVWZ+a"], "a", "", ""),
        (["EREF+E-1 SVWZ+Order 7"], "Order 7", "", "E-1"),
        (["a+b = c"], "a+b = c", "", ""),
        (["/REMI/USTD//Order 7/EREF/E-1"], "Order 7", "", "E-1"),
        (["/not/a/code"], "/not/a/code", "", ""),
        ([""], "", "", ""),
    ],
)
def test_parts_of_the_information_field(lines, text, name, end_to_end):
    found = take_apart(lines)

    assert (found.text, found.name, found.end_to_end) == (text, name, end_to_end)


@given(st.lists(st.text("?/+0123456789:EREFSVWZ \t>é", max_size=80), max_size=5))
def test_no_information_field_is_too_odd(lines):
    take_apart(lines)
