"""Read OFX of both generations."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shopctl.domain.bank import Movement
from tests.adapters.bank_files import SAMPLES, read, read_text, refused, said

D = Decimal
OFX = (SAMPLES / "version2.ofx").read_text()


def test_version_1_with_its_code_page_and_without_ends_of_elements():
    euros, dollars = read(SAMPLES / "version1.ofx")

    assert euros[:4] == ("ofx", "37040044/0532013000", "", "EUR")
    assert euros[5:9] == (None, None, date(2026, 3, 2), D("1098"))
    assert euros.movements == (
        Movement("line 14", date(2026, 3, 1), D("100.50"), "EUR", name="Café Smith & Sons", text="Order S00012",
                 bank_reference="F1"),
        Movement("line 15", date(2026, 3, 2), D("-2.50"), "EUR", kind="fee", value_date=date(2026, 3, 3), name="Bank",
                 text="check 17", bank_reference="F1"),
    )  # fmt: skip
    assert (dollars.currency, dollars.closing) == ("USD", None)
    assert [one.amount for one in dollars.movements] == [D(7)]


def test_version_2_in_utf_8():
    (card,) = read(SAMPLES / "version2.ofx")

    assert card[:4] == ("ofx", "GB82WEST12345698765432", "", "GBP")
    assert card.movements == (
        Movement("line 8", date(2026, 1, 31), D("-1234.5"), "GBP", name="Łukasz", iban="GB33BUKB20201555555555",
                 bank_reference="X-9"),
    )  # fmt: skip


def test_a_file_without_a_line_feed_is_read_block_by_block(tmp_path):
    head, tail = OFX.replace("\n", "").split("</STMTTRN>")
    before, one = head.split("<STMTTRN>")

    (found,) = read_text(tmp_path, before + f"<STMTTRN>{one}</STMTTRN>" * 3000 + tail)

    assert (len(found.movements), found.total) == (3000, D("-3703500"))


@pytest.mark.parametrize(
    ("old", "new", "place", "reason"),
    [
        ("-1234.50", "-1,234.50", "line 8",
         "TRNAMT: '-1,234.50' is not an amount of at most 13 digits before and 4 after the point"),
        ("20260131", "20260230", "line 8",
         "'20260230' is not a date, as in 20260131 or 20260131120000[-5:EST]"),
        ("<TRNAMT>-1234.50</TRNAMT>", "", "line 8", "TRNAMT: it is missing"),
        ("GBP", "pounds", "line 8", "'pounds' is not a currency: three capital letters, as EUR"),
        ("<ACCTID>GB82WEST12345698765432</ACCTID>", "", "line 14", "ACCTID: the account is missing"),
        ("</CCSTMTRS>", "", "the end", "the statement is cut off"),
        ("<OFX>", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><OFX>', "line 1",
         "it declares a document type or entities, which statements never do"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_with_its_line(tmp_path, old, new, place, reason):
    assert said(refused(tmp_path, OFX.replace(old, new))) == (place, reason)


def test_a_file_without_a_statement_is_refused(tmp_path):
    assert said(refused(tmp_path, "<OFX></OFX>")) == ("the file", "there is no statement in it")


def test_entities_are_only_signs(tmp_path):
    (found,) = read_text(tmp_path, OFX.replace("Łukasz", "&lt;b&gt; &#65;&amp;#66; &#0; &unknown;"))

    assert found.movements[0].name == "<b> A&#66; &unknown;"
