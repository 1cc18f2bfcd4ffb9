"""Addresses, texts and file names of letters."""

from __future__ import annotations

import pytest

from shopctl.domain.mail import DeliveryError, file_name, lines_of, one_line, plain_address, split_mailbox
from shopctl.errors import RefusedError


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("zoe@example.org", "zoe@example.org"),
        ("zoe.o'hara+shop@mail.example.org", "zoe.o'hara+shop@mail.example.org"),
        ("jorg@bücher.example", "jorg@xn--bcher-kva.example"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_plain_address_is_taken_and_its_domain_written_in_ascii(written, expected):
    assert plain_address(written) == expected


@pytest.mark.parametrize(
    "address",
    [
        "", "zoe", "zoe@", "@example.org", "a@x.org, b@y.org", "a@x.org b@y.org", "group: a@x.org;", "<a@x.org>",
        "Zoë <a@x.org>", "a@x.org\r\nBcc: b@y.org", "a@x.org\n", "a\x00@x.org", "-f@x.org", '"a b"@x.org',
        "a@[127.0.0.1]", "a@-x.org", "a@x..org", "a..b@x.org", ".a@x.org", "zoë@x.org", "a@b@x.org", "a(b)@x.org",
        "a@" + "x" * 64 + ".org", "a" * 65 + "@x.org", "a@" + ".".join(["x" * 60] * 5), "a@\ud800.org",
    ],
)  # fmt: skip
def test_anything_else_is_refused(address):
    with pytest.raises(RefusedError) as caught:
        plain_address(address)

    assert caught.value.code == "email.address"
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("billing@northwind.example", ("", "billing@northwind.example")),
        ("Northwind Living <billing@northwind.example>", ("Northwind Living", "billing@northwind.example")),
        ('"Northwind, Inc." <billing@northwind.example>', ("Northwind, Inc.", "billing@northwind.example")),
    ],
)
def test_mailbox_is_taken_apart(written, expected):
    assert split_mailbox(written) == expected


def test_one_line_drops_what_steers_terminals_and_readers():
    assert one_line(" a\r\nBcc: b\t\x00c\x1b[2J\u202ed\u2066e\ud800 ") == "a Bcc: b c [2J d e"


def test_lines_are_cleaned_one_by_one():
    assert lines_of("\n\nfirst\x07\r\n\r\nthird\u2028last\n \n") == ("first", "", "third", "last")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("INV/2026/00001", "INV_2026_00001"),
        ("../../etc/passwd", "etc_passwd"),
        ('a b"c;d\r\ne', "a_b_c_d_e"),
        ("-rf", "rf"),
        ("///", "document"),
    ],
)
def test_file_name_holds_harmless_characters_only(number, expected):
    assert file_name(number) == expected


def test_every_revision_has_a_file_of_its_own():
    names = [file_name("INV/2026/00001", revision) for revision in (0, 1, 2)]

    assert names == ["INV_2026_00001", "INV_2026_00001_r1", "INV_2026_00001_r2"]


@pytest.mark.parametrize(
    ("phase", "code", "certain"),
    [("sender", 0, True), ("content", 0, True), ("end", 0, False), ("end", 451, True), ("end", 554, True)],
)
def test_only_silence_after_the_final_dot_leaves_doubt(phase, code, certain):
    assert DeliveryError(phase, code, "", lost=False).certain is certain
