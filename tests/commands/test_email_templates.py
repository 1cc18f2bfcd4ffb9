"""`email templates` and `payment email`."""

from __future__ import annotations

import json
import sys

import pytest

from shopctl.commands.email_templates import Language, Name, Part
from shopctl.domain.states import LETTER_PARTS
from shopctl.services.letters import NAMES, WRITINGS
from tests.support.rows import dump
from tests.support.transcript import transcript


@pytest.fixture
def terminal(stall):
    stall.use({"SHOPCTL_FORCE_TTY": "80"})
    return stall


def test_choices_are_those_of_the_letters():
    assert set(Language) == set(WRITINGS)
    assert set(Part) == set(LETTER_PARTS)
    assert set(Name) == set(NAMES)


def test_own_words_are_tried_kept_looked_at_and_dropped(terminal, tmp_path):
    file = tmp_path / "cart.txt"
    file.write_text(
        "Your things, {{ name }}\n\n{% for item in items %}\n- {{ item.name }}\n{% endfor %}\n{{ unsubscribe }}\n"
    )

    assert (
        transcript(
            terminal,
            f"email templates edit cart --language de --from {file} --dry-run",
            f"email templates edit cart --language de --from {file}",
            f"email templates edit cart --language de --from {file}",
            "email templates list",
            "email templates preview cart --for C-20815 --language de",
            "email templates reset cart --language de --yes",
            "email templates reset cart --yes",
        ).replace(str(file), "cart.txt")
        == """\
$ email templates edit cart --language de --from cart.txt --dry-run
○ would create  cart  de text
! DRY RUN · nothing is written
!   Would change 1. Run again without --dry-run to do it.

$ email templates edit cart --language de --from cart.txt
✓ created  cart  de text
!   NEXT  shopctl email templates preview cart --for NUMBER --language de

$ email templates edit cart --language de --from cart.txt
= unchanged  cart  de text
!   NEXT  shopctl email templates preview cart --for NUMBER --language de

$ email templates list

  NAME              ABOUT                              OWN WORDS  BROKEN
  ────────────────  ─────────────────────────────────  ─────────  ──────
  status            how an order stands                –          –
  confirmation      an order came in, or is confirmed  –          –
  shipped           goods of an order have left        –          –
  payment-reminder  what an order still costs          –          –
  cancellation      an order is cancelled              –          –
  receipt           a payment or refund, attached      –          –
  invoice           an invoice, attached               –          –
  credit-note       a credit note, attached            –          –
  reminder          all that a customer owes           –          –
  cart              a cart that was left               de text    –
!
!   Read one as a customer would:  shopctl email templates preview NAME --for NUMBER

$ email templates preview cart --for C-20815 --language de

  C-20815  cart                                                     not queued
  ────────────────────────────────────────────────────────────────────────────
  Subject    Your things, Lena Fischer
  Language   de
  Own words  text

  - Ergo chair, black
  - Desk lamp Arc

  NEXT  shopctl email templates edit cart --language de  change its words

$ email templates reset cart --language de --yes
✓ changed  cart
!   NEXT  shopctl email templates show cart

$ email templates reset cart --yes
= unchanged  cart
!   NEXT  shopctl email templates show cart
"""
    )


def test_list_in_a_pipe_and_as_json(stall):
    listed = stall("email", "templates", "list", "--format", "ids")
    found = json.loads(stall("email", "templates", "list", "--json").out)

    assert listed == (0, "".join(f"{name}\n" for name in NAMES), "")
    assert found["data"][0] == {
        "name": "status", "about": "how an order stands", "languages": ["en", "de", "fr", "es"], "own": [],
        "broken": [], "changed_at": None,
    }  # fmt: skip


def test_show_prints_the_source_as_it_is_edited(stall):
    stall("email", "templates", "edit", "cart", "--from", "-", stdin="Hi {{ name }}\n\nOurs. {{ unsubscribe }}\n")

    own = stall("email", "templates", "show", "cart", "-q")
    shipped = stall("email", "templates", "show", "cart", "--default", "--part", "html")
    record = json.loads(stall("email", "templates", "show", "cart", "--json").out)["data"]

    assert own == (0, "Hi {{ name }}\n\nOurs. {{ unsubscribe }}\n", "")
    assert shipped.out.startswith('{% extends "layout.html" %}\n')
    assert shipped.err.startswith("It may name asks, closing, colon,")
    assert 'To change single blocks, begin with {% extends "cart.html" %}.\n' in shipped.err
    assert (record["own"], record["source"]) == (True, own.out)
    assert {"items", "link", "why"} <= set(record["variables"])


def test_a_preview_for_a_browser_has_its_picture_inside(stocked, tmp_path):
    file = tmp_path / "letter.html"

    found = stocked("email", "templates", "preview", "payment-reminder", "--for", "S00103", "--html", "-o", str(file))

    html = file.read_text()
    assert (found.status, found.out) == (0, "")
    assert html.count('src="data:image/png;base64,') == 1
    assert "cid:" not in html


def test_words_that_do_not_work_change_nothing(stocked):
    before = dump()

    found = stocked("email", "templates", "edit", "cart", "--from", "-", stdin="Hi\n\n{{ nam }}\n")

    assert (found.status, found.out) == (6, "")
    assert found.err.startswith(
        "error: the text of cart cannot be written like that, line 3: there is no nam [email.template]\nhint:  it may name "
    )
    assert dump() == before


@pytest.mark.parametrize(
    ("words", "status", "error"),
    [
        ("show order", 2, "error: invalid value for 'NAME': 'order' is not one of 'status', 'confirmation',"),
        ("edit cart", 2, "error: there is no terminal to edit on [usage]\nhint:  shopctl email templates edit cart "),
        ("edit cart --from nowhere.txt", 3, "error: nowhere.txt cannot be read: "),
        ("edit cart --from /dev/zero", 2, "error: /dev/zero has more than 256000 bytes [file.format]\nhint:  give a "),
        ("reset cart", 10, "error: this needs a confirmation and there is no terminal to ask on [confirm.required]"),
        ("preview confirmation --for S99999", 3, "error: there is no order S99999 [order.unknown]"),
        ("preview credit-note --for S00103", 3, "error: "),
        ("frobnicate", 2, "error: no command 'frobnicate' [usage]"),
        (
            "shw cart",
            2,
            "error: no command 'shw' [usage]\nhint:  did you mean 'show'?  Try: shopctl email templates show cart",
        ),
    ],
)
def test_what_cannot_be_done_says_why(stall, words, status, error):
    before = dump()

    found = stall("email", "templates", *words.split())

    assert (found.status, found.out) == (status, "")
    assert found.err.startswith(error), found.err
    assert dump() == before


def test_an_editor_changes_the_words(terminal, tmp_path, monkeypatch):
    editor = tmp_path / "editor.py"
    editor.write_text("import sys\nfile = open(sys.argv[1], 'a')\nfile.write('PS: {{ number }}\\n')\n")
    terminal.use({"VISUAL": f"{sys.executable} {editor}"})
    monkeypatch.setattr("shopctl.commands.email_templates._can_edit", lambda _call: True)

    found = terminal("email", "templates", "edit", "cart", "-q")

    assert found.status == 0, found.err
    assert terminal("email", "templates", "show", "cart", "-q").out.endswith("PS: {{ number }}\n")


def test_no_text_and_no_editor_say_what_to_give(terminal, tmp_path, monkeypatch):
    monkeypatch.setattr("shopctl.commands.email_templates._can_edit", lambda _call: True)
    terminal.use({"VISUAL": "false"})
    (tmp_path / "letter.bin").write_bytes(b"a\0b")

    left = terminal("email", "templates", "edit", "cart")
    binary = terminal("email", "templates", "edit", "cart", "--from", str(tmp_path / "letter.bin"))

    assert (left.status, binary.status) == (2, 2)
    assert "hint:  set EDITOR to another, or use --from FILE" in left.err
    assert "hint:  give a text file with the words of the letter" in binary.err


def test_what_was_typed_is_not_lost_where_it_does_not_work(terminal, tmp_path, monkeypatch):
    editor = tmp_path / "editor.py"
    editor.write_text("import sys\nopen(sys.argv[1], 'w').write('{{ nobody }}')\n")
    terminal.use({"EDITOR": f"{sys.executable} {editor}"})
    monkeypatch.setattr("shopctl.commands.email_templates._can_edit", lambda _call: True)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    found = terminal("email", "templates", "edit", "cart")

    (kept,) = tmp_path.glob("shopctl-*")
    assert found.status == 6
    assert f"what you typed is kept in {kept}" in found.err
    assert kept.read_text() == "{{ nobody }}"


def test_a_word_between_takes_global_options_too(stall):
    assert stall("email", "--json", "templates", "list").out == stall("email", "templates", "--json", "list").out


# payment email


def test_a_payment_is_acknowledged_once(terminal):
    assert (
        transcript(
            terminal,
            "payment email PAY/2026/00001",
            "payment email PAY/2026/00001",
            "payment email PAY/2026/99999",
            "email list --kind receipt",
        )
        == """\
$ payment email PAY/2026/00001
✓ created  1  PAY/2026/00001
!   NEXT  shopctl email send

$ payment email PAY/2026/00001
= unchanged  1  PAY/2026/00001
  PAY/2026/00001 is queued for anna@devries.example already; shopctl email send delivers it, --resend queues it anew
!   NEXT  shopctl email send

$ payment email PAY/2026/99999
! error: there is no payment PAY/2026/99999 [payment.unknown]
! hint:  shopctl payment list
[exit 3]

$ email list --kind receipt

  E-MAIL  KIND     DOCUMENT        TO                    STATE   TRIES  SENT
  ──────  ───────  ──────────────  ────────────────────  ──────  ─────  ────
  1       receipt  PAY/2026/00001  anna@devries.example  queued      0  –
!
!   Left out for width: QUEUED · all: --no-truncate or --format csv
"""
    )
