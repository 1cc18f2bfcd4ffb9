"""Addresses that get no letters: by a link, by hand, and for good."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shopctl import models
from shopctl.config import Config, Email
from shopctl.config.settings import Unsubscribe
from shopctl.domain.records import CustomerRecord
from shopctl.services import signing, suppressing, unsubscribing
from shopctl.services.letters import Letter
from shopctl.services.queueing import Candidate, Queued, queue
from tests.support.shop import codes, done, journal, nothing_changes, opened, rivals, sell

LINK = Unsubscribe(link="https://shop.example/u?t={token}", address="leave@shop.example")
CONFIG = Config(email=Email(sender="Shop <shop@shop.example>", unsubscribe=LINK))


def token(shop, address):
    return unsubscribing.token_of(unsubscribing.link_for(shop, address))


def letter(shop, key, kind, recipient):
    done_ = queue(
        shop,
        [Candidate(key, key, lambda name: Queued(name, key, kind, recipient, Letter("Hello", "Hello.", "")))],
        {},
    )
    return done_[key]


def states():
    return [(one.document, one.state, one.reply) for one in models.Email.select().order_by(models.Email.id)]


def test_headers_offer_one_click_only_where_a_link_of_https_is_set_up(shop):
    shop.config = CONFIG
    found = unsubscribing.headers(shop, "ann@example.com")
    mark = token(shop, "ann@example.com")

    assert found == {
        "List-Unsubscribe": f"<https://shop.example/u?t={mark}>, "
        f"<mailto:leave@shop.example?subject=unsubscribe%20{mark}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    for unsubscribe, expected in (
        (Unsubscribe(link="http://shop.example/{token}"), {"List-Unsubscribe": f"<http://shop.example/{mark}>, "
         f"<mailto:shop@shop.example?subject=unsubscribe%20{mark}>"}),
        (Unsubscribe(address="leave@shop.example"),
         {"List-Unsubscribe": f"<mailto:leave@shop.example?subject=unsubscribe%20{mark}>"}),
    ):  # fmt: skip
        shop.config = replace(CONFIG, email=Email(sender="shop@shop.example", unsubscribe=unsubscribe))
        assert unsubscribing.headers(shop, "ann@example.com") == expected
    shop.config = Config()
    assert unsubscribing.headers(shop, "ann@example.com") == {}
    assert unsubscribing.link_for(shop, "ann@example.com") == ""


def test_who_unsubscribes_gets_no_letter_that_advertises_but_those_about_business(shop):
    shop.config = CONFIG
    sell(shop)
    letter(shop, "K1", "recovery", "Ann@Example.com")
    letter(shop, "K2", "recovery", "bob@example.com")
    letter(shop, "S1", "confirmation", "ann@example.com")

    (first,) = unsubscribing.by_token(shop, [f"https://shop.example/u?t={token(shop, 'ann@example.com')}"])
    with nothing_changes():
        (again,) = unsubscribing.by_token(shop, [token(shop, "ann@example.com")])

    assert (first.reference, first.change, first.row[:4]) == (
        "a…@example.com", "changed", ("a…@example.com", "marketing", "C1", 1),
    )  # fmt: skip
    assert again.change == "unchanged"
    assert suppressing.scopes(["ANN@example.com", "bob@example.com"]) == {"ANN@example.com": {"marketing"}}
    assert states() == [
        ("K1", "cancelled", "its reader wants no such mail"), ("K2", "queued", ""), ("S1", "queued", ""),
    ]  # fmt: skip
    ann = models.Customer.get(code="C1")
    assert (ann.marketing, ann.marketing_source, ann.marketing_at) == (False, "unsubscribed by link", shop.now)
    assert journal()[-3:] == [
        ("email.cancelled", "K1"), ("email.suppressed", "71d4f55f72fa"), ("customer.changed", "C1"),
    ]  # fmt: skip


def test_a_forged_token_changes_nothing(shop):
    shop.config = CONFIG
    sell(shop)
    mark = token(shop, "ann@example.com")

    with nothing_changes():
        outcomes = unsubscribing.by_token(shop, [mark[:-1], "unsubscribe", mark[:-1] + "\r\nBcc: eve@example.com"])

    assert codes(outcomes) == ["link.invalid"] * 3


def test_an_address_is_the_same_in_any_case_and_with_its_domain_in_ascii(shop):
    shop.config = CONFIG
    sell(shop, CustomerRecord("C7", email="Zoe.M@müller.example"))

    done(*unsubscribing.by_token(shop, [token(shop, "zoe.m@XN--MLLER-KVA.example")]))

    assert models.Customer.get(code="C7").marketing is False
    assert suppressing.scopes(["ZOE.M@Müller.example"]) == {"ZOE.M@Müller.example": {"marketing"}}


def test_addresses_are_put_on_the_list_and_taken_off_by_hand(shop):
    (added,) = suppressing.add(shop, ["Ann@Example.com"], "all", "called us")
    with nothing_changes():
        again = suppressing.add(shop, ["ann@example.com"], "all")
        bad = suppressing.add(shop, ["victim@x, evil@y", "a@x\r\nBcc: b@y", "group: a@x;", "no"], "all")
        unknown = suppressing.lift(shop, ["bob@example.com"], "all", "typed wrongly")
        other = suppressing.lift(shop, ["ann@example.com"], "marketing", "typed wrongly")
    (lifted,) = suppressing.lift(shop, ["ANN@example.com"], "all", "works again")

    assert (added.change, added.row.address, added.row.reason, added.row.source) == (
        "created", "ann@example.com", "manual", "called us",
    )  # fmt: skip
    assert codes(again) == ["unchanged"]
    assert codes(bad) == ["email.address"] * 4
    assert codes([*unknown, *other]) == ["email.not_suppressed"] * 2
    assert lifted.change == "changed"
    assert suppressing.scopes(["ann@example.com"]) == {}


def test_without_a_scope_an_address_is_taken_off_every_list(shop):
    for scope, address in (("all", "ann@example.com"), ("marketing", "ann@example.com"), ("all", "bob@example.com")):
        suppressing.add(shop, [address], scope)

    ann, bob = suppressing.lift(shop, ["ann@example.com", "bob@example.com"], "", "works again")

    assert (ann.row.scope, ann.notes, bob.notes) == ("all", ("of all and marketing",), ())
    assert suppressing.scopes(["ann@example.com", "bob@example.com"]) == {}


def test_rivals_make_one_key(database_url):
    rivals(database_url, 3, "unsubscribe", ["x"], chunk=1)

    with opened(database_url) as shop:
        assert models.SigningKey.select().count() == 1
        assert len(signing.key(shop)) == 32


@pytest.mark.parametrize("address", ["a@x", "ann.with+tag@example.com", "x" * 64 + "@" + "y" * 60 + ".example"])
def test_the_mail_that_unsubscribes_has_the_token_in_its_subject(shop, address):
    shop.config = replace(CONFIG, email=Email(sender="shop@shop.example"))

    link = unsubscribing.link_for(shop, address)

    assert link.startswith("mailto:shop@shop.example?subject=unsubscribe%20k1")
    assert codes(unsubscribing.by_token(shop, [link.partition("%20")[2]])) == ["changed"]
