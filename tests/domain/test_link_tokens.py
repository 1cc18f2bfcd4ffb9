"""Signed tokens of links: what holds, and everything that does not."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from shopctl.domain.link_tokens import CART, UNSUBSCRIBE, sign, token_of, verify
from shopctl.errors import RefusedError

KEY = bytes(range(32))
NOW = datetime(2026, 8, 21, 9, 14, 3, tzinfo=UTC)
SUBJECT = "ann@example.com"
# Worked out with `openssl dgst -sha256 -mac HMAC`: the purpose, a zero byte, five zero bytes, the subject.
TOKEN = "k1EIET-rkA4y2hRHly7wCLqgAAAAAAYW5uQGV4YW1wbGUuY29t"


def refusal(token, purpose=UNSUBSCRIBE, key=KEY, now=NOW):
    with pytest.raises(RefusedError) as caught:
        verify(key, purpose, token, now)
    return caught.value.code


def test_a_token_is_short_fits_a_web_address_and_tells_what_was_signed():
    assert sign(KEY, UNSUBSCRIBE, SUBJECT) == TOKEN
    assert verify(KEY, UNSUBSCRIBE, TOKEN, NOW + timedelta(days=36500)) == SUBJECT


def test_a_token_holds_until_its_second():
    token = sign(KEY, CART, "C-20815", NOW + timedelta(seconds=1))

    assert verify(KEY, CART, token, NOW) == "C-20815"
    assert refusal(token, CART, now=NOW + timedelta(seconds=1)) == "link.expired"


def test_whatever_sign_of_a_token_is_changed_it_is_refused():
    for place, sign_ in enumerate(TOKEN):
        for other in "Ak_":
            if other != sign_:
                assert refusal(TOKEN[:place] + other + TOKEN[place + 1 :]) == "link.invalid"


def test_a_token_that_was_cut_or_lengthened_is_refused():
    for length in range(len(TOKEN)):
        assert refusal(TOKEN[:length]) == "link.invalid"
    for tail in ("A", "=", "AAAA", "\n", " "):
        assert refusal(TOKEN + tail) == "link.invalid"


@pytest.mark.parametrize(
    ("token", "purpose", "key"),
    [
        (TOKEN, CART, KEY),
        (TOKEN, UNSUBSCRIBE, KEY[:-1] + b"\xff"),
        ("k1" + base64.urlsafe_b64encode(bytes(21) + SUBJECT.encode()).decode(), UNSUBSCRIBE, KEY),
        ("", UNSUBSCRIBE, KEY),
        ("k1" + "é" * 40, UNSUBSCRIBE, KEY),
    ],
)
def test_a_token_of_another_purpose_or_key_and_one_that_is_made_up_are_refused(token, purpose, key):
    assert refusal(token, purpose, key) == "link.invalid"


def test_the_end_of_a_token_cannot_be_moved():
    # The second until which it holds is signed: an expired token cannot be made to hold for ever.
    token = sign(KEY, CART, "C-1", NOW)
    blob = base64.urlsafe_b64decode(token[2:] + "=" * (-len(token[2:]) % 4))
    forged = blob[:16] + bytes(5) + blob[21:]

    assert refusal("k1" + base64.urlsafe_b64encode(forged).rstrip(b"=").decode(), CART) == "link.invalid"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"unsubscribe {TOKEN}", TOKEN),
        (f"https://shop.example/u?t={TOKEN}&x=1", TOKEN),
        (f"Re: unsubscribe <{TOKEN}>", TOKEN),
        ("unsubscribe me", ""),
        ("k1short", ""),
        ("x" + TOKEN, ""),
    ],
)
def test_a_token_is_found_in_a_link_and_in_a_subject(text, expected):
    assert token_of(text) == expected
