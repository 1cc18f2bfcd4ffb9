"""`tax`, `terms` and `series` on the command line."""

from __future__ import annotations

import json

import pytest

from tests.support.rows import dump


def test_taxes_are_listed(stall):
    assert stall("tax", "list") == (
        0,
        "V21\tVAT 21 %\tpercent\t21\tfalse\tfalse\ttrue\t1\t\t\nV9\tVAT 9 %\tpercent\t9\tfalse\tfalse\ttrue\t1\t\t\n",
        "",
    )
    assert stall("taxes", "list", "--format", "table", "-q").out == (
        "  TAX  NAME      TYPE     RATE  INCLUDED  SEQUENCE  GROUP\n"
        "  ───  ────────  ───────  ────  ────────  ────────  ─────\n"
        "  V21  VAT 21 %  percent  21 %  –                1  –\n"
        "  V9   VAT 9 %   percent  9 %   –                1  –\n"
    )


def test_a_shop_without_taxes_and_terms(shop):
    assert shop("tax", "list", "--format", "table") == (0, "", "There are no taxes yet.\n")
    assert shop("terms", "list", "--format", "table") == (0, "", "There are no payment terms yet.\n")


def test_tax_is_created_shown_edited_and_deleted(stocked):
    words = ("tax", "create", "ECO", "--name", "Recycling", "--type", "fixed", "--amount", "0.15", "--compounds",
             "--not-affected", "--sequence", "-1")  # fmt: skip

    assert stocked(*words) == (
        0,
        "created\tECO\tECO\tRecycling\tfixed\t0.15\tfalse\ttrue\tfalse\t-1\t\t\n",
        "",
    )
    assert stocked(*words, "--format", "jsonl").out.startswith('{"result": "unchanged"')
    assert stocked("tax", "create", "BOTH", "--type", "group", "--child", "ECO", "--child", "V21", "-q").status == 0
    shown = json.loads(stocked("tax", "show", "BOTH", "--json").out)["data"]
    assert (shown["children"], shown["products"], shown["used_by"]) == (["ECO", "V21"], [], [])
    assert shown["example"] == {
        "currency": "EUR", "amount_price": "100.00", "amount_untaxed": "100.00", "amount_total": "121.18",
        "taxes": [
            {"code": "ECO", "name": "Recycling", "amount_base": "100.00", "amount": "0.15"},
            {"code": "V21", "name": "VAT 21 %", "amount_base": "100.15", "amount": "21.03"},
        ],
    }  # fmt: skip
    assert stocked("tax", "edit", "ECO", "--not-compounds", "--affected", "--format", "jsonl").status == 0
    assert json.loads(stocked("tax", "show", "ECO", "--json").out)["data"]["compounds"] is False
    assert stocked("tax", "delete", "BOTH", "ECO", "--yes", "-q", "--format", "ids") == (0, "BOTH\nECO\n", "")


def test_page_of_a_tax(stall):
    assert (
        stall("tax", "show", "V21").out
        == """\
  V21  VAT 21 %                                                                          percent
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Rate      21 %                              In the price  –
  Group     –                                 Compounds     –
  Sequence  1                                 Affected      yes
  Products  ASM-HOME, CHR-ERG, DSK-140, LMP-ARC, SHIP-STD
  Used by   6 cart lines (first C-20815), 14 order lines (first S00101)

  A PRICE OF 100

  TAX  NAME        BASE  AMOUNT EUR
  ───  ────────  ──────  ──────────
  V21  VAT 21 %  100.00       21.00
                   Untaxed   100.00
                     Total   121.00
"""
    )


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        ("tax create V8", 2, "a tax needs --amount"),
        ("tax create V8 --amount 8.12345", 2, "amount '8.12345' has more than 4 decimals"),
        ("tax create V;8 --amount 8", 2, "one word without colon or semicolon [tax.invalid]"),
        ("tax create V8 --type rate --amount 8", 2, "--type"),
        ("tax create V8 --type percent --amount 8 --sequence 1.5", 2, "sequence '1.5' has decimals"),
        ("tax create G --type group", 2, "a group needs children"),
        ("tax create V21 --amount 8", 6, "[tax.exists]"),
        ("tax edit V21", 2, "nothing to change was given"),
        ("tax edit V404 --amount 8", 3, "there is no tax V404 [tax.unknown]"),
        (
            "tax edit V21 --amount 22",
            6,
            "tax V21 is used by 14 order lines (first S00101), so its amount cannot change",
        ),
        ("tax delete V21", 6, "14 order lines (first S00101), so it cannot be deleted [tax.in_use]"),
        ("tax show V404", 3, "there is no tax V404"),
        ("tax delete", 2, "nothing to work on"),
        ("terms create T --line 30%", 2, "the percent lines add up to 30, not to 100 [terms.invalid]"),
        ("terms create T --line soon", 2, "'soon' is not an instalment [usage.terms]"),
        ("terms create T --early-discount 2", 2, "'2' is not an early discount [usage.terms]"),
        ("terms create T --line 50% --line 50% --early-discount 2%/7d", 2, "needs a single line of 100 %"),
        ("terms create NET30 --line 100%", 6, "[terms.exists]"),
        ("terms edit NET30", 2, "nothing to change was given"),
        ("terms edit NET30 --line 100%+5d-on-32", 2, "the day 32 of a month"),
        ("terms edit T404 --name x", 3, "there are no payment terms T404 [terms.unknown]"),
        ("terms delete NET30", 6, "used by 1 customer (C00002), 2 orders (first S00103), so they cannot be deleted"),
        ("terms show T404", 3, "there are no payment terms T404"),
        ("terms preview NET30 --amount 1.005", 2, "1.005 EUR has more digits than the currency"),
        ("terms preview NET30 --currency EURO", 2, "'EURO' is not a currency code"),
        ("series audit order", 2, "the series order may have gaps"),
    ],
)
def test_refusal_changes_nothing(stall, words, status, told):
    before = dump()

    found = stall(*words.split())

    assert (found.status, found.out) == (status, "")
    assert told in found.err
    assert dump() == before


def test_dry_run_stores_nothing(stocked):
    before = dump()

    created = stocked("tax", "create", "V8", "--amount", "8", "--dry-run", "--format", "jsonl")
    changed = stocked("terms", "edit", "NET30", "--name", "x", "-n", "--format", "jsonl")

    assert json.loads(created.out)["result"] == "would_create"
    assert json.loads(changed.out)["result"] == "would_change"
    assert dump() == before


def test_repeated_call_with_a_key_answers_the_same(stocked):
    words = ("terms", "create", "SK", "--line", "100%+30d", "--early-discount", "2%/7d", "--idempotency-key", "k",
             "--format", "jsonl")  # fmt: skip

    first, second = json.loads(stocked(*words).out), json.loads(stocked(*words).out)

    assert (first.pop("result"), second.pop("result")) == ("created", "replayed")
    assert first == second
    assert first["early_discount"] == {"percent": "2", "days": 7, "mode": "excluded"}
    assert first["lines"] == [{"type": "percent", "value": "100", "delay": "days", "days": 30, "day": 0}]


def test_terms_are_created_shown_edited_and_deleted(stocked):
    create = ("terms", "create", "ADV", "--name", "30 % now", "--line", "30%", "--line", "70%+60d-on-10")

    assert stocked(*create) == (0, "created\tADV\tADV\t30 % now\t30%,70%+60d-on-10\t\t\n", "")
    assert stocked("terms", "list").out.splitlines() == [
        "ADV\t30 % now\t30%,70%+60d-on-10\t\t",
        "NET30\t30 days net\t100%+30d\t\tPayable within 30 days without deduction.",
    ]
    assert stocked("terms", "show", "ADV").out.splitlines()[2] == "  Instalments     30%, 70%+60d-on-10"
    edit = ("terms", "edit", "ADV", "--line", "100%+14d", "--early-discount", "1%/3d:mixed", "--note", "Thanks")
    assert stocked(*edit).out == "changed\tADV\tADV\t30 % now\t100%+14d\t1%/3d:mixed\tThanks\n"
    assert stocked("terms", "edit", "ADV", "--early-discount", "none", "--format", "jsonl").status == 0
    assert stocked("terms", "delete", "ADV", "-q", "--format", "ids") == (0, "ADV\n", "")


def test_preview_of_terms(stall):
    stall("terms", "create", "SK", "--line", "100%+30d", "--early-discount", "2%/7d", "-q")

    assert (
        stall("terms", "preview", "SK", "--date", "2026-08-21", "--amount", "1150").out
        == """\
  SK  invoice of 2026-08-21
  ──────────────────────────────────────────────────────────────────────────────────────────────

  #  DUE         AMOUNT EUR
  ─  ──────────  ──────────
  1  2026-09-20    1,150.00
           Total   1,150.00

  2 % off the untaxed amount, the tax staying as it is, if all is paid by 2026-08-28
"""
    )
    assert json.loads(stall("terms", "preview", "NET30", "--json").out)["data"] == {
        "code": "NET30", "date": "2026-11-24", "currency": "EUR", "amount": "1000.00",
        "installments": [{"due_date": "2026-12-24", "amount": "1000.00"}], "early_percent": None,
        "early_until": None, "early_mode": None,
    }  # fmt: skip


def test_series_are_listed(stocked):
    stocked("invoice", "create", "S00101", "--confirm", "-q")

    assert stocked("series", "list") == (
        0,
        "invoice\tINV/{year}/{seq:05d}\t2026\tINV/2026/00002\t2026-11-24\n"
        "credit_note\tRINV/{year}/{seq:05d}\t2026\tRINV/2026/00001\t\n"
        "payment\tPAY/{year}/{seq:05d}\t2026\tPAY/2026/00006\t\n"
        "order\tS{seq:05d}\t\tS00107\t\n"
        "customer\tC{seq:05d}\t\tC00007\t\n"
        "delivery\tOUT/{year}/{seq:05d}\t2026\tOUT/2026/00001\t\n"
        "cart\tC-{seq:05d}\t\tC-20819\t\n",
        "",
    )


def test_series_without_findings(stall):
    assert stall("series", "audit", "--format", "table") == (0, "", "The numbers are complete.\n")


def test_another_template_makes_every_number_foreign(stall, tmp_path):
    stall("invoice", "create", "S00101", "--confirm", "-q")
    config = tmp_path / "shop.yaml"
    config.write_text("numbering: {invoice: 'F{fy}-{seq:05d}', fiscal_year_start: 4}\n")
    config.chmod(0o600)
    stall.use({"SHOPCTL_CONFIG": str(config)})

    found = stall("series", "audit", "Invoice", "--format", "plain")

    assert found == (
        1,
        "invoice\t\tforeign\tINV/2026/00001\tF{fy}-{seq:05d}\tINV/2026/00001\t"
        "set numbering.invoice in the configuration to what this number was written by\n"
        "invoice\t2026\tcounter\tinvoice/2026\t1\t2\t\n"
        "invoice\t\tdate\tinvoice\t\t2026-11-24\t\n",
        "",
    )
