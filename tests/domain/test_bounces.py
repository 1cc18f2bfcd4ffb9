"""Reports of mail servers, honest, odd and hostile."""

from __future__ import annotations

import random

import pytest

from shopctl.domain.bounces import NOTHING, Report, read_message

TEXT = b"""From: MAILER-DAEMON@mail.example.net
To: bounces+17-00c0ffee@northwind.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver it.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.net

Final-Recipient: rfc822; zoe@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <zoe@example.org>: no such
 user

Final-Recipient: rfc822; books@example.org
Action: delayed
Status: 4.4.1 (timeout)

Final-Recipient: rfc822; fine@example.org
Action: relayed
Status: 2.0.0

--b
Content-Type: message/rfc822

Message-ID: <14b8e19e7a50106ec1ba9ff751d43b462680205b@northwind.example>
Subject: Invoice

Hello
--b--
"""


def test_a_report_tells_the_letter_and_what_became_of_it_for_whom():
    found = read_message(TEXT)

    assert found.kind == "bounced"
    assert found.tags == ((17, "00c0ffee"),)
    assert found.message_ids == ("<14b8e19e7a50106ec1ba9ff751d43b462680205b@northwind.example>",)
    assert found.reports == (
        Report("zoe@example.org", "5.1.1", "550 5.1.1 <zoe@example.org>: no such user"),
        Report("books@example.org", "4.4.1", "delayed"),
    )


def test_headers_alone_may_come_back():
    text = TEXT.replace(b"message/rfc822", b"text/rfc822-headers")

    assert read_message(text).message_ids == ("<14b8e19e7a50106ec1ba9ff751d43b462680205b@northwind.example>",)


def test_report_that_says_nothing_final_is_a_delay():
    assert read_message(TEXT.replace(b"Status: 5.1.1", b"Status: 4.2.2")).kind == "delayed"


def test_complaint():
    text = TEXT.replace(b"message/delivery-status", b"message/feedback-report").replace(
        b"delivery-status", b"feedback-report"
    )

    assert read_message(text)[:3] == ("complained", ((17, "00c0ffee"),), read_message(TEXT).message_ids)


@pytest.mark.parametrize(("status", "permanent"), [
    ("5.1.1", True), ("5.1.2", True), ("5.0.0", True), ("5.2.1", True), ("5.4.4", True),
    ("5.2.2", False), ("5.2.3", False), ("5.3.4", False), ("5.7.1", False), ("5.6.0", False), ("4.1.1", False),
])  # fmt: skip
def test_only_what_is_wrong_with_the_address_silences_it(status, permanent):
    assert Report("zoe@example.org", status, "").permanent is permanent


@pytest.mark.parametrize("text", [
    b"", b"\0" * 100, b"Subject: hi\n\nwords", TEXT.replace(b"Status: ", b"State: "),
    TEXT.replace(b'boundary="b"', b"boundary*0*=x''%zz; boundary*1*=y"),
    b"Content-Type: multipart/report; boundary=a\n\n" + b"--a\nContent-Type: multipart/mixed; boundary=a\n\n" * 3000,
    b"Content-Type: multipart/report; report-type*0*=utf-9''%ff; boundary=b\n\n--b\n\n--b--\n",
    b"To: " + b"a+1-0000000@x, " * 50_000 + b"\nSubject: \xff\xfe\n\n",
])  # fmt: skip
def test_everything_else_is_no_report(text):
    assert read_message(text)._replace(words=()) == NOTHING


def test_damaged_reports_never_break_anything():
    chance = random.Random(6)
    for _ in range(400):
        text = bytearray(TEXT)
        for _ in range(chance.randint(1, 30)):
            text[chance.randrange(len(text))] = chance.randrange(256)
        assert read_message(bytes(text)).kind in ("", "bounced", "delayed")


def test_words_of_a_mail_are_its_subject_and_where_it_came_to():
    found = read_message(b"To: leave@shop.example\nSubject: unsubscribe k1abc\n\nbye\n")

    assert found.words == ("unsubscribe k1abc", "leave@shop.example")
