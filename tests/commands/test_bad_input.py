"""Whatever is typed or fed in: one sentence, a hint, the right exit status, and nothing lost."""

from __future__ import annotations

import json

import pytest

from tests.support.rows import dump

ORDER = {
    "kind": "order",
    "number": "X1",
    "ordered_at": "2026-11-16T09:14:03Z",
    "state": "confirmed",
    "currency": "EUR",
    "lines": [{"sku": "A", "description": "Apple", "quantity": "1", "unit_price": "5"}],
}
HOSTILE = "\x1b[2K\x1b[31mPAID\x07\u202egpj\u2066\nline two\rover\ttab"
ESCAPED = r"\x1b[2K\x1b[31mPAID\x07\u202egpj\u2066\nline two\rover\ttab"
FORMULA = '=HYPERLINK("http://evil.example","click")'


@pytest.fixture
def refused(stall):
    """Insist that a command line is refused: its status, no answer, one error with its code, no row changed."""

    def check(status, code, *words, stdin=b""):
        before = dump()
        found = stall(*words, stdin=stdin)
        machine = stall(*words[:2], "--json", *words[2:], stdin=stdin)

        assert (found.status, found.out) == (status, ""), found
        first, *more = found.err.splitlines()
        assert first.startswith("error: ")
        assert first.endswith(f" [{code}]")
        assert more[-1].startswith(("hint:  ", "       ")), found.err
        assert (machine.status, machine.out) == (status, "")
        assert machine.err.count("\n") == 1
        told = json.loads(machine.err)["error"]
        assert (told["code"], told["exit_code"], bool(told["hint"])) == (code, status, True)
        assert dump() == before
        return found.err

    return check


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("order.unknown", ("orders", "show", "S99999")),
        ("order.unknown", ("orders", "confirm", "S99999")),
        ("order.unknown", ("invoice", "create", "S99999")),
        ("invoice.unknown", ("invoice", "show", "INV/2026/00099")),
        ("invoice.unknown", ("invoice", "confirm", "DRAFT/00099")),
        ("invoice.unknown", ("invoice", "send", "INV/2026/00099")),
        ("invoice.unknown", ("invoice", "print", "INV/2026/00099")),
        ("invoice.unknown", ("payment", "register", "S99999")),
        ("invoice.unknown", ("payment", "allocate", "INV/2026/00099")),
        ("payment.unknown", ("payment", "show", "PAY/2026/00099")),
        ("customer.unknown", ("customers", "show", "C99999")),
        ("customer.unknown", ("orders", "list", "--customer", "nobody@example.com")),
        ("customer.unknown", ("payment", "outstanding", "C99999")),
        ("customer.unknown", ("payment", "register", "--customer", "C99999", "--amount", "5")),
        ("order.unknown", ("orders", "show", "--", "-5")),
        ("order.unknown", ("orders", "show", "x" * 10_000)),
        ("order.unknown", ("orders", "show", FORMULA)),
        ("order.unknown", ("orders", "show", "#1001; rm -rf /")),
        ("file.missing", ("import", "data", "no/such/file.jsonl")),
        ("file.missing", ("import", "shopify", "no/such/file.csv")),
        ("file.missing", ("orders", "confirm", "--from", "no/such/file.txt")),
        ("file.missing", ("payment", "register", "--from", "no/such/file.csv")),
    ],
)
def test_what_does_not_exist(refused, code, words):
    refused(3, code, *words)


@pytest.mark.parametrize(
    "number",
    ["1e1000000", "NaN", "Infinity", "1,5", "9" * 40, "0x10", "1_000", "٣", "1.23456", " ", "1 000", "--5", "1.", ".5"],
)
@pytest.mark.parametrize(
    "words",
    [
        ("invoice", "create", "S00105", "--type", "down-payment", "--amount={}"),
        ("invoice", "create", "S00105", "--type", "down-payment", "--percent={}"),
        ("payment", "register", "S00105", "--amount={}"),
    ],
)
def test_what_is_no_number(refused, number, words):
    refused(2, "usage.amount", *(word.format(number) for word in words))


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (2, "usage.amount", ("invoice", "create", "S00105", "--type", "down-payment", "--percent", "0")),
        (2, "usage.amount", ("invoice", "create", "S00105", "--type", "down-payment", "--percent", "100.01")),
        (2, "usage.amount", ("invoice", "create", "S00105", "--type", "down-payment", "--percent=-30")),
        (2, "usage.amount", ("invoice", "create", "S00105", "--type", "down-payment", "--amount=-1")),
        (2, "usage.amount", ("invoice", "create", "S00105", "--type", "down-payment", "--amount", "0.001")),
        (6, "invoice.above_total", ("invoice", "create", "S00105", "--type", "down-payment", "--amount", "9225.92")),
        (6, "payment.amount", ("payment", "register", "S00105", "--amount=-5")),
        (6, "payment.amount", ("payment", "register", "S00105", "--amount", "0")),
        (2, "usage.amount", ("payment", "register", "S00105", "--amount", "0.001")),
        (2, "usage.amount", ("payment", "register", "--customer", "C00001", "--amount", "5.5", "--currency", "JPY")),
        (2, "usage", ("payment", "register", "--customer", "C00001", "--amount", "5", "--currency", "E1")),
        (2, "usage.date", ("payment", "register", "S00105", "--date", "24.11.2026")),
        (2, "usage.date", ("payment", "register", "S00105", "--date", "2026-02-30")),
        (2, "usage.date", ("invoice", "create", "S00101", "--date", "soon")),
        (2, "usage.amount", ("orders", "list", "--limit", "-1")),
        (2, "usage.amount", ("orders", "list", "--limit", "many")),
        (2, "usage.field", ("orders", "list", "--fields", "nmae")),
        (6, "order.not_confirmed", ("invoice", "create", "S00103")),
    ],
)
def test_what_makes_no_sense(refused, status, code, words):
    refused(status, code, *words)


@pytest.mark.parametrize(
    "words",
    [
        ("invoice", "create"),
        ("invoice", "create", "S00101", "--all"),
        ("invoice", "create", "S00101", "--percent", "30"),
        ("invoice", "create", "S00105", "--type", "down-payment"),
        ("invoice", "create", "S00105", "--type", "down-payment", "--percent", "30", "--amount", "5"),
        ("payment", "allocate"),
        ("payment", "allocate", "--all"),
        ("payment", "allocate", "INV/2026/00001", "--all", "--auto"),
        ("payment", "allocate", "INV/2026/00001", "--auto", "--credit", "PAY/2026/00001"),
        ("payment", "register", "--customer", "C00001"),
        ("payment", "register", "S00103", "--customer", "C00001", "--amount", "5"),
        ("payment", "register", "S00103", "--amount", "5", "--write-off", "bank-fee", "--keep-open"),
        ("payment", "register", "S00103", "S00104", "--reference", "T-1"),
        ("orders", "show", "-5"),
        ("orders", "list", "--state", "lost"),
    ],
)
def test_options_that_contradict_each_other(refused, words):
    refused(2, "usage", *words)


def test_two_formats_contradict_each_other(stall):
    found = stall("orders", "list", "--json", "--format", "csv")

    assert (found.status, found.out) == (2, "")
    assert "contradict each other" in found.err


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.jsonl", b"", "file.empty"),
        ("blank.jsonl", b"\n \n\r\n", "file.empty"),
        ("binary.jsonl", b'{"kind":"product"\x00}', "file.binary"),
        ("packed.jsonl", b"\x1f\x8b\x08\x00\x00", "file.binary"),
        ("latin1.jsonl", '{"kind":"product","sku":"é"}'.encode("latin-1"), "file.encoding"),
        ("cut.jsonl", "\ufeffé".encode("utf-16")[:-1], "file.encoding"),
    ],
)
def test_a_file_that_is_no_text(refused, tmp_path, name, content, code):
    (tmp_path / name).write_bytes(content)

    refused(2, code, "import", "data", tmp_path / name)
    refused(2, code, "import", "shopify", tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("binary.txt", b"S00103\x00", "file.binary"),
        ("latin1.txt", b"\xe9", "file.encoding"),
        ("cut.txt", b"\xff\xfeS", "file.encoding"),
        ("short.csv", b"order,amount\nS00103\n", "file.format"),
        ("twice.csv", b"order,order\nS00103,S00104\n", "file.format"),
        ("quote.csv", b'order\n"S0"0103\n', "file.format"),
        ("open.csv", b'order\n"S00103\n', "file.format"),
        ("headless.csv", b"S00103\nS00104\n", "file.format"),
        ("cut.jsonl", b'{"order":"S00103"}\n{"ord', "file.format"),
        ("list.jsonl", b'["S00103"]\n', "file.format"),
        ("nested.jsonl", b'{"order":{"number":"S00103"}}\n', "file.format"),
        ("nameless.jsonl", b'{"amount":"5"}\n', "file.format"),
        ("deep.jsonl", b"[" * 100_000, "file.format"),
    ],
)
def test_a_file_of_numbers_that_cannot_be_read(refused, tmp_path, name, content, code):
    (tmp_path / name).write_bytes(content)

    refused(2, code, "orders", "confirm", "--from", tmp_path / name, "--yes")


@pytest.mark.parametrize(
    "content",
    [
        "S00103\nS00104\n",
        "\ufeffS00103\r\nS00104\r\n",
        "# waiting\n\n  S00103 \tTaller Peña\n\ns00104, 694.54\nS00103\n",
        "number\nS00103\nS00104",
        '"S00103";1\n"S00104";2\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_numbers_from_a_file_or_a_pipe(stall, tmp_path, content, encoding):
    (tmp_path / "numbers").write_text(content, encoding=encoding, newline="")

    words = ("orders", "confirm", "--no-email", "--yes", "--format", "ids")
    from_file = stall(*words, "--from", tmp_path / "numbers", "--dry-run")
    from_pipe = stall(*words, "-", stdin=content.encode(encoding))

    assert (from_file.status, from_file.out) == (0, "S00103\nS00104\n")
    assert from_pipe == (0, "S00103\nS00104\n", "")


def test_tables_of_numbers(stall, tmp_path):
    (tmp_path / "a.csv").write_text('name,order\n"Peña, José",S00103\n\nΦως,S00104\n')
    (tmp_path / "a.tsv").write_text("order\tname\nS00103\tx\nS00104\ty\n")
    (tmp_path / "a.jsonl").write_text('{"number": "S00103"}\n\n{"name": null, "number": "S00104"}\n')

    for name in ("a.csv", "a.tsv", "a.jsonl"):
        found = stall("orders", "confirm", "--from", tmp_path / name, "--no-email", "--dry-run", "--format", "ids")
        assert found == (0, "S00103\nS00104\n", "DRY RUN · nothing is written\n")


def test_an_empty_list_of_numbers_is_nothing_to_do(stall, tmp_path):
    (tmp_path / "none.txt").write_text("# nobody\n")

    assert stall("orders", "confirm", "--from", tmp_path / "none.txt") == (0, "", "Nothing to do.\n")
    assert stall("orders", "confirm", "-", "--yes") == (0, "", "Nothing to do.\n")


def test_lists_of_our_own_can_be_fed_back(stall, tmp_path):
    assert stall("invoice", "create", "S00101", "S00102", "--yes", "-q").status == 0
    assert stall("invoice", "confirm", "DRAFT/00001", "-q").status == 0
    listed = stall("invoice", "list", "--format", "csv")
    plain = stall("invoice", "list")
    (tmp_path / "mine.csv").write_text(listed.out)

    from_table = stall("invoice", "confirm", "--from", tmp_path / "mine.csv", "--dry-run", "--format", "ids")
    from_csv = stall("invoice", "confirm", "-", "--dry-run", "--format", "ids", stdin=listed.out)
    from_plain = stall("invoice", "confirm", "-", "--dry-run", "--format", "ids", stdin=plain.out)

    assert from_table.out == from_csv.out == from_plain.out == "INV/2026/00002\nINV/2026/00001\n"
    assert (from_table.status, from_csv.status, from_plain.status) == (0, 0, 0)


@pytest.mark.parametrize("name", ["bad.txt", "bad.csv", "bad.tsv", "bad.jsonl"])
def test_what_failed_is_kept_for_the_next_try(stall, tmp_path, name):
    first = stall("orders", "confirm", "#1001", "S00103", "X 2", "S2", "--yes", "--failures", tmp_path / name, "-q")
    again = stall("orders", "confirm", "--from", tmp_path / name, "--yes", "--format", "jsonl")

    assert first.status == 8
    assert [json.loads(text)["reference"] for text in again.out.splitlines()] == ["#1001", "X 2", "S2"]
    assert again.status == 8


def test_a_file_of_failures_is_never_overwritten(stall, tmp_path):
    (tmp_path / "bad.txt").write_text("mine\n")
    before = dump()

    found = stall("orders", "confirm", "S1", "S00103", "--yes", "--failures", tmp_path / "bad.txt")

    assert (found.status, found.out) == (2, "")
    assert "exists already [file.exists]" in found.err
    assert (tmp_path / "bad.txt").read_text() == "mine\n"
    assert dump() == before


def test_payments_that_failed_keep_their_amounts(stall, tmp_path):
    table = tmp_path / "bank.csv"
    table.write_text(
        "document,amount,date,reference\nS00104,100,2026-11-23,T-1\nS99999,7.50,2026-11-22,T-2\nS00103,,,T-3\n"
    )
    register = ("payment", "register", "--yes", "--from")

    first = stall(*register, table, "--failures", tmp_path / "failed.csv", "--format", "ids")
    lost = stall(*register, table, "--failures", tmp_path / "failed.txt")

    assert (first.status, first.out) == (8, "PAY/2026/00006\nPAY/2026/00007\n")
    assert (tmp_path / "failed.csv").read_text() == ("document,amount,date,reference\nS99999,7.50,2026-11-22,T-2\n")
    assert (lost.status, lost.out) == (2, "")
    assert "the payments that fail keep their amounts only in a table" in lost.err


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("S00104,1e5,,", "record 2 (S00104): amount '1e5' cannot be understood [usage.amount]"),
        ("S00104,5,24.11.2026,", "record 2 (S00104): '24.11.2026' does not tell day and month apart [usage.date]"),
        (",5,,T", "record 2 names no document [file.format]"),
    ],
)
def test_a_payment_that_cannot_be_read_stops_the_table_before_anything_is_stored(refused, tmp_path, row, message):
    (tmp_path / "bank.csv").write_text(f"document,amount,date,reference\nS00103,5,,\n{row}\n")

    code = message.rpartition("[")[2].rstrip("]")
    assert f"error: {message}\n" in refused(2, code, "payment", "register", "--from", tmp_path / "bank.csv", "--yes")


def test_a_table_of_payments_and_typed_ones_contradict_each_other(refused, tmp_path):
    (tmp_path / "bank.csv").write_text("document\nS00103\n")

    for more in (("S00104",), ("--amount", "5"), ("--reference", "T")):
        refused(2, "usage", "payment", "register", "--from", tmp_path / "bank.csv", "--yes", *more)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"price": "1e1000000"}, "price: '1e1000000' is not an amount"),
        ({"price": "NaN"}, "price: 'NaN' is not an amount"),
        ({"price": "1,5"}, "price: '1,5' is not an amount"),
        ({"price": "9" * 40}, f"price: '{'9' * 40}' is not an amount"),
        ({"price": float("1e400")}, "Infinity is not a number"),
        ({"price": float("nan")}, "NaN is not a number"),
        ({"price": []}, "price: a text is expected, not a list ('[]')"),
        ({"pryce": "1"}, "pryce: no such field"),
        ({"kind": "prodcut"}, "kind: 'prodcut' is none of: tax, terms, product, customer, cart, order, payment"),
        ({"sku": ""}, "sku: the field is required"),
        ({"sku": "a\0b"}, "sku: the text holds a NUL character"),
        ({"sku": "x" * 10_001}, "sku: the text has 10001 characters, 10000 are allowed"),
    ],
)
def test_a_record_that_cannot_be_taken_is_refused_and_its_neighbours_are_stored(stall, record, message):
    lines = [
        {"kind": "product", "sku": "N1"},
        {"kind": "product", "sku": "BAD", **record},
        {"kind": "product", "sku": "N2"},
    ]

    found = stall("import", "data", "-", "--json", stdin="\n".join(map(json.dumps, lines)))

    answer = json.loads(found.out)["data"]
    assert (found.status, answer["created"], answer["failed"]) == (8, 2, 1)
    assert answer["failures"][0]["message"] == f"line 2: {message}"
    assert json.loads(found.err)["error"]["details"]["codes"] == {answer["failures"][0]["code"]: 1}


@pytest.mark.parametrize("number", ["1e1000000", "-1E+3"])
def test_exponents_are_refused_as_they_are_written(stall, number):
    found = stall("import", "data", "-", stdin=f'{{"kind":"product","sku":"A","price":{number}}}\n')

    assert found.status == 2
    assert f"line 1: price: '{number.replace('e', 'E+')}' is not an amount [import.field]" in found.err


@pytest.mark.parametrize(
    "lines",
    [
        [{"sku": "A", "description": "a", "quantity": "9999999999999", "unit_price": "9999999999999"}],
        [{"sku": "A", "description": "a", "quantity": "1", "unit_price": "9999999999999"}] * 2,
    ],
)
def test_figures_that_multiply_beyond_all_bounds_are_refused(stall, lines):
    records = [{**ORDER, "lines": lines}, {"kind": "product", "sku": "N1"}]

    found = stall("import", "data", "-", stdin="\n".join(map(json.dumps, records)))

    assert found.status == 8
    assert "does not fit a number column of 13 digits and 4 decimals [import.field]" in found.err
    assert stall("orders", "show", "X1").status == 3


def test_a_truncated_file_keeps_what_was_complete(stall, tmp_path):
    whole = json.dumps(ORDER)
    (tmp_path / "cut.jsonl").write_text(f"{whole}\n{whole.replace('X1', 'X2')[:120]}")

    found = stall("import", "data", tmp_path / "cut.jsonl")

    assert found.status == 8
    assert found.err == (
        "error: line 2: the line is cut off [import.syntax]\nhint:  the file may be incomplete; export it again\n"
    )
    assert stall("orders", "show", "X1", "--format", "ids").out == "X1\n"


def test_a_file_that_is_spoilt_further_on_tells_what_is_stored(stall, tmp_path):
    products = "".join(json.dumps({"kind": "product", "sku": f"P{count:05d}"}) + "\n" for count in range(3000))
    (tmp_path / "spoilt.jsonl").write_bytes(products.encode() + b'{"kind":"product","sku":"\xe9"}\n')

    found = stall("import", "data", tmp_path / "spoilt.jsonl")
    again = json.loads(stall("import", "data", "-", "--json", stdin=products).out)["data"]

    assert found.status == 2
    assert "is not UTF-8 (byte 0xE9) [file.encoding]" in found.err
    stored = again["unchanged"]
    assert stored > 0
    assert f"product     {stored}        0          0" in found.out


def test_atomic_stores_all_or_nothing(stall):
    before = dump()

    found = stall("import", "data", "-", "--atomic", "-q", stdin='{"kind":"product","sku":"N1"}\n{"kind":"product"}\n')

    assert (found.status, found.out) == (8, "")
    assert dump() == before


@pytest.fixture
def hostile(stall):
    """A shop with a customer named to fool terminals, one named as a formula, and one of 10,000 characters."""
    for count, name in enumerate((HOSTILE, FORMULA, "X" * 10_000)):
        address = {"name": name, "street": name[:200], "zip": "1", "city": "X", "country": "NL"}
        records = (
            {"kind": "customer", "code": f"E{count}", "name": name, "email": f"e{count}@example.com", "note": name,
             "addresses": [{"kind": "billing", **address}]},
            {**ORDER, "number": f"E0{count}", "customer": f"E{count}", "note": name, "billing": address,
             "lines": [{**ORDER["lines"][0], "description": name}]},
        )  # fmt: skip
        assert stall("import", "data", "-", "-q", stdin="\n".join(map(json.dumps, records))) == (0, "", "")
    assert stall("invoice", "create", "E00", "E01", "E02", "--confirm", "--send", "--yes", "-q") == (0, "", "")
    return stall


@pytest.mark.parametrize("terminal", ["", "100"])
@pytest.mark.parametrize(
    "words",
    [
        ("orders", "list"),
        ("orders", "list", "--wide"),
        ("orders", "show", "E00", "E01", "E02"),
        ("customers", "list"),
        ("customers", "show", "E0", "E1", "E2"),
        ("invoice", "list"),
        ("invoice", "show", "INV/2026/00001", "INV/2026/00002", "INV/2026/00003"),
        ("invoice", "confirm", "INV/2026/00001"),
        ("email", "list"),
        ("payment", "register", "INV/2026/00001", "--memo", HOSTILE, "--dry-run"),
        ("orders", "show", HOSTILE),
        ("orders", "confirm", HOSTILE, "S1\x1b[A", "--yes"),
        ("customers", "show", "\u202eE0"),
        ("import", "data", "\x1b]0;title\x07"),
        ("orders", "list", "--json"),
        ("orders", "list", "--format", "jsonl"),
        ("invoice", "show", "INV/2026/00001", "--json"),
    ],
)
def test_no_output_carries_control_characters(hostile, words, terminal):
    hostile.use({"SHOPCTL_FORCE_TTY": terminal})

    found = hostile(*words)

    for text in (found.out, found.err):
        assert not set(text) & set(
            "\x00\x07\x1b\r\x7f\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        )
        assert terminal == "" or "\t" not in text


def test_a_hostile_name_is_shown_as_it_is_written(hostile):
    plain = hostile("customers", "list", "--fields", "code,name", "--limit", "3")
    written = hostile("customers", "list", "--fields", "code,name", "--limit", "3", "--format", "csv")
    exact = json.loads(hostile("customers", "list", "--fields", "code,name", "--limit", "3", "--json").out)

    assert plain.out == f"E2\t{'X' * 10_000}\nE1\t{FORMULA}\nE0\t{ESCAPED}\n"
    assert [row["name"] for row in exact["data"]] == ["X" * 10_000, FORMULA, HOSTILE]
    # CSV is for programs and keeps every character; only tables that are made for spreadsheets are defused.
    assert '"=HYPERLINK(""http://evil.example"",""click"")"' in written.out


def test_letters_and_pages_of_hostile_names(hostile, tmp_path):
    paper = hostile(
        "invoice", "print", "INV/2026/00001", "INV/2026/00002", "INV/2026/00003", "-o", f"{tmp_path}/paper/"
    )
    names = sorted(file.name for file in (tmp_path / "paper").iterdir())
    subjects = json.loads(hostile("email", "list", "--json").out)["data"]

    assert (paper.status, names) == (0, [f"INV_2026_0000{count}.pdf" for count in (1, 2, 3)])
    assert all((tmp_path / "paper" / name).read_bytes().startswith(b"%PDF-") for name in names)
    assert [one["recipient"] for one in subjects] == ["e2@example.com", "e1@example.com", "e0@example.com"]
    assert all(one["subject"].isprintable() for one in subjects)


def test_a_script_that_no_font_has_never_stops_the_batch(stall, tmp_path):
    address = {"name": "株式会社田中", "street": "s", "zip": "1", "city": "X", "country": "JP"}
    record = {**ORDER, "billing": address}
    assert stall("import", "data", "-", "-q", stdin=json.dumps(record)).status == 0
    assert stall("invoice", "create", "X1", "S00101", "--confirm", "--yes", "-q").status == 0

    found = stall("invoice", "print", "INV/2026/00001", "INV/2026/00002", "-o", f"{tmp_path}/paper/")

    assert found.status == 8
    assert "no configured font has 中 (U+4E2D), 会 (U+4F1A), 式 (U+5F0F), 株 (U+682A)" in found.err
    assert "invoicing.fonts.fallback" in found.err
    assert [file.name for file in (tmp_path / "paper").iterdir()] == ["INV_2026_00002.pdf"]


@pytest.mark.parametrize("number", ["INV/2026/00001", "inv/2026/00001", "INV-2026-00001", "inv-2026-00001"])
def test_every_spelling_of_a_number(stall, number):
    assert stall("invoice", "create", "s00101", "--confirm", "-q").status == 0

    assert stall("invoice", "show", number, "--format", "ids") == (0, "INV/2026/00001\n", "")
    assert stall("invoice", "show", "draft-00001", "DRAFT/1", "--format", "ids").out == "INV/2026/00001\n" * 2
    assert stall("payment", "show", "pay-2026-00001", "--format", "ids").out == "PAY/2026/00001\n"


def test_an_order_number_that_looks_like_an_option(stall):
    assert stall("import", "data", "-", "-q", stdin=json.dumps({**ORDER, "number": "-5"})).status == 0

    typed = stall("invoice", "create", "-5")
    after_dashes = stall("invoice", "create", "--format", "ids", "--", "-5")
    piped = stall("invoice", "create", "-", "--yes", "--format", "ids", stdin="-5\n")

    assert (typed.status, typed.out) == (2, "")
    assert after_dashes == (0, "DRAFT/00001\n", "")
    assert (piped.status, piped.out) == (0, "DRAFT/00001\n")


def test_duplicates_are_done_once(stall):
    found = stall("orders", "confirm", "S00103", "S00104", "S00103", "--no-email", "--yes", "--format", "ids")

    assert found == (0, "S00103\nS00104\n", "")
