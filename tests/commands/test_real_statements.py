"""Real statements of banks come in with the sums that they tell, on both databases, and only once."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "shared" / "data"
ORACLE = json.loads((DATA / "ORACLE.json").read_text()) if DATA.exists() else {}
BROKEN = "camt/camt053.v2.wrong.xml"
CAMT = [name for name in ORACLE if name.startswith("camt/") and name != BROKEN]
SWIFT = [name for name in ORACLE if name.startswith("mt940/")]
D = Decimal

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the samples of ../shared/data are not on this machine")


def answer(run, status=0):
    """Read the answer of a command that went well."""
    assert (run.status, run.err) == (status, "")
    return json.loads(run.out)["data"]


def imported(unstocked, *names):
    words = [word for name in names for word in ("--from", DATA / name)]
    return answer(unstocked("payment", "import", *words, "--json"))


def lines(unstocked):
    return answer(unstocked("payment", "lines", "--limit", "0", "--json"))


def sums(rows):
    """Add up what came in and what went out."""
    amounts = [Decimal(row["amount"]) for row in rows]
    return sum((one for one in amounts if one > 0), D(0)), -sum((one for one in amounts if one < 0), D(0))


@pytest.mark.parametrize("name", CAMT)
def test_camt_has_the_control_totals(unstocked, name):
    expected = ORACLE[name]

    found = imported(unstocked, name)

    assert len(found) == expected["statements"]
    assert sums(lines(unstocked)) == (D(expected["credit"]), D(expected["debit"]))
    balances = expected["balances"]
    assert [D(row["opening"]) for row in found if row["opening"]] == [D(one) for one in balances.get("OPBD", ())]
    told = [D(row["closing"]) for row in found if row["closing"]]
    assert told == [D(one) for one in balances.get("CLBD", ()) if D(one) > 0]


def test_a_batch_is_taken_apart_where_its_details_add_up(unstocked):
    (found,) = imported(unstocked, "camt/oca-test-camt053.xml")

    # Three entries; the second one, a reversal of 664.05, has details of 564.05 and 100.00.
    assert (found["lines"], found["difference"]) == (4, "-434.16")
    reversals = [row["amount"] for row in lines(unstocked) if row["kind"] == "reversal"]
    assert sorted(reversals) == ["-100.00", "-564.05"]


def test_a_message_without_a_statement_is_refused(unstocked):
    run = unstocked("payment", "import", "--from", DATA / BROKEN)

    assert (run.status, run.out) == (2, "")
    assert run.err.startswith(f"error: the message of {DATA / BROKEN}: there is no statement in it [file.format]")


@pytest.mark.parametrize("name", SWIFT)
def test_mt940_has_the_control_totals(unstocked, name):
    expected = ORACLE[name]

    found = imported(unstocked, name)

    kinds = Counter(
        "without_both_balances" if row["opening"] is None or row["closing"] is None
        else "balanced" if D(row["difference"]) == 0 else "unbalanced"
        for row in found
    )  # fmt: skip
    assert len(found) == expected["statements"]
    assert sum(row["lines"] for row in found) == len(lines(unstocked)) == expected["transactions"]
    assert {name: kinds[name] for name in ("balanced", "unbalanced", "without_both_balances")} == {
        name: expected[f"statements_{name}"] for name in ("balanced", "unbalanced", "without_both_balances")
    }


def test_30_february_is_kept_with_a_remark(unstocked):
    imported(unstocked, "mt940/self-provided_february_30.sta")

    (row,) = lines(unstocked)
    assert (row["date"], row["value_date"], row["amount"]) == ("2016-03-01", "2016-02-29", "-6.00")
    assert row["remark"] == "the bank counts it from a day that the calendar lacks; the last of February is kept"


TABLES = {
    "ofx/beancount_checking2.ofx": [("123456789", "USD", 13, "-388.64")],
    "ofx/las_checking.ofx": [("5472369148/1452687~7", "USD", 3, "-59.50")],
    "ofx/oca_test_ofx_iban.ofx": [("30001/12345678901", "USD", 4, "-360.00"), ("123412341234", "USD", 0, "0.00")],
    "ofx/ofxtools_stmtrs.ofx": [("121099999/999988", "USD", 2, "-500.00")],
    "ofx/tryton_OFX.ofx": [("12345/01234567890", "EUR", 1, "100.00")],
    "bank-csv/20171001-20171106.csv": [("N26", "EUR", 1, "-59.99")],
    "bank-csv/2018-04-14_10-52-13_bunq-transactieoverzicht.csv": [("NL47BUNQ2025181418", "EUR", 3, "728.54")],
    "bank-csv/20180226-1000594757-umsatz.CSV": [("1000594757", "EUR", 1, "-36.99")],
    "bank-csv/CSV_A_20180414_112204.csv": [("NL77RABO0311467415", "EUR", 3, "-1037.49")],
    "bank-csv/MonzoDataExport_February2018_2018-02-26_174335.csv": [("Monzo", "GBP", 1, "-10.00")],
    "bank-csv/export_BE11123456789012_20180304_1422.csv": [("BE11123456789012", "EUR", 1, "-3.40")],
    "bank-csv/oca_balance.csv": [("generic", "EUR", 2, "1500.00")],
    "bank-csv/oca_debit_credit.csv": [("generic", "EUR", 2, "1500.00")],
    "bank-csv/oca_multi_currency.csv": [("generic", "USD", 1, "-33.50"), ("generic", "EUR", 1, "1525.00")],
    "bank-csv/oca_sample_statement_en.csv": [("generic", "USD", 1, "-33.50"), ("generic", "EUR", 1, "1525.00")],
    "bank-csv/test_BOI_TransactionExport.csv": [("Bank of Ireland", "EUR", 27, "-419.61")],
}
"""Account, currency, rows and their sum, counted in the files with awk."""


@pytest.mark.parametrize("name", TABLES)
def test_ofx_and_tables_have_their_rows_and_sums(unstocked, name):
    found = imported(unstocked, name)

    assert [(row["account"], row["currency"], row["lines"], row["amount_total"]) for row in found] == TABLES[name]


def test_every_sample_is_listed_here():
    files = {f"{path.parent.name}/{path.name}" for folder in ("ofx", "bank-csv") for path in (DATA / folder).iterdir()}

    assert files == set(TABLES)


def test_all_samples_come_in_only_once_and_the_books_stay_sound(unstocked):
    names = [*CAMT, *SWIFT, *TABLES]

    first = Counter(row["result"] for row in imported(unstocked, *names))
    before = lines(unstocked)
    again = Counter(row["result"] for row in imported(unstocked, *reversed(names)))

    # Two of the tables are the same statement written in two ways.
    assert (first, again) == ({"created": 40, "unchanged": 1}, {"unchanged": 41})
    assert lines(unstocked) == before
    assert unstocked("db", "check", "-q").status == 0
