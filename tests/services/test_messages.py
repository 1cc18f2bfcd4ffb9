"""Headers of letters, whatever stands in them."""

from __future__ import annotations

import email
from email.policy import default

import pytest

from shopctl.config import Email
from shopctl.errors import RefusedError
from shopctl.services.messages import Content, envelope_of, message_of, reports_to
from tests.support.shops import NOW

SETTINGS = Email(sender="Northwind <billing@northwind.example>")
LONG = "a-rather-long-domain-name.northwind-living.example"
PLAIN = Content("zoe@example.org", "", "Hello", "Hello\n", "", f"<m1@{LONG}>", "en", "S1")


def lines(content):
    head = message_of(content, SETTINGS, "Northwind", NOW, None).partition(b"\r\n\r\n")[0]
    return head.decode("ascii").split("\r\n")


def test_headers_that_programs_read_are_never_encoded():
    links = f"<https://shop.example.com/u?t={'x' * 160}>, <mailto:u@shop.example.com?subject={'y' * 160}>"
    content = PLAIN._replace(
        message_id=f"<{'1' * 40}@{LONG}>", answers=f"<{'2' * 40}@{LONG}>",
        more={"List-Unsubscribe": links, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )  # fmt: skip

    found = lines(content)

    assert f"Message-ID: <{'1' * 40}@{LONG}>" in found
    assert f"In-Reply-To: <{'2' * 40}@{LONG}>" in found
    assert f"References: <{'2' * 40}@{LONG}>" in found
    first, second = links.split()
    assert found[found.index(f"List-Unsubscribe: {first}") + 1] == f" {second}"
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in found


def test_first_letter_of_a_conversation_answers_nothing():
    assert not [line for line in lines(PLAIN._replace(answers=PLAIN.message_id)) if line.startswith(("In-R", "Refe"))]


@pytest.mark.parametrize("subject", ["ü" * 300, "x" * 300, "株式会社 " * 40, "a\r\nBcc: evil@x.org", "nul\0bell\a"])
def test_subject_stays_one_header(subject):
    raw = message_of(PLAIN._replace(subject=subject, document=subject), SETTINGS, "Northwind", NOW, None)

    message = email.message_from_bytes(raw, policy=default)
    assert message.defects == []
    assert message["Bcc"] is None
    clean = " ".join(subject.translate({0: " ", 7: " "}).split())
    assert (message["Subject"].replace(" ", ""), message["X-Shop-Document"].replace(" ", "")) == (
        clean.replace(" ", ""), clean.replace(" ", ""),
    )  # fmt: skip
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\0" not in raw


@pytest.mark.parametrize("address", [
    "a@x.org, b@y.org", "group: a@x.org, b@y.org;", "a@x.org\nBcc: b@y.org", "a@x.org\0", "-f@x.org", "a@x.org>", "",
])  # fmt: skip
def test_only_one_plain_address_is_written_to(address):
    with pytest.raises(RefusedError) as caught:
        message_of(PLAIN._replace(recipient=address), SETTINGS, "Northwind", NOW, None)
    with pytest.raises(RefusedError):
        envelope_of(PLAIN._replace(recipient=address), SETTINGS)

    assert caught.value.code == "email.address"


@pytest.mark.parametrize(("bounces", "expected"), [
    ("", "billing@northwind.example"), ("bounces@northwind.example", "bounces+17-00c0ffee@northwind.example"),
])  # fmt: skip
def test_where_reports_go(bounces, expected):
    settings = Email(sender=SETTINGS.sender, bounce_address=bounces)

    assert reports_to(settings, "17-00c0ffee") == expected
    assert reports_to(settings) == expected.replace("+17-00c0ffee", "")
