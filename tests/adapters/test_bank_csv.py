"""Read tables of banks: mappings, signs, dates, preambles, balances."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shopctl.adapters.bank import mappings
from shopctl.errors import ShopError
from tests.adapters.bank_files import read, read_text, refused, said
from tests.support.signed_in import EXAMPLES

D = Decimal
PLAIN = "columns: {date: Day, amount: Sum}\ndates: YYYY-MM-DD\n"


@pytest.fixture
def mapping(tmp_path):
    """Write a mapping and tell its path."""

    def write(text: str) -> str:
        file = tmp_path / "own.yaml"
        file.write_text(text)
        return str(file)

    return write


def amounts(statements):
    return [str(line.amount) for one in statements for line in one.movements]


def test_the_example_of_the_guide():
    (found,) = read(EXAMPLES / "bank.csv", str(EXAMPLES / "bank.yaml"))

    assert found[:4] == ("csv", "NL91ABNA0417164300", "", "EUR")
    assert found[5:9] == (date(2026, 11, 24), D("5000.00"), date(2026, 11, 24), D("16059.74"))
    assert (len(found.movements), found.total, found.difference) == (6, D("11059.74"), 0)
    assert found.movements[0].place == "line 3"
    assert (found.movements[0].name, found.movements[0].text) == ("Taller Peña S.L.", "Order S00103")


BUNQ = '"Datum","Bedrag","Rekening","Tegenrekening","Naam","Omschrijving"\n"2026-03-01","-2,56","NL1","NL2","Bo","a"\n'
KBC = (
    "Rekeningnummer;Rubrieknaam;Naam;Munt;Afschriftnummer;Datum;Omschrijving;Valuta;Bedrag;Saldo;credit;debet;"
    "rekeningnummer tegenpartij;BIC tegenpartij;Naam tegenpartij;gestructureerde mededeling;"
    "Vrije mededeling\n"
    "BE68539007547034; ;SHOP;EUR;1;02/03/2026;IN;02/03/2026;3,40;13,40;3,40; ;BE1;BIC;ANN;+++090/9337/55493+++;hi\n"
)
SPARKASSE = (
    "Auftragskonto;Buchungstag;Valutadatum;Buchungstext;Verwendungszweck;Beguenstigter/Zahlungspflichtiger;"
    "Kontonummer;BLZ;Betrag;Waehrung;Info\n"
    "1000;02.03.26;03.03.26;GUTSCHRIFT;EREF+E-1MREF+M1SVWZ+Rechnung 7;Müller;DE1;1;1.234,50;EUR;Umsatz gebucht\n"
    "1000;02.03.26;03.03.26;GUTSCHRIFT;Rechnung 8;Müller;DE1;1;-1,00;EUR;Umsatz vorgemerkt\n"
)
IRISH = "Date,Details,Debit,Credit,Balance\n01/09/2026,Ann,,428.03,100\n02/09/2026,Bill,512.0,,\n"
GENERIC = 'Date,Label,Amount,D/C,Balance\n12/15/2026,a,33.50,D,-23.50\n12/15/2026,b,"-1,533.50",C,"1,510.00"\n'


@pytest.mark.parametrize(
    ("text", "account", "told"),
    [
        (BUNQ, "NL1", [("-2.56", "Bo", "NL2", "", "a", True)]),
        (KBC, "BE68539007547034", [("3.4", "ANN", "BE1", "+++090/9337/55493+++", "hi IN", True)]),
        (SPARKASSE, "1000", [("1234.5", "Müller", "DE1", "", "Rechnung 7 GUTSCHRIFT", True),
                             ("-1", "Müller", "DE1", "", "Rechnung 8 GUTSCHRIFT", False)]),
        (IRISH, "BANKOFIRELAND", [("428.03", "", "", "", "Ann", True), ("-512", "", "", "", "Bill", True)]),
        (GENERIC, "generic", [("-33.5", "", "", "", "a", True), ("1533.5", "", "", "", "b", True)]),
    ],
)  # fmt: skip
def test_banks_are_recognised_by_their_columns(tmp_path, text, account, told):
    (found,) = read_text(tmp_path, text)

    assert (found.account.replace(" ", "").casefold(), found.format) == (account.casefold(), "csv")
    assert [
        (str(one.amount), one.name, one.iban, one.reference, one.text, one.booked) for one in found.movements
    ] == told


def test_marks_of_sepa_in_a_text_are_taken_out(tmp_path):
    first = read_text(tmp_path, SPARKASSE)[0].movements[0]

    assert (first.end_to_end, first.date, first.value_date) == ("E-1", date(2026, 3, 2), date(2026, 3, 3))


def test_code_page_1252_is_read_where_it_is_no_utf_8(tmp_path):
    assert read_text(tmp_path, SPARKASSE.encode("cp1252"))[0].movements[0].name == "Müller"


def test_each_currency_and_account_is_a_statement(tmp_path):
    text = BUNQ + '"2026-03-02","1,00","NL9","","",""\n"2026-03-03","2,00","NL1","","",""\n'

    found = read_text(tmp_path, text)

    assert [(one.account, len(one.movements)) for one in found] == [("NL1", 2), ("NL9", 1)]


@pytest.mark.parametrize(
    ("rows", "opening", "closing", "difference"),
    [
        (["2026-03-01,1,11", "2026-03-02,2,13"], "10", "13", 0),
        (["2026-03-02,2,13", "2026-03-01,1,11"], "10", "13", 0),
        (["2026-03-01,2,13", "2026-03-01,1,11"], "10", "13", 0),
        (["2026-03-01,1,11", "2026-03-02,2,14"], "10", "14", 1),
        (["2026-03-02,2,14", "2026-03-01,1,11"], "10", "14", 1),
    ],
)
def test_the_balance_beside_each_row_is_checked_in_either_order(tmp_path, mapping, rows, opening, closing, difference):
    own = mapping("columns: {date: Day, amount: Sum, balance: Saldo}\ndates: YYYY-MM-DD\n")

    (found,) = read_text(tmp_path, "\n".join(["Day,Sum,Saldo", *rows]), own)

    assert (found.opening, found.closing, found.difference) == (D(opening), D(closing), difference)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,5", "1234.5"),
        ("1 234,50", "1234.5"),
        ("1\u00a0234,50", "1234.5"),
        ("1'234'567,50", "1234567.5"),
        ("1234,5", "1234.5"),
        ("12,50-", "-12.5"),
        ("\u221212,50", "-12.5"),
        ("+12", "12"),
        ("1.234", "1234"),
    ],
)
def test_amounts_with_a_comma(tmp_path, mapping, text, value):
    own = mapping(PLAIN + 'decimal: ","\n')

    assert amounts(read_text(tmp_path, f'Day;Sum\n2026-03-01;"{text}"\n', own)) == [value]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.23", "amount: '1.23' is not an amount with ',' before the decimals"),
        ("1.2345,00", "amount: '1.2345,00' is not an amount with ',' before the decimals"),
        ("9" * 40, f"amount: '{'9' * 40}' is not an amount of at most 13 digits before and 4 after the point"),
        ("", "amount: '' is not an amount of at most 13 digits before and 4 after the point"),
        ("1,23456", "amount: '1,23456' has more than 4 decimals, which no currency has"),
        ("NaN", "amount: 'NaN' is not an amount of at most 13 digits before and 4 after the point"),
    ],
)
def test_amounts_are_never_guessed(tmp_path, mapping, text, reason):
    own = mapping(PLAIN + 'decimal: ","\n')

    assert said(refused(tmp_path, f"Day;Sum\n2026-03-01;{text}\n", own)) == ("line 2", reason)


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("DD.MM.YY", "02.03.26", date(2026, 3, 2)),
        ("DD.MM.YY", "02.03.99", date(1999, 3, 2)),
        ("DD.MM.YYYY", "2.3.2026", date(2026, 3, 2)),
        ("MM/DD/YYYY", "03/02/2026", date(2026, 3, 2)),
        ("YYYYMMDD", "20260302", date(2026, 3, 2)),
        ("YYYY-MM-DD*", "2026-03-02 12:34:56 +0000", date(2026, 3, 2)),
    ],
)
def test_dates_have_the_form_of_the_mapping(tmp_path, mapping, form, text, day):
    own = mapping(f"columns: {{date: Day, amount: Sum}}\ndates: '{form}'\n")

    assert read_text(tmp_path, f"Day,Sum\n{text},1\n", own)[0].movements[0].date == day


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-02-30,1", "date: there is no day '2026-02-30'"),
        ("02.03.2026,1", "date: '02.03.2026' is not a date in the form YYYY-MM-DD"),
        ("2026-03-01", "it has 1 columns instead of 2"),
        ("2026-03-01,'1", 'amount: "\'1" is not an amount of at most 13 digits before and 4 after the point'),
    ],
)
def test_a_row_that_cannot_be_understood_is_refused_with_its_line(tmp_path, mapping, row, reason):
    found = said(refused(tmp_path, f"Day,Sum\n2026-03-01,1\n\n{row}\n", mapping(PLAIN)))

    assert found[0] == "line 4"
    assert found[1].replace('"\'1"', "''1'") == reason.replace('"\'1"', "''1'")


def test_a_table_without_a_header_numbers_its_columns(tmp_path, mapping):
    own = mapping(
        'columns: {date: 1, amount: 3, text: [2, 4]}\ndates: DD.MM.YYYY\nheader: false\ndelimiter: "|"\ninverse: true\n'
    )

    (found,) = read_text(tmp_path, "02.03.2026|a|5|b\n", own)

    assert [(one.amount, one.text) for one in found.movements] == [(D(-5), "a b")]


def test_a_quoted_text_may_hold_line_feeds(tmp_path, mapping):
    own = mapping("columns: {date: Day, amount: Sum, text: Text}\ndates: YYYY-MM-DD\n")

    (found,) = read_text(tmp_path, 'Day,Sum,Text\r\n2026-03-01,1,"a\r\nb"\r\n2026-03-02,2,c\r\n', own)

    assert [(one.place, one.text) for one in found.movements] == [("line 2", "a b"), ("line 4", "c")]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("dates: YYYY-MM-DD\n", "line 1 of the mapping OWN: columns is not a list of names with values"),
        ("columns: {date: a}\ndates: YYYY-MM-DD\n",
         "line 1 of the mapping OWN: columns needs date, and amount or both debit and credit"),
        ("columns: {date: a, amount: b}\ndates: somehow\n",
         "line 1 of the mapping OWN: dates 'somehow' is not a form such as DD.MM.YYYY or YYYY-MM-DD"),
        ("columns: {date: a, amount: b, colour: c}\ndates: YYYY\n", "line 1 of the mapping OWN: there is no setting 'colour'"),
        ("columns: {date: a, amount: [b, c]}\ndates: YYYY-MM-DD\n", "line 1 of the mapping OWN: amount is one column"),
        ("columns: {date: a, amount: b, side: c}\ndates: YYYY-MM-DD\n",
         "line 1 of the mapping OWN: debits has to say what side says for money that went out"),
        ("columns: {date: a, amount: b}\ndates: YYYY-MM-DD\nheader: no\n",
         "line 3 of the mapping OWN: 'no' is neither true nor false"),
        ("columns: {date: a, amount: b}\ndates: YYYY-MM-DD\nheader: false\n",
         "line 1 of the mapping OWN: a table without header needs delimiter, and columns by their number from 1"),
        ("columns: {date: a, amount: b}\ndates: YYYY-MM-DD\ndecimal: x\n",
         "line 1 of the mapping OWN: decimal 'x' is neither . nor ,"),
        ("columns: {date: a, amount: b}\ndates: YYYY-MM-DD\nencoding: klingon\n",
         "line 1 of the mapping OWN: encoding 'klingon' is not known"),
        ("columns: {date: a, amount: b\n", "OWN line 2: expected ',' or '}', but got '<stream end>'"),
    ],
)  # fmt: skip
def test_a_mapping_with_a_mistake_is_refused_with_its_line(tmp_path, mapping, text, mistake):
    own = mapping(text)

    error = refused(tmp_path, "a,b\n", own)

    assert (error.code, error.message) == ("file.format", mistake.replace("OWN", own))


def test_an_unknown_mapping_is_refused_with_the_nearest_name():
    with pytest.raises(ShopError) as caught:
        mappings.find("sparkase")

    assert caught.value.code == "file.missing"
    assert caught.value.hint == "did you mean sparkasse?"


def test_columns_that_are_missing_are_named(tmp_path, mapping):
    error = refused(tmp_path, "Day,Total\n2026-03-01,1\n", mapping(PLAIN))

    assert said(error) == ("the first line", "the columns of the mapping own are missing")
    assert error.hint == "needed: Day, Sum"


def test_a_table_of_no_known_bank_is_refused(tmp_path):
    error = refused(tmp_path, "a,b\n1,2\n")

    assert "is no statement of a format that is known" in error.message
    assert "--mapping FILE" in error.hint


def test_built_in_mappings_are_sound_and_named_by_their_file():
    assert [one.name for one in sorted(mappings.built_in(), key=lambda one: one.name)] == [
        "boi", "bunq", "generic", "kbc", "monzo", "n26", "rabobank", "sparkasse",
    ]  # fmt: skip
