"""Read CAMT statements: batches, reversals, balances, and what is no statement."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shopctl.domain.bank import Movement
from tests.adapters.bank_files import SAMPLES, read, read_text, refused, said

D = Decimal
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
DAY = "<BookgDt><Dt>2026-03-02</Dt></BookgDt>"
ACCOUNT = "<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>"


def message(*parts: str, kind: str = "BkToCstmrStmt", statement: str = "Stmt", account: str = ACCOUNT) -> str:
    inside = f"<{statement}><Id>1</Id>{account}{''.join(parts)}</{statement}>"
    return f'<Document xmlns="{NAMESPACE}"><{kind}>{inside}</{kind}></Document>'


def entry(*more: str, amount: str = "10.00", currency: str = "EUR", side: str = "CRDT", day: str = DAY) -> str:
    return f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{day}{"".join(more)}</Ntry>'


def balance(code: str, amount: str, currency: str = "EUR") -> str:
    kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    return (
        f'<Bal>{kind}<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-02</Dt></Dt></Bal>'
    )


def test_a_statement_adds_up_from_its_last_balance_to_its_closing_one():
    (statement,) = read(SAMPLES / "batches.xml")

    assert statement[:4] == ("camt.053", "DE89370400440532013000", "77", "EUR")
    assert statement[5:9] == (date(2026, 3, 1), D("-100.00"), date(2026, 3, 2), D("55.50"))
    assert (statement.total, statement.difference) == (D("155.50"), 0)


def test_a_batch_that_adds_up_becomes_a_movement_for_each_of_its_details():
    first, second = read(SAMPLES / "batches.xml")[0].movements[:2]

    assert first == Movement(
        "statement 1, entry 1, detail 1", date(2026, 3, 2), D(100), "EUR", value_date=date(2026, 3, 2),
        name="Ann Smith", iban="FR1420041010050500013M02606", text="Invoice 31, thank you", bank_reference="B-1-1",
    )  # fmt: skip
    assert second == Movement(
        "statement 1, entry 1, detail 2", date(2026, 3, 2), D(50), "EUR", value_date=date(2026, 3, 2),
        name="Bob Jones", reference="RF18539007547034", end_to_end="E-2", bank_reference="B-1",
    )  # fmt: skip


def test_a_batch_that_does_not_add_up_stays_one_movement_with_a_warning():
    statement = read(SAMPLES / "batches.xml")[0]

    reason = "its transactions add up to 19 instead of 20, so it is kept as one"
    assert statement.remarks == (f"entry 2: {reason}",)
    kept = statement.movements[2]
    assert (kept.amount, kept.text, kept.remark) == (D(20), "first second", reason)


def test_reversals_charges_and_what_is_only_announced():
    *_, reversal, charge, pending = read(SAMPLES / "batches.xml")[0].movements

    assert (reversal.kind, reversal.amount, reversal.name, reversal.text) == ("reversal", D(-12), "Ann Smith", "AC04")
    assert reversal.value_date == date(2026, 2, 28)
    assert reversal.remark == "the bank counts it from a day that the calendar lacks; the last of February is kept"
    assert (charge.kind, charge.amount, charge.text) == ("fee", D("-2.50"), "Account charge")
    assert (pending.booked, pending.date, pending.amount) == (False, date(2026, 3, 3), D(9))


@pytest.mark.parametrize(
    ("kind", "statement", "name"),
    [
        ("BkToCstmrAcctRpt", "Rpt", "camt.052"),
        ("BkToCstmrStmt", "Stmt", "camt.053"),
        ("BkToCstmrDbtCdtNtfctn", "Ntfctn", "camt.054"),
    ],
)
def test_all_three_messages_are_read(tmp_path, kind, statement, name):
    (found,) = read_text(tmp_path, message(entry(), kind=kind, statement=statement))

    assert (found.format, found.total, found.opening, found.closing) == (name, D(10), None, None)


def test_several_statements_keep_their_own_entries(tmp_path):
    one, two = message(entry(amount="1")), message(entry(amount="2"), entry(amount="3"))
    text = one.replace("</BkToCstmrStmt></Document>", "") + two.partition("<BkToCstmrStmt>")[2]

    found = read_text(tmp_path, text)

    assert [[str(line.amount) for line in one.movements] for one in found] == [["1"], ["2", "3"]]
    assert found[1].movements[1].place == "statement 2, entry 2"


def test_entries_are_found_across_the_blocks_in_which_a_file_is_read(tmp_path):
    (found,) = read_text(tmp_path, message(*(entry(amount=str(number)) for number in range(1, 2001))))

    assert (len(found.movements), found.total) == (2000, D(2001000))
    assert found.movements[-1].place == "statement 1, entry 2000"


def test_a_balance_in_another_currency_is_not_compared(tmp_path):
    (found,) = read_text(tmp_path, message(balance("OPBD", "1"), balance("CLBD", "5", "SEK"), entry()))

    assert (found.opening, found.closing, found.difference) == (D(1), None, 0)
    assert found.remarks == ("balance CLBD is in SEK, the account in EUR, so it is not checked",)


def test_a_batch_that_tells_less_than_it_counts_stays_whole(tmp_path):
    details = "<NtryDtls><Btch><NbOfTxs>20</NbOfTxs></Btch><TxDtls><AddtlTxInf>one</AddtlTxInf></TxDtls></NtryDtls>"

    (found,) = read_text(tmp_path, message(entry(details)))

    assert found.remarks == ("entry 1: only 1 of its 20 transactions are told, so it is kept as one",)


def test_what_several_transactions_share_is_kept(tmp_path):
    details = "".join(
        f"<TxDtls><Refs><EndToEndId>SAME</EndToEndId></Refs><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
        for text in ("one", "two")
    )

    (found,) = read_text(tmp_path, message(entry(f"<NtryDtls>{details}</NtryDtls>")))

    kept = found.movements[0]
    assert (kept.end_to_end, kept.text) == ("SAME", "one two")
    assert kept.remark == "its 2 transactions tell no amounts, so it is kept as one"


ENTRY = "statement 1, entry 1"


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        (message(entry(amount="1" * 40)), ENTRY,
         f"Amt: '{'1' * 40}' is not an amount of at most 13 digits before and 4 after the point"),
        (message(entry(amount="1e3")), ENTRY,
         "Amt: '1e3' is not an amount of at most 13 digits before and 4 after the point"),
        (message(entry(amount="1.00001")), ENTRY, "Amt: '1.00001' has more than 4 decimals, which no currency has"),
        (message(entry(amount="1,000.00")), ENTRY,
         "Amt: '1,000.00' is not an amount of at most 13 digits before and 4 after the point"),
        (message(entry(currency="eur")), ENTRY, "Amt: 'eur' is not a currency: three capital letters, as EUR"),
        (message(entry(side="PLUS")), ENTRY, "CdtDbtInd: 'PLUS' is neither CRDT nor DBIT"),
        (message(entry(day="")), ENTRY, "BookgDt: there is no booking date"),
        (message(entry(day="<BookgDt><Dt>2026-02-30</Dt></BookgDt>")), ENTRY, "BookgDt: '2026-02-30' is not a date"),
        (message(entry("<ValDt><Dt>2026-02-31</Dt></ValDt>")), ENTRY, "ValDt: '2026-02-31' is not a date"),
        (message(entry("<Sts>DONE</Sts>")), ENTRY, "Sts: 'DONE' is no status: BOOK, PDNG, INFO or FUTR"),
        (message(entry(f"{'<a>' * 20}x{'</a>' * 20}")), ENTRY, "more than 16 elements lie in each other"),
        (message(entry(currency="USD")), "statement 1", "the account is in EUR, but there are entries in USD"),
        (message(entry(), account=""), "statement 1", "Acct: the account is not told"),
        (message(account="<Acct/>"), "statement 1", "neither the account nor an entry tells a currency"),
        (message(balance("CLBD", "x")), "statement 1",
         "Bal CLBD.Amt: 'x' is not an amount of at most 13 digits before and 4 after the point"),
        (message().replace("<Stmt>", "<Other>").replace("</Stmt>", "</Other>"), "the message",
         "there is no statement in it"),
        ('<?xml version="1.0" encoding="UF-8"?>' + message(entry()), "line 1",
         "column 1: it is not well-formed XML (unknown encoding: UF-8)"),
        ('<?xml version="1.0" encoding="UTF-7"?>' + message(entry()), "line 1",
         "column 1: it is not well-formed XML (multi-byte encodings are not supported)"),
        ("<Document>\n<BkToCstmrStmt>\n<Stmt>", "line 3", "column 7: it is not well-formed XML (no element found)"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_with_its_place(tmp_path, text, place, reason):
    assert said(refused(tmp_path, text)) == (place, reason)


BOMB = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))


@pytest.mark.parametrize("inside", [BOMB, '<!ENTITY x SYSTEM "file:///etc/passwd">', ""])
def test_document_types_and_entities_are_never_read(tmp_path, inside):
    text = f"<!DOCTYPE Document [{inside}]>{message(entry('<AddtlNtryInf>&l9;</AddtlNtryInf>'))}"

    place, reason = said(refused(tmp_path, text))

    assert (place, reason) == ("the begin", "it declares a document type or entities, which statements never do")


def test_statements_before_the_broken_one_are_handed_over(tmp_path):
    broken = message(entry(amount="x")).partition("<BkToCstmrStmt>")[2]
    text = message(entry()).replace("</BkToCstmrStmt></Document>", "") + broken

    assert said(refused(tmp_path, text))[0] == "statement 2, entry 1"


def test_a_message_in_utf_16_is_read(tmp_path):
    text = '<?xml version="1.0" encoding="UTF-16"?>' + message(entry("<AddtlNtryInf>Łódź</AddtlNtryInf>"))

    (found,) = read_text(tmp_path, text.encode("utf-16"))

    assert found.movements[0].text == "Łódź"
