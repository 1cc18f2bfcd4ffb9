"""`payment match`, `unmatched`, `assign`, `ignore` and `import --match`, as people and scripts use them."""

from __future__ import annotations

import json

import pytest

from tests.support.rows import dump
from tests.support.signed_in import EXAMPLES
from tests.support.transcript import transcript

STATEMENT = str(EXAMPLES / "bank_camt053.xml")


@pytest.fixture
def banked(stocked):
    """The shop of `examples/` with the statement that belongs to it: five lines, two of them for waiting orders."""
    assert stocked("payment", "import", "--from", STATEMENT, "-q").status == 0
    return stocked


def refused(program, *words):
    """Run what has to be refused: answers status, code and message; no row has changed."""
    before = dump()
    found = program(*words, "--json")
    assert (found.out, dump()) == ("", before)
    told = json.loads(found.err)["error"]
    return found.status, told["code"], told["message"]


def test_what_is_sure_is_listed_with_its_reasons(banked):
    before = dump()

    found = banked("payment", "match", "--fields", "line,amount,documents,score,why")

    assert found == (
        0,
        "LINE/00001\t1102.79\tS00103\t148\tnumber, exact amount, name, near date\n"
        "LINE/00002\t694.54\tS00104\t149\tnumber, exact amount, name, near date\n"
        "LINE/00004\t5000.00\tS00105\t119\tnumber, name, near date\n",
        "",
    )
    assert dump() == before


def test_all_candidates_are_told_to_scripts(banked):
    found = json.loads(banked("payment", "unmatched", "--json").out)

    assert found["schema"] == "shopctl.payment.unmatched/1"
    assert [(row["line"], row["documents"], row["doubt"]) for row in found["data"]] == [
        ("LINE/00003", None, "a fee"),
        ("LINE/00005", None, "nothing fits"),
    ]
    assert json.loads(banked("payment", "match", "--json").out)["data"][0]["candidates"] == [
        {"documents": ["S00103"], "score": 148, "reasons": ["number", "exact amount", "name", "near date"]}
    ]


def test_applying_confirms_what_waited(banked):
    found = banked("payment", "match", "--apply", "--yes", "--fields", "amount,order")

    assert (found.status, found.out) == (
        0,
        "created\tLINE/00001\t1102.79\tS00103\ncreated\tLINE/00002\t694.54\tS00104\ncreated\tLINE/00004\t5000.00\tS00105\n",
    )
    assert "LINE/00001: order S00103 is confirmed\n" in found.err
    assert found.err.endswith("2 not sure:  shopctl payment unmatched\n")
    assert banked("orders", "list", "--unpaid", "--format", "ids").out == "S00105\n"
    again = banked("payment", "match", "--apply", "--yes")
    assert (again.status, again.out) == (0, "")


def test_an_import_can_match_at_once(stocked):
    words = ("payment", "import", "--from", STATEMENT, "--match", "--yes", "--fields", "amount,order")
    before = dump()

    rehearsed = stocked(*words, "--dry-run")

    assert dump() == before
    expected = [("1102.79", "S00103"), ("694.54", "S00104"), ("5000.00", "S00105")]
    assert [tuple(row.split("\t")[2:]) for row in rehearsed.out.splitlines()] == expected
    assert [tuple(row.split("\t")[2:]) for row in stocked(*words).out.splitlines()] == expected
    assert stocked("payment", "unmatched", "--fields", "amount,doubt").out == "-12.50\ta fee\n49.00\tnothing fits\n"


def test_an_import_does_not_match_without_being_told(stocked):
    found = stocked("payment", "import", "--from", STATEMENT, "--match")

    # The statement is in; what it pays waits for a yes.
    assert (found.status, found.out) == (10, "")
    assert stocked("payment", "lines", "--count").out == "5\n"


def test_a_line_is_assigned_by_hand(banked):
    found = banked("payment", "assign", "LINE/00005", "--customer", "C00001", "--fields", "number,amount,amount_left")

    assert (found.status, found.out) == (0, "created\tLINE/00005\tPAY/2026/00006\t49.00\t49.00\n")
    told = json.loads(banked("payment", "line", "LINE/00005", "--json").out)["data"]
    assert told["state"] == "settled"


def test_a_line_pays_several_invoices(banked):
    assert (
        banked("invoice", "create", "S00105", "--type", "down-payment", "--percent", "20", "--confirm", "-q").status
        == 0
    )
    assert (
        banked("invoice", "create", "S00105", "--type", "down-payment", "--percent", "10", "--confirm", "-q").status
        == 0
    )
    words = ("payment", "assign", "LINE/00004", "INV/2026/00002", "--also", "INV/2026/00001")

    found = banked(*words, "--fields", "amount,amount_left")

    # 20 % and 10 % of 9,225.91 are 1,845.18 and 922.59, so 2,232.23 of 5,000.00 are left.
    assert (found.status, found.out) == (0, "created\tLINE/00004\t5000.00\t2232.23\n")
    assert banked("invoice", "list", "--unpaid", "--count").out == "0\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("match", "--dry-run"), (2, "usage", "without --apply nothing is written")),
        (("match", "--min-score", "x"), (2, "usage.amount", "--min-score: 'x' is not a whole number")),
        (("assign", "LINE/00001"), (2, "usage", "a line pays documents, or is a credit of a customer")),
        (
            ("assign", "LINE/00001", "S00103", "--customer", "C00001"),
            (2, "usage", "a line pays documents, or is a credit of a customer"),
        ),
        (("assign", "LINE/00099", "S00103"), (3, "bank.line_unknown", "there is no line LINE/00099 of a statement")),
        (("assign", "S00103", "LINE/00001"), (3, "bank.line_unknown", "there is no line S00103 of a statement")),
        (("assign", "LINE/00001", "S99"), (3, "invoice.unknown", "there is no order or invoice S99")),
        (
            ("assign", "LINE/00001", "S00103", "--amount", "0"),
            (6, "payment.amount", "an amount of 0.00 EUR is not possible"),
        ),
        (
            ("assign", "LINE/00001", "S00103", "--amount", "2000"),
            (6, "bank.line_unusable", "LINE/00001 has 1102.79 EUR left"),
        ),
        (("assign", "LINE/00001", "--customer", "C99"), (3, "customer.unknown", "there is no customer C99")),
        (("ignore", "LINE/00099"), (3, "bank.line_unknown", "there is no line LINE/00099 of a statement")),
    ],
)
def test_wrong_input_is_refused(banked, words, told):
    assert refused(banked, "payment", *words) == told


def test_the_tables_people_see(banked):
    banked.use({"SHOPCTL_FORCE_TTY": "80", "NO_COLOR": "1"})

    assert (
        transcript(banked, "payment match", "payment unmatched")
        == """\
$ payment match

  LINE        DATE        AMOUNT EUR  PAYER         MAY PAY  SCORE  WHY
  ──────────  ──────────  ──────────  ────────────  ───────  ─────  ────────────
  LINE/00001  2026-11-24    1,102.79  Taller Peña…  S00103     148  number, exa…
  LINE/00002  2026-11-24      694.54  ΦΩΣ ΚΑΙ ΧΩΡ…  S00104     149  number, exa…
  LINE/00004  2026-11-24    5,000.00  Taller Peña…  S00105     119  number, nam…
!
!   Do it:  shopctl payment match --apply
!   2 not sure:  shopctl payment unmatched

$ payment unmatched

  LINE        DATE        AMOUNT EUR  PAYER      MAY PAY  SCORE  WHY  DOUBT
  ──────────  ──────────  ──────────  ─────────  ───────  ─────  ───  ──────────
  LINE/00003  2026-11-24      -12.50  –          –            0  –    a fee
  LINE/00005  2026-11-24       49.00  J. Jansen  –            0  –    nothing f…
!
!   Say what it is:  shopctl payment assign LINE DOCUMENT
!   Nothing of ours:  shopctl payment ignore LINE
"""
    )
