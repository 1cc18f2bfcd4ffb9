"""Show any document by its number, and find documents of every kind by a text."""

from __future__ import annotations

import json

import pytest

from tests.support.rows import dump
from tests.support.transcript import transcript


def test_searching(stocked):
    assert (
        transcript(
            stocked,
            "search müller --format table",
            "search 'oak desk' --in order,products --format table",
            "search S00105 --in orders",
            "search Żółt --in orders --format ids",
        )
        == SEARCHED
    )


def test_a_hit_is_shown_on_its_day_in_the_zone_of_the_shop(stocked):
    auckland = stocked("search", "S00105", "--in", "orders", "--format", "table", "--tz", "Pacific/Auckland")

    assert "S00105  2026-11-22  Taller Peña S.L." in auckland.out  # ordered on 21 November at 14:20 UTC


SEARCHED = """\
$ search müller --format table
  ORDERS  1

  NUMBER  DATE        NAME             TOTAL  STATUS
  ──────  ──────────  ──────────  ──────────  ─────────
  S00102  2026-11-17  Zoë Müller  162.89 EUR  confirmed

  PAYMENTS  1

  NUMBER          DATE        NAME             TOTAL  STATUS
  ──────────────  ──────────  ──────────  ──────────  ──────
  PAY/2026/00002  2026-11-17  Zoë Müller  162.89 EUR  done

  CUSTOMERS  1

  NUMBER  DATE        NAME        TOTAL  STATUS
  ──────  ──────────  ──────────  ─────  ──────
  C00003  2026-11-24  Zoë Müller      –  –

  NEXT  shopctl show S00102  all about it

$ search 'oak desk' --in order,products --format table
  ORDERS  3

  NUMBER  DATE        NAME                     TOTAL  STATUS
  ──────  ──────────  ────────────────  ────────────  ─────────
  S00105  2026-11-21  Taller Peña S.L.  9,225.91 EUR  confirmed
  S00104  2026-11-20  Φως και Χώρος       694.54 EUR  sent
  S00101  2026-11-16  Anna de Vries       621.94 EUR  confirmed

  PRODUCTS  1

  NUMBER   DATE  NAME              TOTAL  STATUS
  ───────  ────  ────────────────  ─────  ──────
  DSK-140  –     Oak desk, 140 cm      –  –

  NEXT  shopctl show S00105  all about it

$ search S00105 --in orders
S00105\torders\t2026-11-21T14:20:00Z\tTaller Peña S.L.\t9225.91\tEUR\tconfirmed

$ search Żółt --in orders --format ids
S00106
"""


@pytest.mark.parametrize("text", ["430", "müller", "MÜLLER zoe", "zoe@", "DSK-140", "株式", "PAY/2026/00001", "Φως"])
def test_search_answers_json(stall, text):
    run = stall("search", text, "--json")

    document = json.loads(run.out)
    assert (run.status, document["schema"]) == (0, "shopctl.search/1")
    assert set(document["page"]) == {"returned", "total", "limit", "has_more", "next"}


def test_search_is_honest_about_what_it_leaves_out(stall):
    run = stall("search", "oak", "--in", "orders", "--limit", "2", "--format", "table")

    assert "  ORDERS  2 of 3\n" in run.out
    assert "shopctl search oak --in orders --limit 0  all orders\n" in run.out
    cut = json.loads(stall("search", "oak", "--in", "orders", "--limit", "2", "--json").out)["page"]
    assert (cut["returned"], cut["total"], cut["has_more"]) == (2, 3, True)


def test_search_that_finds_nothing(stall):
    found = stall("search", "nobody-has-this")
    failing = stall("search", "nobody-has-this", "--fail-on-empty")

    assert found == (0, "", "Nothing is found by 'nobody-has-this'.\n")
    assert failing.status == 9


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--", "-!-"), "error: a search needs at least one letter or digit [usage.search]\n"),
        (
            (" ".join(f"w{place:02d}" for place in range(20)),),
            "error: a search takes at most 16 words [usage.search]\n",
        ),
        (("x", "--in", "orders,cats"), "error: --in: there are no documents of the kind 'cats' [usage]\n"),
        (("x", "--limit", "many"), "error: --limit: 'many' is not a whole number [usage.amount]\n"),
    ],
)
def test_search_refuses(stall, words, told):
    run = stall("search", *words)

    assert (run.status, run.out) == (2, "")
    assert run.err.startswith(told)


@pytest.mark.parametrize("width", ["20", "80", "300"])
def test_search_fits_the_terminal(stall, width):
    stall.use({"SHOPCTL_FORCE_TTY": width})

    run = stall("search", "a")

    assert run.status == 0
    assert max(map(len, run.out.splitlines())) <= max(int(width), 80)


def test_show_tells_what_the_noun_tells(stocked):
    for number, noun in (("S00101", "orders"), ("pay-2026-00001", "payment"), ("C00001", "customers")):
        assert stocked("show", number) == stocked(noun, "show", number)
    stocked("invoice", "create", "S00101", "--confirm")
    stocked("invoice", "create", "S00102")
    stocked("orders", "deliver", "S00105")
    for number, noun in (("INV-2026-00001", "invoice"), ("draft/2", "invoice"), ("OUT/2026/00001", "delivery")):
        assert stocked("show", number) == stocked(noun, "show", number)


def test_show_takes_documents_of_several_kinds(stall):
    both = stall("show", "S00101", "S00102", "C00001")

    assert both.status == 0
    assert both.out == f"{stall('orders', 'show', 'S00101', 'S00102').out}\n{stall('customers', 'show', 'C00001').out}"
    assert stall("show", "S00101", "S00102", "--json") == stall("orders", "show", "S00101", "S00102", "--json")


def test_show_refuses(stall):
    before = dump()

    unknown = stall("show", "S0010")
    mixed = stall("show", "S00101", "C00001", "--json")

    assert unknown == (3, "", "error: nothing has the number S0010 [number.unknown]\nhint:  shopctl search S0010\n")
    assert (mixed.status, mixed.out, json.loads(mixed.err)["error"]["code"]) == (2, "", "usage")
    assert dump() == before


def test_show_names_the_candidates_of_a_number(stall):
    stall("import", "data", "-", "-q", stdin='{"kind":"customer","code":"S00101","name":"Odd"}\n')

    run = stall("show", "S00101")

    assert (run.status, run.out) == (2, "")
    assert run.err == (
        "error: S00101 is the number of 2 documents [number.ambiguous]\n"
        "       orders\n"
        "       customers\n"
        "hint:  shopctl orders show S00101 or shopctl customers show S00101\n"
    )


def test_show_knows_lines_of_statements(stall, tmp_path):
    table = tmp_path / "account.csv"
    table.write_text("Date,Label,Amount,Partner Name,Bank Account\n11/24/2026,lamp,49.00,J. Jansen,\n")
    stall("payment", "import", "--from", str(table), "-q")

    shown = stall("show", "line-00001", "--json")

    assert shown.status == 0
    assert shown == stall("payment", "line", "LINE/00001", "--json")
    assert stall("show", "LINE/00002").status == 3
