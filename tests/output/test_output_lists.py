"""Lists in every format, at several widths, with hostile names."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from shopctl.errors import ExitStatus, UsageError
from shopctl.output.columns import Column, Kind
from shopctl.output.text import width
from tests.output.sample import COLUMNS, ORDERS, MakeScreen, Order, hostile

FORMULA = '=HYPERLINK("http://evil.example","click")'
HOSTILE = [
    "\x1b[2K\x1b[1A paid", "\x07", "a\rb", "a\nb\tc", "\u202egnp.exe", "株式会社" * 3, "e\u0301" * 5,
    "👨\u200d👩\u200d👧", "x" * 10_000, FORMULA, "lone \udcff", '"quoted", and more', "\\", "",
]  # fmt: skip


def test_table_at_100_columns(screen: MakeScreen) -> None:
    shown = screen(columns=100)

    rows = shown.output.list("orders.list", COLUMNS, ORDERS, footer=["3 orders wait · 1,305.50 EUR"])

    assert rows == 3
    assert shown.out == (
        "\n"
        "  ORDER   DATE        CUSTOMER          TOTAL EUR  STATUS\n"
        "  ──────  ──────────  ────────────────  ─────────  ───────────\n"
        "  S00431  2026-08-21  Zoë Müller           189.00  ● confirmed\n"
        "  S00429  2026-08-20  株式会社田中商店   1,204.50  ○ draft\n"
        "  S00425  2026-08-18  –                    -88.00  × cancelled\n"
    )
    assert shown.err == "\n  3 orders wait · 1,305.50 EUR\n"


def test_wide_table_at_300_columns(screen: MakeScreen) -> None:
    shown = screen(columns=300, wide=True, tz="Europe/Paris")

    shown.output.list("orders.list", COLUMNS, ORDERS[:2])

    assert shown.out == (
        "\n"
        "  ORDER   DATE        CONFIRMED         CUSTOMER          TOTAL EUR  STATUS       LATE  TAGS      NOTE\n"
        "  ──────  ──────────  ────────────────  ────────────────  ─────────  ───────────  ────  ────────  "
        "─────────────────────\n"
        "  S00431  2026-08-21  2026-08-21 11:14  Zoë Müller           189.00  ● confirmed  –     –         –\n"
        "  S00429  2026-08-20  –                 株式会社田中商店   1,204.50  ○ draft      yes   vip, b2b  "
        "ring twice\\nback door\n"
    )


def test_long_texts_are_cut_before_anything_is_left_out(screen: MakeScreen) -> None:
    shown = screen(columns=60)
    long = replace(ORDERS[0], customer={"name": "Gemini Furniture of the Lower Something"})

    shown.output.list("orders.list", COLUMNS, [long])

    assert shown.out == (
        "\n"
        "  ORDER   DATE        CUSTOMER        TOTAL EUR  STATUS\n"
        "  ──────  ──────────  ──────────────  ─────────  ───────────\n"
        "  S00431  2026-08-21  Gemini Furnit…     189.00  ● confirmed\n"
    )
    assert shown.err == ""


def test_columns_are_left_out_last_and_it_is_said(screen: MakeScreen) -> None:
    shown = screen(columns=20)

    shown.output.list("orders.list", COLUMNS, ORDERS[:1])

    assert shown.out == ("\n  ORDER   TOTAL EUR\n  ──────  ─────────\n  S00431     189.00\n")
    assert shown.err == "\n  Left out for width: DATE, CUSTOMER, STATUS · all: --no-truncate or --format csv\n"


@pytest.mark.parametrize(
    ("columns", "headings"),
    [
        (60, ["ORDER", "DATE", "CUSTOMER", "TOTAL EUR", "STATUS"]),
        (50, ["ORDER", "CUSTOMER", "TOTAL EUR", "STATUS"]),
        (40, ["ORDER", "TOTAL EUR", "STATUS"]),
        (30, ["ORDER", "TOTAL EUR"]),
    ],
)
def test_the_state_is_left_out_last(screen: MakeScreen, columns: int, headings: list[str]) -> None:
    shown = screen(columns=columns)

    shown.output.list("orders.list", COLUMNS, ORDERS[:1])

    assert re.split("  +", shown.out.splitlines()[1].strip()) == headings


def test_further_texts_and_states_go_before_the_first_ones(screen: MakeScreen) -> None:
    columns = [replace(one, shown="always") if one.name in ("tags", "note") else one for one in COLUMNS]
    columns.append(Column("payment_status", "PAYMENT", Kind.STATUS, "Payment", lambda _: "not_paid"))
    shown = screen(columns=60)

    shown.output.list("orders.list", columns, ORDERS[:1])

    assert shown.err == "\n  Left out for width: TAGS, NOTE, PAYMENT · all: --no-truncate or --format csv\n"


def test_a_column_that_can_be_spared_goes_first(screen: MakeScreen) -> None:
    columns = [replace(one, spare=one.name == "customer") for one in COLUMNS]
    shown = screen(columns=50)

    shown.output.list("orders.list", columns, ORDERS[:1])

    assert shown.err == "\n  Left out for width: CUSTOMER · all: --no-truncate or --format csv\n"


def test_no_truncate_shows_everything(screen: MakeScreen) -> None:
    shown = screen(columns=20, truncate=False)

    shown.output.list("orders.list", COLUMNS, ORDERS[:1])

    assert "  S00431  2026-08-21  Zoë Müller     189.00  ● confirmed\n" in shown.out


@pytest.mark.parametrize("columns", [80, 100, 300])
def test_hostile_texts_keep_the_table_in_shape(screen: MakeScreen, columns: int) -> None:
    shown = screen(columns=columns, fields="number,note,amount_total")

    shown.output.list("orders.list", COLUMNS, [hostile(text) for text in HOSTILE])

    lines = shown.out.splitlines()
    assert len(lines) == 1 + 2 + len(HOSTILE)
    assert {width(line) for line in lines[1:]} == {max(width(line) for line in lines)}
    assert max(width(line) for line in lines) == columns
    assert r"\x1b[2K\x1b[1A paid" in shown.out
    assert "\x1b" not in shown.out


def test_a_currency_column_appears_when_currencies_differ(screen: MakeScreen) -> None:
    shown = screen(columns=100, fields="number,amount_total,state")

    shown.output.list("orders.list", COLUMNS, [ORDERS[0], replace(ORDERS[1], currency="JPY")])

    assert shown.out == (
        "\n"
        "  ORDER     TOTAL  CURRENCY  STATUS\n"
        "  ──────  ───────  ────────  ───────────\n"
        "  S00431   189.00  EUR       ● confirmed\n"
        "  S00429  1,204.5  JPY       ○ draft\n"
    )


def test_more_than_a_thousand_rows_are_streamed_with_fixed_widths(screen: MakeScreen) -> None:
    shown = screen(columns=100, fields="number,note,amount_total")
    orders = [Order(f"S{number:05}", note="short") for number in range(1000)]
    orders.append(Order("S9999999", note="much longer than before", amount_total=Decimal("123456.00"), currency="JPY"))

    assert shown.output.list("orders.list", COLUMNS, iter(orders)) == 1001

    lines = shown.out.splitlines()
    assert len(lines) == 1 + 2 + 1001
    assert lines[1:4] == [
        "  ORDER   NOTE    TOTAL  CURRENCY",
        "  ──────  ─────  ──────  ────────",
        "  S00000  short  189.00  EUR",
    ]
    assert lines[-1] == "  S9999999  much…  123,456  JPY"


def test_plain_is_the_default_of_a_pipe(screen: MakeScreen) -> None:
    shown = screen()

    shown.output.list("orders.list", COLUMNS, ORDERS, footer=["not for scripts"])

    assert shown.output.format == "plain"
    assert shown.out == (
        "S00431\t2026-08-21\t2026-08-21T09:14:03Z\tZoë Müller\t189.00\tEUR\tconfirmed\tfalse\t\t\n"
        "S00429\t2026-08-20\t\t株式会社田中商店\t1204.50\tEUR\tdraft\ttrue\tvip,b2b\tring twice\\nback door\n"
        "S00425\t2026-08-18\t\t\t-88.00\tEUR\tcancelled\tfalse\t\t\n"
    )
    assert shown.err == ""


def test_csv(screen: MakeScreen) -> None:
    shown = screen(format="csv")

    shown.output.list("orders.list", COLUMNS, ORDERS)

    assert shown.out == (
        "number,date,confirmed_at,customer,amount_total,currency,state,overdue,tags,note\n"
        "S00431,2026-08-21,2026-08-21T09:14:03Z,Zoë Müller,189.00,EUR,confirmed,false,,\n"
        'S00429,2026-08-20,,株式会社田中商店,1204.50,EUR,draft,true,"vip,b2b","ring twice\nback door"\n'
        "S00425,2026-08-18,,,-88.00,EUR,cancelled,false,,\n"
    )


def test_csv_for_spreadsheets(screen: MakeScreen) -> None:
    shown = screen(format="csv", excel=True, fields="number,note,amount_total")

    shown.output.list("orders.list", COLUMNS, [replace(ORDERS[2], note=FORMULA)])

    assert shown.stdout.getvalue() == (
        b'\xef\xbb\xbfnumber,note,amount_total\r\nS00425,"\'=HYPERLINK(""http://evil.example"",""click"")",-88.00\r\n'
    )


def test_csv_and_json_carry_hostile_texts_unchanged(screen: MakeScreen) -> None:
    in_csv, in_json = (screen(format=form, fields="number,note") for form in ("csv", "json"))
    texts = [text for text in HOSTILE if "\udcff" not in text]
    for shown in (in_csv, in_json):
        shown.output.list("orders.list", COLUMNS, [hostile(text) for text in texts])

    read = [row["note"] for row in csv.DictReader(io.StringIO(in_csv.out, newline=""))]
    decoded = [row["note"] for row in json.loads(in_json.out)["data"]]

    assert read == texts
    assert decoded == [text or None for text in texts]
    assert not {"\x1b", "\x07", "\u202e"} & set(in_json.out)
    assert "株式会社" in in_json.out


def test_lone_surrogates_never_stop_a_document(screen: MakeScreen) -> None:
    for form, written in (("csv", r"lone \udcff"), ("plain", r"lone \udcff"), ("json", r"lone \udcff")):
        shown = screen(format=form, fields="note")
        shown.output.list("orders.list", COLUMNS, [hostile("lone \udcff")])
        assert written in shown.out


def test_tsv_has_a_header_and_header_options_win(screen: MakeScreen) -> None:
    tsv, plain, bare = screen(format="tsv"), screen(format="plain", header=True), screen(format="csv", header=False)
    for shown in (tsv, plain, bare):
        shown.output.list("orders.list", COLUMNS[:2], ORDERS[:1])

    assert tsv.out == plain.out == "number\tdate\nS00431\t2026-08-21\n"
    assert bare.out == "S00431,2026-08-21\n"


def test_json(screen: MakeScreen) -> None:
    shown = screen(format="json", fields="number,customer,amount_total,quantity,emails,overdue,tags,note")

    shown.output.list("orders.list", COLUMNS, ORDERS[:2], total=213, limit=2)

    assert shown.out == (
        "{\n"
        '  "schema": "shopctl.orders.list/1",\n'
        '  "data": [\n'
        '    {"number": "S00431", "customer": {"code": "C00044", "name": "Zoë Müller"}, "amount_total": "189.00", '
        '"quantity": "2.5", "emails": 1234, "overdue": false, "tags": [], "note": null},\n'
        '    {"number": "S00429", "customer": {"code": "C00012", "name": "株式会社田中商店"}, '
        '"amount_total": "1204.50", "quantity": "2.5", "emails": 1234, "overdue": true, "tags": ["vip", "b2b"], '
        '"note": "ring twice\\nback door"}\n'
        "  ],\n"
        '  "page": {"returned": 2, "total": 213, "limit": 2, "has_more": true, "next": "--after S00429"}\n'
        "}\n"
    )
    assert shown.err == ""


def test_jsonl_and_ids_and_count(screen: MakeScreen) -> None:
    jsonl, ids, count = (screen(format=form, fields="number,amount_total") for form in ("jsonl", "ids", "count"))
    for shown in (jsonl, ids, count):
        shown.output.list("orders.list", COLUMNS, ORDERS[:2])

    assert jsonl.out == (
        '{"number": "S00431", "amount_total": "189.00"}\n{"number": "S00429", "amount_total": "1204.50"}\n'
    )
    assert ids.out == "S00431\nS00429\n"
    assert count.out == "2\n"


@pytest.mark.parametrize(
    ("form", "out", "err"),
    [
        ("table", "", "No order waits.\n"),
        ("plain", "", ""),
        ("ids", "", ""),
        ("jsonl", "", ""),
        ("count", "0\n", ""),
        ("csv", "number,date\n", ""),
        (
            "json",
            '{\n  "schema": "shopctl.orders.list/1",\n  "data": [],\n'
            '  "page": {"returned": 0, "total": 0, "limit": 50, "has_more": false, "next": null}\n}\n',
            "",
        ),
    ],
)
def test_an_empty_list_is_a_valid_document(screen: MakeScreen, form: str, out: str, err: str) -> None:
    shown = screen(format=form)

    assert shown.output.list("orders.list", COLUMNS[:2], [], total=0, limit=50, empty="No order waits.") == 0

    assert (shown.out, shown.err) == (out, err)


def test_a_row_beyond_the_limit_says_that_there_are_more(screen: MakeScreen) -> None:
    for form, given, more in (("json", 3, True), ("json", 2, False)):
        shown = screen(format=form)
        assert shown.output.list("orders.list", COLUMNS, ORDERS[:given], limit=2) == 2
        assert json.loads(shown.out)["page"]["has_more"] is more

    csv_screen = screen(format="csv")
    csv_screen.output.list("orders.list", COLUMNS, ORDERS, limit=2, total=3)
    assert csv_screen.err == "2 of 3 shown · all: --limit 0\n"


def test_quiet_leaves_the_data(screen: MakeScreen) -> None:
    shown = screen(columns=100, quiet=True)

    shown.output.list("orders.list", COLUMNS[:1], ORDERS, footer=["3 orders"])

    assert (shown.out.split(), shown.err) == (["ORDER", "──────", "S00431", "S00429", "S00425"], "")


def test_fields_help_lists_the_fields_and_reads_no_row(screen: MakeScreen) -> None:
    def never() -> Iterator[Order]:
        raise AssertionError
        yield

    shown = screen(columns=100, fields="help")

    assert shown.output.list("orders.list", COLUMNS[:2], never()) == 0

    assert shown.out == (
        "\n"
        "  FIELD   KIND  DESCRIPTION\n"
        "  ──────  ────  ───────────────────\n"
        "  number  code  Number of the order\n"
        "  date    date  Day of the order\n"
    )


def test_an_unknown_field_or_format_prints_nothing(screen: MakeScreen) -> None:
    for options in ({"fields": "nmber"}, {"format": "xml"}):
        shown = screen(**options)
        with pytest.raises(UsageError) as refusal:
            shown.output.list("orders.list", COLUMNS, ORDERS)
        assert (refusal.value.status, shown.out) == (ExitStatus.USAGE, "")


def test_colour_repeats_statuses_and_nothing_else(screen: MakeScreen) -> None:
    shown = screen(environ={"SHOPCTL_FORCE_TTY": "100"}, fields="number,state,amount_total")

    shown.output.list("orders.list", COLUMNS, ORDERS)

    assert shown.out == (
        "\n"
        "  ORDER   STATUS       TOTAL EUR\n"
        "  ──────  ───────────  ─────────\n"
        "  S00431  \x1b[32m● confirmed\x1b[0m     189.00\n"
        "  S00429  \x1b[33m○ draft\x1b[0m       1,204.50\n"
        "  S00425  \x1b[2m× cancelled\x1b[0m     -88.00\n"
    )


def test_a_terminal_without_utf8_gets_ascii_and_scripts_get_utf8(screen: MakeScreen) -> None:
    table, plain = screen(columns=100, encoding="ascii"), screen(encoding="ascii", fields="number,customer")
    for shown in (table, plain):
        shown.output.list("orders.list", COLUMNS, ORDERS)

    assert table.out == (
        "\n"
        "  ORDER   DATE        CUSTOMER          TOTAL EUR  STATUS\n"
        "  ------  ----------  ----------------  ---------  -----------\n"
        "  S00431  2026-08-21  Zo? M?ller           189.00  * confirmed\n"
        "  S00429  2026-08-20  ????????   1,204.50  o draft\n"
        "  S00425  2026-08-18  -                    -88.00  x cancelled\n"
    )
    assert plain.stdout.getvalue().decode() == "S00431\tZoë Müller\nS00429\t株式会社田中商店\nS00425\t\n"
