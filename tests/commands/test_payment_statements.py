"""`payment import`, `statements`, `lines` and `line`."""

from __future__ import annotations

import json
import os

import pytest

from shopctl.commands import completing
from tests.support.rows import dump
from tests.support.signed_in import EXAMPLES
from tests.support.transcript import transcript

CAMT = EXAMPLES / "bank_camt053.xml"
TABLE = EXAMPLES / "bank.csv"
MAPPING = EXAMPLES / "bank.yaml"


@pytest.fixture
def terminal(stocked, monkeypatch):
    """Run the program on the terminal of somebody who works in the folder of the examples."""
    monkeypatch.chdir(EXAMPLES)
    stocked.use({"SHOPCTL_FORCE_TTY": "80"})
    return stocked


@pytest.fixture
def imported(stocked):
    """A shop with both statements of the examples."""
    for words in (("--from", CAMT), ("--from", TABLE, "--mapping", MAPPING)):
        assert stocked("payment", "import", *words, "-q").status == 0
    return stocked


def test_statements_on_a_terminal(terminal):
    assert (
        transcript(
            terminal,
            "payment import --from bank_camt053.xml",
            "payment import --from bank.csv --mapping bank.yaml --from bank_camt053.xml",
            "payment statements",
            "payment lines --unmatched --amount 49",
            "payment line LINE/00004",
        )
        == """\
$ payment import --from bank_camt053.xml
✓ created  STMT/00001  bank_camt053.xml  2026-229  6,833.83 EUR
  5 lines
!   NEXT  shopctl payment match
!         shopctl payment lines --unmatched

$ payment import --from bank.csv --mapping bank.yaml --from bank_camt053.xml

  REFERENCE         RESULT       STATEMENT     SUM EUR  DETAIL
  ────────────────  ───────────  ──────────  ─────────  ──────────────────────
  bank.csv          ✓ created    STMT/00002  11,059.74  6 lines, 5 told before
  bank_camt053.xml  = unchanged  STMT/00001   6,833.83
!
!   1 created   11,059.74 EUR       1 unchanged       0 failed       0 skipped
!   NEXT  shopctl payment match
!         shopctl payment lines --unmatched

$ payment statements

  STATEMENT   ACCOUNT        UNTIL         SUM EUR  MISSING EUR  LINES  REPEATED
  ──────────  ─────────────  ──────────  ─────────  ───────────  ─────  ────────
  STMT/00002  NL91ABNA0417…  2026-11-24  11,059.74         0.00      6         5
  STMT/00001  NL91ABNA0417…  2026-11-24   6,833.83         0.00      5         0
!
!   Their lines:  shopctl payment lines --statement STATEMENT
!   Left out for width: FORMAT · all: --no-truncate or --format csv

$ payment lines --unmatched --amount 49

  LINE        DATE        NAME       TEXT                AMOUNT EUR  STATE
  ──────────  ──────────  ─────────  ──────────────────  ──────────  ─────
  LINE/00005  2026-11-24  J. Jansen  lamp for my sister       49.00  open
!
!   All about one:  shopctl payment line LINE

$ payment line LINE/00004

  LINE/00004  Taller Peña S.L.                                 transfer · open
  ────────────────────────────────────────────────────────────────────────────
  Date        2026-11-24             Account    NL91ABNA0417164300
  Value date  2026-11-24             Statement  STMT/00001 line 4
  Amount EUR  5,000.00               Format     camt.053
  Fee         –                      File       bank_camt053.xml
  IBAN            ES9121000418450200051332
  Reference       –
  Text            S00105 part 1 of 2
  End to end      TP-2026-118
  Bank reference  20261124-0004
  Takes back      –
  Remark          –
  Repeats         –
  Repeated by     LINE/00009

  NEXT  shopctl payment assign LINE/00004 DOCUMENT  say what it pays
        shopctl payment ignore LINE/00004           nothing of ours
"""
    )


def test_a_broken_file_leaves_the_others_alone(terminal, tmp_path):
    broken = tmp_path / "broken.xml"
    broken.write_text(CAMT.read_text().replace("694.54", "694.54x"))

    found = terminal("payment", "import", "--from", broken, "--from", CAMT, "--format", "jsonl")

    rows = [json.loads(row) for row in found.out.splitlines()]
    assert (found.status, [row["result"] for row in rows]) == (8, ["failed", "created"])
    assert rows[0]["error"]["message"] == (
        f"statement 1, entry 2 of {broken}: Amt: '694.54x' is not an amount of at most 13 digits before and 4 after "
        "the point"
    )


def test_a_statement_with_something_missing(terminal, tmp_path):
    short = tmp_path / "short.xml"
    short.write_text(CAMT.read_text().replace('"EUR">11833.83', '"EUR">11833.84'))
    said = "opening 5000.00 EUR and lines of 6833.83 EUR do not make the closing 11833.84 EUR: 0.01 EUR are missing"
    before = dump()

    refused = terminal("payment", "import", "--from", short, "--strict")
    assert (refused.status, refused.out, dump()) == (6, "", before)
    assert refused.err == (
        f"error: short.xml (NL91ABNA0417164300): {said} [bank.statement_doubtful]\n"
        "hint:  ask the bank for the whole statement, or leave out --strict\n"
    )
    taken = terminal("payment", "import", "--from", short)
    assert taken.status == 0
    assert f"STMT/00001: {said}" in taken.out
    assert terminal("payment", "statements", "--unbalanced", "--format", "ids").out == "STMT/00001\n"


def test_a_pipe_is_read(stocked):
    found = stocked("payment", "import", "--from", "-", "--json", stdin=CAMT.read_bytes())

    assert found.status == 0
    (row,) = json.loads(found.out)["data"]
    assert (row["statement"], row["file"], row["lines"], row["notes"]) == ("STMT/00001", "-", 5, ["5 lines"])


@pytest.mark.parametrize(
    ("words", "status", "error"),
    [
        ((), 2, "which file is to be imported? [usage]"),
        (("--from", "nowhere.xml"), 3, "nowhere.xml cannot be read: no such file or directory [file.missing]"),
        (("--from", TABLE), 2, f"{TABLE} is no statement of a format that is known [file.format]"),
        (("--from", TABLE, "--mapping", "bank"), 3,
         "there is no mapping 'bank', neither built in nor a file [file.missing]"),
        (("--from", TABLE, "--mapping", "n26"), 2,
         f"the first line of {TABLE}: the columns of the mapping n26 are missing [file.format]"),
    ],
)  # fmt: skip
def test_what_cannot_be_imported_is_refused(stocked, words, status, error):
    before = dump()

    found = stocked("payment", "import", *words)

    assert (found.status, found.out) == (status, "")
    assert found.err.startswith(f"error: {error}\nhint:  ")
    assert dump() == before


def test_a_line_tells_what_it_became(imported):
    assert imported("payment", "match", "--apply", "--yes", "-q").status == 0

    found = imported("payment", "line", "LINE/00001", "--json")

    row = json.loads(found.out)["data"]
    assert (row["state"], row["settled"], row["amount_open"]) == ("settled", "1102.79", "0.00")
    (paid,) = row["payments"]
    assert (paid["amount"], paid["state"], paid["currency"]) == ("1102.79", "done", "EUR")
    assert (row["place"], row["repeated_by"]) == (1, ["LINE/00006"])


def test_a_line_that_is_not_there(stocked):
    assert stocked("payment", "line", "LINE/00009") == (
        3,
        "",
        "error: there is no line LINE/00009 [bank.line_unknown]\nhint:  shopctl payment lines\n",
    )


def test_lines_are_listed_for_scripts(imported):
    words = ("payment", "lines", "--statement", "stmt-2", "--sort", "date,_id", "--fields", "line,amount,state,repeats")

    assert imported(*words).out == (
        "LINE/00006\t1102.79\trepeated\tLINE/00001\n"
        "LINE/00007\t694.54\trepeated\tLINE/00002\n"
        "LINE/00008\t-12.50\trepeated\tLINE/00003\n"
        "LINE/00009\t5000.00\trepeated\tLINE/00004\n"
        "LINE/00010\t49.00\trepeated\tLINE/00005\n"
        "LINE/00011\t4225.91\topen\t\n"
    )


def test_addresses_are_completed(imported):
    def offered(typed):
        return completing.candidates(f"shopctl {typed}", os.environ, 30.0)

    assert offered("payment line LINE/0001") == ["LINE/00011"]
    assert offered("payment lines --statement ") == ["STMT/00001", "STMT/00002"]
