"""What holds for every command: help, options, formats, signing in, dry runs, and never a question to nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shopctl.commands import framework
from tests.conftest import DATABASES, _chosen
from tests.support import signed_in
from tests.support.program import PASSWORD
from tests.support.rows import dump
from tests.support.signed_in import EXAMPLES

SAMPLES = Path(__file__).parent / "samples"

NODES = {node.path: node for node in framework.tree()}
WRITES = [path for path, node in NODES.items() if node.writes]

ANN = "k1RuAQtbh3TI_TuX2HxA8n5AAAAAAAYW5uQGV4YW1wbGUuY29t"
BOB = "k19rQeNuJkYLFqr3LZ1hq2pAAAAAAAYm9iQGV4YW1wbGUuY29t"
"""Tokens of ann@example.com and bob@example.com, signed with the key of the tests."""

CALLS: dict[str, tuple[str, ...]] = {
    "orders list": (),
    "orders show": ("S00101",),
    "orders create": ("--customer", "C00001", "--line", "LMP-ARC:2"),
    "orders confirm": ("S00103",),
    "orders close": ("S00105", "--reason", "sold out"),
    "orders reopen": ("S00105",),
    "orders edit": ("S00105", "--set-line", "1:quantity=12"),
    "orders discount": ("S00102", "--percent", "10"),
    "orders deliver": ("S00105",),
    "orders email": ("S00105",),
    "orders print": ("S00105",),
    "orders cancel": ("S00103", "--yes"),
    "orders hold": ("S00105", "--reason", "wrong address"),
    "orders release": ("S00105",),
    "orders expire": ("--unpaid-after", "3", "--yes"),
    "orders tag": ("S00105", "--add", "gift"),
    "orders note": ("S00105", "rang twice"),
    "orders history": ("S00105",),
    "orders stats": (),
    "delivery list": (),
    "delivery show": ("OUT/2026/00001",),
    "delivery create": ("S00105",),
    "delivery validate": ("OUT/2026/00004",),
    "delivery edit": ("OUT/2026/00001", "--tracking", "0034"),
    "delivery cancel": ("OUT/2026/00004",),
    "delivery return": ("OUT/2026/00001",),
    "delivery print": ("OUT/2026/00001",),
    "carts list": (),
    "carts show": ("C-20815",),
    "carts create": ("--email", "new@example.com", "--line", "LMP-ARC:2"),
    "carts edit": ("C-20815", "--stage", "payment"),
    "carts recover": ("C-20815",),
    "carts abandoned": ("--email", "--yes"),
    "carts remind": ("C-20815",),
    "carts analyze": (),
    "carts resolve": ("k1K7HL05ISHmnrLvFbMYAyxQAAAAAAQy0yMDgxNQ",),
    "carts delete": ("C-20816",),
    "carts purge": ("--older-than", "1d", "--yes"),
    "invoice list": (),
    "invoice show": ("INV/2026/00001",),
    "invoice create": ("S00102",),
    "invoice confirm": ("DRAFT/00002",),
    "invoice edit": ("DRAFT/00002", "--note", "Thank you"),
    "invoice reset": ("INV/2026/00001", "--reason", "wrong address"),
    "invoice cancel": ("DRAFT/00002",),
    "invoice delete": ("DRAFT/00002",),
    "invoice print": ("INV/2026/00001",),
    "invoice send": ("INV/2026/00001",),
    "invoice schedule": ("INV/2026/00001",),
    "invoice dispute": ("INV/2026/00001", "--reason", "two pieces were broken"),
    "credit-note list": (),
    "credit-note show": ("DRAFT/00004",),
    "credit-note create": ("INV/2026/00001", "--reason", "returned"),
    "credit-note confirm": ("DRAFT/00004",),
    "credit-note print": ("DRAFT/00004",),
    "credit-note send": ("RINV/2026/00001",),
    "payment list": (),
    "payment show": ("PAY/2026/00001",),
    "payment register": ("S00104", "--reference", "BANK-1"),
    "payment allocate": ("INV/2026/00001",),
    "payment unallocate": ("INV/2026/00001", "--credit", "PAY/2026/00001"),
    "payment outstanding": (),
    "payment suggest": ("--apply",),
    "payment receipt": ("PAY/2026/00001",),
    "payment email": ("PAY/2026/00001",),
    "payment refund": ("PAY/2026/00002",),
    "payment cancel": ("PAY/2026/00002", "--reason", "booked twice", "--yes"),
    "payment capture": ("PAY/2026/00006",),
    "payment void": ("PAY/2026/00006",),
    "payment import": ("--from", str(EXAMPLES / "bank.csv"), "--mapping", str(EXAMPLES / "bank.yaml")),
    "payment statements": (),
    "payment lines": (),
    "payment line": ("LINE/00001",),
    "payment match": ("--apply", "--yes"),
    "payment unmatched": (),
    "payment assign": ("LINE/00002", "--customer", "C00001"),
    "payment ignore": ("LINE/00002", "--reason", "a fee"),
    "customers list": (),
    "customers show": ("C00001",),
    "customers activity": ("C00001",),
    "customers statement": ("C00001",),
    "customers create": ("--name", "Eva Berg", "--email", "eva@example.org"),
    "customers edit": ("C00001", "--phone", "+49 30 1"),
    "customers note": ("C00001", "rings back"),
    "customers tag": ("C00001", "--add", "vip"),
    "customers archive": ("C00001",),
    "customers unarchive": ("C00001",),
    "customers merge": ("C00003", "C00001", "--confirm", "C00001"),
    "customers export-data": ("C00001",),
    "customers anonymize": ("C00006", "--confirm", "C00006"),
    "products list": (),
    "products show": ("DSK-140",),
    "products create": ("MUG", "--price", "9.50"),
    "products edit": ("DSK-140", "--price", "519"),
    "products archive": ("DSK-140",),
    "products unarchive": ("DSK-140",),
    "tax list": (),
    "tax show": ("V21",),
    "tax create": ("V8", "--amount", "8"),
    "tax edit": ("V21", "--name", "VAT"),
    "tax delete": ("V0",),
    "terms list": (),
    "terms show": ("NET30",),
    "terms create": ("NET8", "--line", "100%+8d"),
    "terms edit": ("NET30", "--note", "Thanks"),
    "terms delete": ("NET0",),
    "terms preview": ("NET30",),
    "series list": (),
    "series audit": (),
    "email list": (),
    "email show": ("1",),
    "email send": (),
    "reminder run": ("--queue-only", "--yes"),
    "reminder list": (),
    "reminder preview": (),
    "reminder policy": (),
    "reminder pause": ("S00104",),
    "reminder promise": ("S00104", "--until", "7d"),
    "reminder resume": ("S00104",),
    "email test": ("--to", "anna@example.com"),
    "email resolve": ("1", "--resend"),
    "email cancel": ("1",),
    "email hold": ("1",),
    "email requeue": ("1",),
    "email receive": ("--from", str(SAMPLES / "mailbox.mbox")),
    "email templates list": (),
    "email templates show": ("status",),
    "email templates edit": ("cart", "--from", str(SAMPLES / "cart.txt")),
    "email templates preview": ("status", "--for", "S00105"),
    "email templates reset": ("status", "--yes"),
    "email unsubscribe": (ANN,),
    "email suppressions list": (),
    "email suppressions add": ("lena@example.com",),
    "email suppressions remove": ("gone@example.com", "--reason", "called us"),
    "import data": (str(EXAMPLES / "shop.jsonl"),),
    "import shopify": (str(EXAMPLES / "shopify_orders.csv"),),
    "export data": (),
    "report aging": (),
    "report payments": (),
    "report reconcile": (),
    "filter save": ("late-wire", "--on", "orders", "--unpaid"),
    "filter list": (),
    "filter show": ("spare",),
    "filter rename": ("spare", "rare"),
    "filter delete": ("spare",),
    "user list": (),
    "user create": ("ben", "--role", "sales", "--password-stdin"),
    "user edit": ("clerk", "--role", "accountant"),
    "user passwd": ("clerk", "--password-stdin"),
    "user disable": ("clerk",),
    "user enable": ("clerk",),
    "user token list": (),
    "user token create": ("bank", "--scope", "payments"),
    "user token revoke": ("nightly",),
    "config init": ("-o", "new.yaml"),
    "config path": (),
    "config show": (),
    "config validate": (),
    "db init": ("--admin", "berta", "--password-stdin"),
    "db migrate": (),
    "db status": (),
    "db check": (),
    "db reindex": (),
    "dashboard": (),
    "show": ("S00101",),
    "search": ("oak",),
    "completion": ("bash",),
    "login": ("--user", "anna", "--password-stdin"),
    "logout": (),
    "whoami": (),
    "doctor": (),
    "version": (),
    "help": ("output",),
}
"""Words with which each command finds something to do in the shop of `busy`."""

FREE = {
    "completion",
    "config init",
    "config path",
    "config show",
    "config validate",
    "db init",
    "doctor",
    "help",
    "login",
    "logout",
    "version",
}
"""Commands that need nobody signed in."""

NEEDS_SERVER = ("email send", "email test")
"""Commands that the shop of `busy` cannot do, as no mail server is set."""

NOT_JSON = {
    "completion": "a script for a shell",
    "export data": "its own format, one record a line",
    "help": "pages for people",
}


def line(path, *more):
    return [*path.split(), *CALLS[path], *more]


def run(program, path, *more):
    return program(*line(path, *more), stdin=PASSWORD if "--password-stdin" in CALLS[path] else b"")


DONE = (
    ("invoice", "create", "S00101", "--confirm", "--no-allocate"),
    ("invoice", "create", "S00106"),
    ("tax", "create", "V0", "--amount", "0"),
    ("terms", "create", "NET0"),
    ("filter", "save", "spare", "--on", "invoice", "--draft"),
    ("invoice", "create", "S00105", "--confirm", "--send"),
    ("orders", "email", "S00106"),
    ("orders", "deliver", "S00105", "--line", "1=1"),
    ("orders", "deliver", "S00105", "--line", "2=3"),
    ("delivery", "create", "S00105"),
    ("delivery", "cancel", "OUT/2026/00003"),
    ("delivery", "create", "S00105"),
    ("credit-note", "create", "INV/2026/00002", "--amount", "1", "--reason", "late"),
    ("credit-note", "create", "INV/2026/00002", "--amount", "2", "--reason", "late", "--confirm", "--yes"),
    ("credit-note", "create", "INV/2026/00002", "--amount", "3", "--reason", "late", "--confirm", "--yes"),
    ("payment", "allocate", "INV/2026/00001", "--credit", "PAY/2026/00001", "--amount", "5"),
    ("import", "data", str(SAMPLES / "authorized.jsonl")),
    ("payment", "import", "--from", str(EXAMPLES / "bank_camt053.xml")),
    ("email", "suppressions", "add", "gone@example.com", "old@example.com", "--yes"),
    ("user", "token", "create", "nightly", "--scope", "emails"),
    ("user", "create", "clerk", "--role", "sales", "--password-stdin"),
)
"""What was done in the shop of `busy`: an unpaid invoice, drafts, deliveries, letters, and what nobody uses."""


@pytest.fixture(scope="session")
def worked(request, tmp_path_factory):
    """Do all of `DONE` once on each kind of database."""
    made = {}

    def of(kind):
        if kind not in made:
            cluster = request.getfixturevalue("cluster") if kind == DATABASES[1] else None
            folder = tmp_path_factory.mktemp("busy")
            made[kind] = signed_in.prepare(kind, folder, cluster, [EXAMPLES / "shop.jsonl"], DONE)
        return made[kind]

    return of


@pytest.fixture
def busy(shopctl, worked, tmp_path, monkeypatch):
    """A shop with a draft, an invoice with an outstanding credit, deliveries, a letter, and a tax and terms to spare."""
    monkeypatch.chdir(tmp_path)
    signed_in.enter(shopctl, worked(DATABASES[0]), None)
    return shopctl


@pytest.fixture(params=_chosen())
def busy_anywhere(request, shopctl, worked, tmp_path, monkeypatch):
    """The same on each kind of database."""
    monkeypatch.chdir(tmp_path)
    cluster = request.getfixturevalue("cluster") if request.param == DATABASES[1] else None
    name = signed_in.enter(shopctl, worked(request.param), cluster)
    yield shopctl
    if cluster:
        cluster.drop(name)


def test_every_command_is_called_here():
    assert set(CALLS) == set(NODES)


@pytest.mark.parametrize("path", NODES)
def test_help_has_an_example_of_the_command(shopctl, path):
    by_option = shopctl(*path.split(), "--help")
    by_word = shopctl("help", *path.split())

    assert (by_option.status, by_option.err) == (0, "")
    assert by_option.out.startswith(f"Usage: shopctl {path}")
    assert f"Examples:\n  shopctl {path}" in by_option.out or f"| shopctl {path}" in by_option.out
    assert by_option.out.endswith("More:    shopctl help exit-codes\n") or "shopctl help batch" in by_option.out
    assert by_word == by_option


@pytest.mark.parametrize("path", NODES)
def test_an_unknown_option_is_a_usage_error(shopctl, path):
    found = shopctl(*line(path), "--no-such-thing")

    assert (found.status, found.out) == (2, "")
    assert found.err.startswith("error: no such option '--no-such-thing' [usage]\nhint:  ")


@pytest.mark.parametrize("path", [path for path in NODES if path not in NOT_JSON])
def test_json_is_one_document_with_its_schema_or_one_line_with_the_error(busy, path):
    found = run(busy, path, "--json")

    if found.out:
        document = json.loads(found.out)
        assert document["schema"] == (6 if path == "db check" else document["schema"])
        name = {"email send": "email.list", "show": "orders.show"}.get(path, path.replace(" ", "."))
        assert path == "db check" or document["schema"].startswith(("shopctl." + name, "shopctl.import.summary"))
        assert path == "db check" or document["schema"].endswith("/1")
    else:
        assert found.err.count("\n") == 1
        assert set(json.loads(found.err)["error"]) == {"code", "message", "hint", "exit_code", "retryable", "details"}
    assert found.status == (78 if path in NEEDS_SERVER else 0), found.err


@pytest.mark.parametrize("path", [path for path in NODES if path not in FREE])
def test_nobody_signed_in_is_refused(busy, path):
    assert busy("logout").status == 0
    before = dump()

    found = run(busy, path)
    as_json = run(busy, path, "--json")

    assert found == (4, "", "error: nobody is signed in [auth.required]\nhint:  shopctl login\n")
    assert (as_json.status, as_json.out) == (4, "")
    assert json.loads(as_json.err)["error"]["code"] == "auth.required"
    assert dump() == before


@pytest.mark.parametrize("path", NODES)
def test_nothing_waits_for_an_answer_that_nobody_gives(busy, path):
    busy.use({"SHOPCTL_NO_INPUT": "1"})

    without_arguments = busy(*path.split())
    with_them = busy(*line(path))

    assert without_arguments.status in {0, 1, 2, 10, 78}
    assert with_them.status in {0, 1, 2, 10, 78}


@pytest.mark.parametrize("path", WRITES)
def test_a_dry_run_changes_no_row_of_any_table(busy_anywhere, tmp_path, path):
    before = dump()
    files = sorted(tmp_path.rglob("*"))

    found = run(busy_anywhere, path, "--dry-run")

    assert found.status == (78 if path in NEEDS_SERVER else 0), found.err
    assert dump() == before
    assert [file for file in sorted(tmp_path.rglob("*")) if not file.name.startswith("shop.db")] == [
        file for file in files if not file.name.startswith("shop.db")
    ]


@pytest.mark.parametrize("path", WRITES)
def test_a_dry_run_says_that_it_is_one(busy, path):
    found = run(busy, path, "--dry-run")

    assert "DRY RUN" in found.err or "dry run" in found.out or path in NEEDS_SERVER


@pytest.mark.parametrize("path", [path for path, node in NODES.items() if not node.writes])
def test_a_command_that_changes_nothing_has_no_dry_run(busy, path):
    found = run(busy, path, "--dry-run")

    assert (found.status, found.out) == (2, "")
    assert found.err.startswith("error: no such option '--dry-run' [usage]\n")
    assert f"hint:  {path} changes nothing" in found.err


BATCHES: dict[str, tuple[str, ...]] = {
    "orders confirm": ("S00103", "S00104"),
    "orders close": ("S00102", "S00105", "--reason", "sold out"),
    "orders reopen": ("S00102", "S00105"),
    "orders edit": ("S00102", "S00105", "--note", "ring twice"),
    "orders discount": ("S00102", "S00103", "--percent", "10"),
    "orders deliver": ("S00102", "S00105"),
    "orders email": ("S00102", "S00105"),
    "delivery create": ("S00102", "S00105"),
    "delivery validate": ("OUT/2026/00001", "OUT/2026/00004"),
    "delivery edit": ("OUT/2026/00001", "OUT/2026/00004", "--carrier", "DHL"),
    "delivery cancel": ("OUT/2026/00003", "OUT/2026/00004"),
    "orders cancel": ("S00103", "S00104"),
    "orders hold": ("S00102", "S00105", "--reason", "wrong address"),
    "orders release": ("S00102", "S00105"),
    "orders tag": ("S00102", "S00105", "--add", "gift"),
    "carts edit": ("C-20815", "C-20817", "--website", "shop.example"),
    "carts recover": ("C-20815", "C-20817"),
    "carts remind": ("C-20815", "C-20817"),
    "carts delete": ("C-20815", "C-20816"),
    "email unsubscribe": (ANN, BOB),
    "email suppressions add": ("ann@example.com", "bob@example.com"),
    "email suppressions remove": ("gone@example.com", "old@example.com", "--reason", "called us"),
    "delivery return": ("OUT/2026/00001", "OUT/2026/00002"),
    "invoice create": ("S00102", "S00103", "--confirm"),
    "invoice confirm": ("DRAFT/00002", "DRAFT/00009"),
    "invoice edit": ("DRAFT/00002", "DRAFT/00004", "--note", "Thank you"),
    "invoice reset": ("INV/2026/00001", "INV/2026/00002", "--reason", "wrong address"),
    "invoice cancel": ("DRAFT/00002", "DRAFT/00004"),
    "invoice delete": ("DRAFT/00002", "DRAFT/00009"),
    "invoice send": ("INV/2026/00001", "INV/2026/00002"),
    "payment email": ("PAY/2026/00001", "PAY/2026/00002"),
    "invoice dispute": ("INV/2026/00001", "INV/2026/00002", "--clear"),
    "credit-note create": ("INV/2026/00001", "INV/2026/00002", "--reason", "returned"),
    "credit-note confirm": ("DRAFT/00004", "DRAFT/00009"),
    "credit-note send": ("RINV/2026/00001", "RINV/2026/00002"),
    "payment register": ("INV/2026/00001", "INV/2026/00002"),
    "payment unallocate": ("INV/2026/00001", "INV/2026/00002", "--credit", "PAY/2026/00001"),
    "payment allocate": ("INV/2026/00001", "INV/2026/00002", "--auto"),
    "payment ignore": ("LINE/00001", "LINE/00002", "--reason", "a fee"),
    "payment refund": ("PAY/2026/00002", "PAY/2026/00005"),
    "payment cancel": ("PAY/2026/00002", "PAY/2026/00005", "--reason", "booked twice"),
    "payment capture": ("PAY/2026/00006", "PAY/2026/00007"),
    "payment void": ("PAY/2026/00006", "PAY/2026/00007"),
    "reminder pause": ("S00103", "S00104", "--until", "7d"),
    "reminder promise": ("S00103", "S00104", "--until", "7d"),
    "reminder resume": ("S00103", "S00104"),
    "email resolve": ("1", "2", "--resend"),
    "email cancel": ("1", "2"),
    "email hold": ("1", "2"),
    "email requeue": ("1", "2"),
    "customers edit": ("C00001", "C00002", "--terms", "NET30"),
    "customers tag": ("C00001", "C00002", "--add", "vip"),
    "customers archive": ("C00001", "C00002"),
    "customers unarchive": ("C00001", "C00002"),
    "customers merge": ("C00003", "C00004", "C00001"),
    "customers anonymize": ("C00006", "C00007"),
    "products create": ("MUG", "CUP", "--price", "9.50"),
    "products edit": ("DSK-140", "CHR-ERG", "--policy", "delivered"),
    "products archive": ("DSK-140", "CHR-ERG"),
    "products unarchive": ("DSK-140", "CHR-ERG"),
    "tax create": ("V7", "V8", "--amount", "8"),
    "tax edit": ("V0", "V21", "--group", "VAT"),
    "tax delete": ("V0", "V404"),
    "terms create": ("NET7", "NET8"),
    "terms edit": ("NET0", "NET30", "--note", "Thanks"),
    "terms delete": ("NET0", "NET404"),
}


TYPED = {"customers merge": ("--confirm", "C00001"), "customers anonymize": ("--confirm", "2")}
"""What cannot be undone asks for a word, which no --yes replaces."""


def test_every_write_with_numbers_is_asked_about():
    takers = {path for path in WRITES if "..." in NODES[path].usage}

    assert takers == set(BATCHES)


@pytest.mark.parametrize("path", BATCHES)
@pytest.mark.parametrize("options", [(), ("--no-input",), ("--json",)])
def test_a_batch_without_a_terminal_needs_yes(busy, path, options):
    before = dump()

    found = busy(*path.split(), *BATCHES[path], *options)

    assert (found.status, found.out) == (10, "")
    assert "confirm.required" in found.err
    assert ("--confirm" if path in TYPED else "--yes") in found.err
    assert dump() == before


@pytest.mark.parametrize("path", BATCHES)
def test_numbers_from_a_pipe_need_yes(busy, path):
    before = dump()
    last = BATCHES[path][-1:] if path == "customers merge" else ()

    found = busy(*path.split(), "-", *last, stdin="S00103\n")

    assert (found.status, found.out) == (10, "")
    assert found.err.startswith(
        "error: numbers come from standard input, so there is no way to ask for a confirmation [confirm.required]\n"
    )
    assert dump() == before


NO_REPEAT = {
    "orders discount": "once more takes off as much again",
    "carts delete": "what is gone does not exist any more",
    "invoice delete": "what is gone does not exist any more",
    "invoice confirm": "one of its drafts does not exist",
    "invoice reset": "one of its invoices is credited",
    "credit-note confirm": "one of its drafts does not exist",
    "payment unallocate": "one of its credits is not used",
    "email suppressions remove": "what is gone is not on the list any more",
    "tax delete": "what is gone is not known any more",
    "terms delete": "what is gone is not known any more",
}


@pytest.mark.parametrize("path", [path for path in BATCHES if path not in NO_REPEAT])
def test_a_repeat_answers_unchanged(busy, path):
    words = [*path.split(), *BATCHES[path], *TYPED.get(path, ()), "--yes", "--format", "jsonl"]
    if path == "customers anonymize":
        assert busy("customers", "create", "--name", "Eva", "-q").status == 0
    if path == "invoice create":
        assert busy("orders", "confirm", "S00103", "-q").status == 0
    if path in ("invoice edit", "invoice cancel"):
        assert busy("invoice", "create", "S00102", "-q").status == 0
    if path == "payment register":
        assert busy("payment", "allocate", "INV/2026/00001", "--credit", "PAY/2026/00001", "-q").status == 0
    first = busy(*words)
    before = dump()

    second = busy(*words)

    assert (first.status, second.status) == (0, 0)
    results = [json.loads(text)["result"] for text in second.out.splitlines()]
    assert results == ["unchanged", "unchanged"]
    after = dump()
    assert {name: rows for name, rows in after.items() if name != "operations"} == {
        name: rows for name, rows in before.items() if name != "operations"
    }
