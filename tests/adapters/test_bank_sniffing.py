"""Recognise what a file is by its content, and stand what is made to hurt."""

from __future__ import annotations

import io

import pytest

from shopctl.adapters.bank import camt, sniffing
from shopctl.adapters.sources.text import LINE_LIMIT
from shopctl.errors import ShopError
from tests.adapters.bank_files import SAMPLES, read_text, refused
from tests.support.signed_in import EXAMPLES


@pytest.mark.parametrize(
    ("file", "formats"),
    [
        (SAMPLES / "batches.xml", ["camt.053"]),
        (SAMPLES / "dialects.sta", ["mt940", "mt942"]),
        (SAMPLES / "version1.ofx", ["ofx", "ofx"]),
        (EXAMPLES / "bank_camt053.xml", ["camt.053"]),
    ],
)
def test_the_name_of_a_file_says_nothing(tmp_path, file, formats):
    assert [one.format for one in read_text(tmp_path, file.read_bytes())] == formats


def test_a_pipe_is_read_like_a_file():
    content = (SAMPLES / "dialects.sta").read_bytes()

    from_bytes = list(sniffing.read("-", io.BytesIO(content)))
    from_text = list(sniffing.read("-", io.StringIO(content.decode())))

    assert [one.format for one in from_bytes] == ["mt940", "mt942"]
    assert from_text == from_bytes


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b" \n\n ", "file.empty"),
        (b"PK\x03\x04", "file.binary"),
        (b"%PDF-1.7", "file.binary"),
        (b"\x00\x01\x02", "file.format"),
        (b"hello", "file.format"),
        (b"<html></html>", "file.format"),
        (b"<OFX>\x00", "file.binary"),
    ],
)
def test_what_is_no_statement_is_refused(tmp_path, content, code):
    assert refused(tmp_path, content).code == code


def test_a_file_that_is_not_there():
    with pytest.raises(ShopError) as caught:
        list(sniffing.read("/nowhere/at/all.xml"))

    assert caught.value.code == "file.missing"


LONG = "x" * (LINE_LIMIT + 100_000)


@pytest.mark.parametrize(
    "content",
    [
        f":20:1\n:25:1\n:60F:C260101EUR1,\n:61:260101C1,NTRF\n:86:{LONG}\n",
        f"<OFX><STMTRS><CURDEF>{LONG}",
        f'"Datum","Bedrag","Rekening","Tegenrekening","Naam","Omschrijving"\n"{LONG}',
    ],
)
def test_a_value_without_end_is_refused(tmp_path, content):
    error = refused(tmp_path, content)

    assert error.code == "file.format"
    assert "4,194,304 characters" in error.message or "field larger" in error.message


def test_a_text_longer_than_a_field_is_cut_and_said_so(tmp_path):
    text = f":20:1\n:25:1\n:60F:C260101EUR1,\n:61:260101C1,NTRF\n:86:{'word ' * 3000}\n"

    (found,) = read_text(tmp_path, text)

    assert len(found.movements[0].text) == 10_000
    assert found.movements[0].remark == "text is cut to 10,000 characters"


def test_a_mark_longer_than_an_index_takes_is_cut(tmp_path):
    text = f":20:1\n:25:{'1' * 300}\n:60F:C260101EUR1,\n:61:260101C1,NTRFNONREF//{'B' * 3000}\n"

    (found,) = read_text(tmp_path, text)

    assert (found.account, found.movements[0].bank_reference) == ("1" * 255, "B" * 255)
    assert found.movements[0].remark == "bank_reference is cut to 255 characters"


def test_elements_without_end_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(camt, "TAGS", 10_000)
    head = '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>'

    error = refused(tmp_path, head + "<a>" * 20_000)

    assert error.message.endswith(": an entry is longer than any bank writes one")
