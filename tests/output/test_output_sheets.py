"""The page of one document, and the same document for scripts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopctl.output.sheets import Page, Sheet
from shopctl.output.style import Style
from shopctl.output.text import width
from tests.output.sample import COLUMNS, ORDERS, MakeScreen

EVIL = "\x1b[2J\r\n\u202e田中\x07"


def order_sheet() -> Sheet:
    return (
        Sheet()
        .title("S00430", "Deco Addict", "confirmed · partly invoiced")
        .pairs(
            [("Ordered", "2026-08-20 18:42"), ("Terms", "30 % down payment")],
            [("Customer", "Deco Addict (C00031)"), ("Deliver to", "12 rue des Lilas, 75011 Paris, FR")],
        )
        .table(
            ["#", "Product", "SKU", "Qty", "Subtotal"],
            [[1, "Oak desk 140 cm", "DSK-140", Decimal(3), "1,497.00"], [2, "Lamp", None, Decimal(8), "392.00"]],
            "rlcrr",
        )
        .totals([("Untaxed", "1,889.00"), ("Total", "2,266.80"), ("Amount due EUR", "2,266.80")])
        .section("Documents", "newest first")
        .text("Invoice INV/2026/00030")
        .box("Outstanding credits", ["450.00 EUR is not linked", "", "  PAY/2026/0057"])
        .next([("shopctl invoice create S00430", "bill the rest"), ("shopctl orders print S00430", "the PDF")])
    )


AT_100 = """\
  S00430  Deco Addict                                              ● confirmed · partly invoiced
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Ordered   2026-08-20 18:42                  Customer    Deco Addict (C00031)
  Terms     30 % down payment                 Deliver to  12 rue des Lilas, 75011 Paris, FR

  #  PRODUCT          SKU      QTY  SUBTOTAL
  ─  ───────────────  ───────  ───  ────────
  1  Oak desk 140 cm  DSK-140    3  1,497.00
  2  Lamp             –          8    392.00
                          Untaxed   1,889.00
                            Total   2,266.80
                   Amount due EUR   2,266.80

  DOCUMENTS  newest first
  Invoice INV/2026/00030

  ┌─ OUTSTANDING CREDITS ──────────────────────────────────────────────────────────────────────┐
  │ 450.00 EUR is not linked                                                                   │
  │                                                                                            │
  │   PAY/2026/0057                                                                            │
  └────────────────────────────────────────────────────────────────────────────────────────────┘

  NEXT  shopctl invoice create S00430  bill the rest
        shopctl orders print S00430    the PDF
"""


def test_a_sheet_is_readable_when_piped_without_colour_at_width_100(screen: MakeScreen) -> None:
    shown = screen()

    shown.output.show("orders.show", COLUMNS, ORDERS[0], order_sheet())

    assert shown.out == AT_100


def test_a_sheet_has_one_column_of_facts_below_80_columns(screen: MakeScreen) -> None:
    shown = screen(columns=46)

    shown.output.show("orders.show", COLUMNS, ORDERS[0], order_sheet())

    assert shown.out.startswith(
        "\n"
        "  S00430  Deco Addict\n"
        "  ● confirmed · partly invoiced\n"
        "  ──────────────────────────────────────────\n"
        "  Ordered     2026-08-20 18:42\n"
        "  Terms       30 % down payment\n"
        "  Customer    Deco Addict (C00031)\n"
        "  Deliver to  12 rue des Lilas, 75011 Paris,\n"
        "              FR\n"
        "\n"
        "  #  PRODUCT          SKU      QTY  SUBTOTAL\n"
        "  ─  ───────────────  ───────  ───  ────────\n"
        "  1  Oak desk 140 cm  DSK-140    3  1,497.00\n"
    )


def test_facts_stand_below_their_labels_where_no_room_is_beside_them() -> None:
    sheet = Sheet().pairs([("Bank reference", "20261124-0001"), ("Text", "Order S00103")], [])

    assert sheet.render(Page(20, Style(color=False), str)) == [
        "  Bank reference",
        "    20261124-0001",
        "  Text",
        "    Order S00103",
    ]


def test_a_sheet_at_300_columns_stays_a_page(screen: MakeScreen) -> None:
    shown = screen(columns=300)

    shown.output.show("orders.show", COLUMNS, ORDERS[0], order_sheet())

    assert max(width(line) for line in shown.out.splitlines()) == 96


@pytest.mark.parametrize("columns", [20, 80, 100, 300])
def test_hostile_texts_stay_on_their_line(columns: int) -> None:
    long = "x" * 10_000
    sheet = (
        Sheet()
        .title("S1", EVIL, "not_paid")
        .pairs([(EVIL, EVIL), ("Note", long)], [("Name", EVIL)])
        .table(["Name", "Note"], [[EVIL, long]])
        .totals([(EVIL, EVIL)])
        .text(EVIL)
        .box(EVIL, [EVIL, long])
        .next([(EVIL, EVIL)])
    )

    lines = sheet.render(Page(columns, Style()))

    assert not set("".join(lines)) & {"\x1b", "\r", "\n", "\x07", "\u202e"}
    if columns >= 80:
        assert max(width(line) for line in lines) <= columns


def test_number_status_and_amount_due_are_marked_by_colour() -> None:
    sheet = Sheet().title("S1", "Zoë", "paid · overdue").totals([("Amount due EUR", "5.00")])

    lines = sheet.render(Page(40, Style(color=True)))

    assert lines[0] == "  \x1b[1mS1\x1b[0m  Zoë               \x1b[32mpaid\x1b[0m · \x1b[31moverdue\x1b[0m"
    assert lines[2].endswith("\x1b[1m5.00\x1b[0m")


def test_values_of_every_kind() -> None:
    lines = (
        Sheet()
        .pairs([("None", None), ("Yes", True), ("No", False), ("Sum", Decimal("1950.00"))])
        .render(Page(100, Style()))
    )

    assert lines == ["  None      –", "  Yes       yes", "  No        –", "  Sum       1,950.00"]


def test_show_for_scripts(screen: MakeScreen) -> None:
    fields = "number,amount_total,customer,note"
    printed = {}
    for form in ("json", "jsonl", "csv", "tsv", "plain", "ids", "count"):
        shown = screen(format=form, fields=fields)
        shown.output.show("orders.show", COLUMNS, ORDERS[0], order_sheet())
        printed[form] = shown.out

    assert printed == {
        "json": (
            '{\n  "schema": "shopctl.orders.show/1",\n  "data": {\n    "number": "S00431",\n'
            '    "amount_total": "189.00",\n    "customer": {"code": "C00044", "name": "Zoë Müller"},\n'
            '    "note": null\n  }\n}\n'
        ),
        "jsonl": (
            '{"number": "S00431", "amount_total": "189.00", "customer": {"code": "C00044", "name": "Zoë Müller"}, '
            '"note": null}\n'
        ),
        "csv": "number,amount_total,customer,note\nS00431,189.00,Zoë Müller,\n",
        "tsv": "number\tamount_total\tcustomer\tnote\nS00431\t189.00\tZoë Müller\t\n",
        "plain": "S00431\t189.00\tZoë Müller\t\n",
        "ids": "S00431\n",
        "count": "1\n",
    }


def test_long_lines_go_on_below_where_they_began() -> None:
    sheet = Sheet().text("one two three four five six", "  two three four five six seven", "    short")

    assert sheet.render(Page(24, Style())) == [
        "  one two three four",
        "  five six",
        "    two three four",
        "    five six seven",
        "      short",
    ]


def test_lines_of_a_box_that_are_too_wide_keep_their_place_at_the_left() -> None:
    sheet = Sheet().box(
        "Credits", ["  PAY/2026/0057   450.00 EUR   same order, same amount", "  PAY/2026/0058   9.00 EUR"]
    )

    assert sheet.render(Page(44, Style(color=False), str))[2:-1] == [
        "  │   PAY/2026/0057   450.00 EUR   same  │",
        "  │   order, same amount                 │",
        "  │   PAY/2026/0058   9.00 EUR           │",
    ]
