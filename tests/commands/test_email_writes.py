"""`email show`, `test`, `send`, `resolve`, `requeue` and `receive`, with letters kept in a folder."""

from __future__ import annotations

import email
import json
from email.policy import default

import pytest

from shopctl import models
from shopctl.models import Email
from tests.support.rows import dump

SHOP = """\
shop: {name: Northwind Living B.V., currency: EUR}
email:
  from: Northwind <billing@northwind-living.example>
  bounce_address: bounces@northwind-living.example
  transport: maildir
  maildir: letters
"""


@pytest.fixture
def program(stocked, tmp_path):
    """Two letters in the outbox, and a folder that stands for a mail server."""
    assert stocked("invoice", "create", "S00101", "S00105", "--confirm", "--send", "--yes", "-q").status == 0
    config = tmp_path / "shop.yaml"
    config.write_text(SHOP.replace("letters", str(tmp_path / "letters")))
    config.chmod(0o600)
    stocked.use({"SHOPCTL_CONFIG": str(config)})
    return stocked


def mark(key, **values):
    """Change a letter behind the program's back."""
    with models.database.connection_context():
        Email.update(**values).where(Email.id == key).execute()


def states():
    with models.database.connection_context():
        return [one.state for one in Email.select().order_by(Email.id)]


def kept(tmp_path):
    return [
        email.message_from_bytes(file.read_bytes(), policy=default)
        for file in sorted((tmp_path / "letters" / "new").iterdir())
    ]


def test_a_letter_is_tried_sent_and_shown(program, tmp_path):
    tried = program("email", "test", "--to", "me@example.com")
    before = program("email", "show", "1", "--raw").out
    sent = program("email", "send", "--queued", "--id", "1")
    shown = program("email", "show", "1")

    test, letter = kept(tmp_path)
    assert tried.status == sent.status == shown.status == 0
    assert "the folder" in tried.err
    assert (test["To"], test["Subject"]) == ("me@example.com", "Test letter of Northwind Living B.V.")
    assert program("email", "list", "--format", "count").out == "2\n"
    raw = email.message_from_string(before, policy=default)
    assert (raw["Message-ID"], raw["To"], raw["Subject"]) == (letter["Message-ID"], letter["To"], letter["Subject"])
    assert letter["Return-Path"].startswith("<bounces+1-")
    assert "ATTEMPTS" in shown.out
    assert "kept in" in shown.out
    assert "Hello Anna de Vries," in shown.out


def test_what_was_sent_is_not_delivered_next(program):
    program("email", "send", "--id", "1")
    program.use({"SHOPCTL_FORCE_TTY": "90"})

    again = program("invoice", "send", "INV/2026/00001")
    waiting = program("invoice", "send", "INV/2026/00002")

    assert again.status == waiting.status == 0
    assert "--resend" in again.out
    assert "NEXT" not in again.err
    assert "NEXT  shopctl email send" in waiting.err


def test_a_letter_for_scripts(program):
    found = json.loads(program("email", "show", "1", "--json").out)["data"]

    assert (found["state"], found["attempts"], found["refused"]) == ("queued", [], [])
    assert found["text"].startswith("Hello Anna de Vries,")
    assert program("email", "show", "1", "--html").out == found["html"]


def test_a_letter_that_was_replaced_leads_to_the_newer_one(program):
    document = json.loads(program("email", "show", "1", "--json").out)["data"]["document"]
    program("invoice", "send", document, "--resend")

    cancelled = program("email", "show", "1", "--format", "table").out
    mark(1, state="uncertain")
    doubtful = program("email", "show", "1", "--format", "table").out

    assert "shopctl email show 3" in cancelled
    assert "requeue" not in cancelled
    assert "--sent" in doubtful
    assert "--resend" not in doubtful


def test_a_letter_in_doubt_is_resolved(program):
    mark(1, state="uncertain", reply="silence", attempts=1)

    listed = program("email", "list", "--failed", "--format", "table")
    refused = program("email", "requeue", "1")
    undecided = program("email", "resolve", "1")
    resolved = program("email", "resolve", "1", "--resend")

    assert "shopctl email resolve ID --sent|--resend" in listed.err + listed.out
    assert (refused.status, undecided.status, resolved.status) == (6, 2, 0)
    assert refused.err.startswith("error: e-mail 1 to anna@devries.example is uncertain, so it is not queued again")
    assert "shopctl email resolve 1 --sent, or --resend if it did not arrive" in refused.err
    assert states() == ["queued", "queued"]


def test_what_failed_is_tried_once_more(program, tmp_path):
    mark(1, state="failed", reply="550 no such user")
    mark(2, state="failed", reply="550 no such user")

    named = program("email", "send", "--id", "1")
    again = program("email", "send", "--retry-failed", "--id", "1")

    assert (named.status, "e-mail 1 to anna@devries.example is failed, so it does not leave" in named.err) == (6, True)
    assert again.status == 0
    assert [letter["To"] for letter in kept(tmp_path)] == ["anna@devries.example"]
    assert states() == ["sent", "failed"]


def test_held_letters_stay_behind(program, tmp_path):
    assert program("email", "hold", "1").status == 0

    assert program("email", "send", "-q").status == 0

    assert [letter["To"] for letter in kept(tmp_path)] == ["jose@tallerpena.example"]


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_dry_run_of_a_test_letter_sends_nothing(program, tmp_path, more):
    before = dump()

    assert program("email", "test", "--to", "me@example.com", "--dry-run", *more).status == 0

    assert not (tmp_path / "letters").exists()
    assert dump() == before


def test_a_bounce_comes_back(program, tmp_path):
    program("email", "send", "--id", "1", "-q")
    (letter,) = kept(tmp_path)
    tag = letter["Return-Path"].strip("<>")
    box = tmp_path / "box"
    box.write_text(
        f"To: {tag}\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
        "Final-Recipient: rfc822; anna@devries.example\nAction: failed\nStatus: 5.1.1\n\n--b--\n"
    )

    first = program("email", "receive", "--from", str(box))
    second = program("email", "receive", "--from", str(box), "--json")

    assert first.status == second.status == 0
    assert "e-mail 1 bounced: 5.1.1 failed; anna@devries.example gets no more letters" in first.out + first.err
    assert json.loads(second.out)["data"][0]["result"] == "unchanged"
    assert program("email", "receive", "--from", str(tmp_path / "none")).status == 3
