"""`invoice print` and `invoice send`."""

from __future__ import annotations

import json

import pytest

from tests.support.rows import dump

PDF = b"%PDF-"


@pytest.fixture
def posted(stall, tmp_path, monkeypatch):
    """Two posted invoices and a draft, in an empty directory."""
    monkeypatch.chdir(tmp_path)
    assert stall("invoice", "create", "S00101", "S00105", "--confirm", "--yes", "-q").status == 0
    assert stall("invoice", "create", "S00102", "-q").status == 0
    return stall


def pages(folder):
    return sorted(file.name for file in folder.rglob("*.pdf"))


def test_one_pdf_lies_in_this_directory_and_is_not_made_twice(posted, tmp_path):
    words = ("invoice", "print", "inv-2026-00001", "--fields", "address,file")

    first, second = posted(*words), posted(*words)

    assert first == (
        0,
        "created\tinv-2026-00001\tINV/2026/00001\tINV_2026_00001.pdf\n",
        "inv-2026-00001: INV_2026_00001.pdf\n",
    )
    assert (second.status, second.out) == (0, first.out.replace("created", "unchanged"))
    assert (tmp_path / "INV_2026_00001.pdf").read_bytes().startswith(PDF)
    assert (tmp_path / "INV_2026_00001.pdf").stat().st_mode & 0o777 == 0o600


def test_many_go_into_a_directory_and_a_failure_stops_none(posted, tmp_path):
    found = posted(
        "invoice", "print", "-", "-o", "paper", "--failures", "bad.txt", "-q", stdin="INV/2026/00001\nNOPE\nDRAFT/3\n"
    )

    assert (found.status, found.out) == (8, "")
    assert found.err == (
        "error: 1 item failed [invoice.unknown]\n       NOPE  there is no invoice NOPE\nhint:  shopctl invoice list\n"
    )
    assert pages(tmp_path / "paper") == ["DRAFT_00003.pdf", "INV_2026_00001.pdf"]
    assert (tmp_path / "bad.txt").read_text() == "NOPE\n"


def test_a_pdf_goes_to_standard_output_alone(posted, tmp_path):
    several = posted("invoice", "print", "INV/2026/00001", "DRAFT/3", "-o", "-")

    assert (several.status, several.out) == (2, "")
    assert several.err == (
        "error: standard output takes one PDF, not several [usage]\nhint:  shopctl invoice print - -o DIRECTORY, or --merge\n"
    )
    assert pages(tmp_path) == []


def test_another_file_is_not_overwritten_unless_asked_for(posted, tmp_path):
    (tmp_path / "bill.pdf").write_text("mine")
    words = ("invoice", "print", "INV/2026/00001", "-o", "bill.pdf", "-q")

    refused = posted(*words)

    assert (refused.status, refused.out, (tmp_path / "bill.pdf").read_text()) == (2, "", "mine")
    assert "bill.pdf exists already [file.exists]" in refused.err
    assert posted(*words, "--force-overwrite") == (0, "", "")
    assert (tmp_path / "bill.pdf").read_bytes().startswith(PDF)


@pytest.mark.parametrize(
    ("target", "reason"), [("/dev/full", "it is not a regular file"), ("file/x.pdf", "file exists")]
)
def test_a_target_that_cannot_be_written(posted, tmp_path, target, reason):
    (tmp_path / "file").write_text("")

    found = posted("invoice", "print", "INV/2026/00001", "-o", target)

    assert (found.status, found.out) == (1, "")
    assert f"{target} cannot be written: {reason} [file.unwritable]" in found.err


def test_printing_changes_no_row(posted):
    before = dump()

    assert posted("invoice", "print", "INV/2026/00001", "-q").status == 0

    assert dump() == before


def test_a_letter_is_queued_once(posted):
    words = ("invoice", "send", "INV/2026/00001", "--fields", "id,recipient,state")

    first, second = posted(*words), posted(*words)
    third = posted(
        *words, "--resend", "--to", "office@example.com", "--cc", "a@x.example", "--cc", "b@x.example,c@x.example"
    )

    assert first == (0, "created\tINV/2026/00001\t1\tanna@devries.example\tqueued\n", "")
    assert (second.status, second.out) == (0, first.out.replace("created", "unchanged"))
    assert "is queued for anna@devries.example already" in second.err
    assert third.out == "created\tINV/2026/00001\t2\toffice@example.com\tqueued\n"
    assert posted("email", "list", "--queued", "--format", "ids").out == "2\n"
    assert (
        json.loads(posted("email", "show", "2", "--json").out)["data"]["cc"] == "a@x.example, b@x.example, c@x.example"
    )


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("DRAFT/00003",), 6, "invoice.not_posted"),
        (("INV/2026/00001", "--to", "nobody"), 6, "email.address"),
        (("INV/2026/00001", "--to", "a@example.com\nBcc: b@example.com"), 6, "email.address"),
        (("INV/2026/00001", "--cc", "a@example.com, b"), 6, "email.address"),
    ],
)
def test_what_cannot_be_sent(posted, words, status, code):
    before = dump()

    found = posted("invoice", "send", *words, "--json")

    assert (found.status, found.out, json.loads(found.err)["error"]["code"]) == (status, "", code)
    assert dump() == before


def test_a_customer_without_an_address_fails_alone(posted):
    record = {
        "kind": "order",
        "number": "X1",
        "ordered_at": "2026-11-16T09:14:03Z",
        "state": "confirmed",
        "currency": "EUR",
        "lines": [{"description": "Apple", "quantity": "1", "unit_price": "5"}],
    }
    assert posted("import", "data", "-", "-q", stdin=json.dumps(record)).status == 0
    assert posted("invoice", "create", "X1", "--confirm", "-q").status == 0

    found = posted("invoice", "send", "INV/2026/00003", "INV/2026/00001", "--yes", "--fields", "id")

    assert (found.status, found.out) == (8, "failed\tINV/2026/00003\t\ncreated\tINV/2026/00001\t1\n")
    assert "[email.no_address]" in found.err
