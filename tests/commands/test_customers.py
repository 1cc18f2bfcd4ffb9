"""`customers list` and `show`."""

from __future__ import annotations

import json


def test_sums_follow_the_work(stocked):
    words = ("customers", "list", "--fields", "code,orders,amount_ordered,amount_invoiced,amount_due,amount_credit")

    before = stocked(*words)
    for line in (
        "orders confirm S00103",
        "invoice create S00103 --confirm",
        "invoice create S00101 --confirm --no-allocate",
    ):
        assert stocked(*line.split(), "-q").status == 0
    after = stocked(*words)

    assert before.out.splitlines() == [
        "C00006\t0\t\t\t\t",
        "C00005\t1\t196.02\t0.00\t0.00\t196.02",
        "C00004\t0\t\t\t\t",
        "C00003\t1\t162.89\t0.00\t0.00\t162.89",
        "C00002\t1\t9225.91\t0.00\t0.00\t0.00",
        "C00001\t1\t621.94\t0.00\t0.00\t621.94",
    ]
    assert after.out.splitlines()[4:] == [
        "C00002\t2\t10328.70\t1102.79\t1102.79\t0.00",
        "C00001\t1\t621.94\t621.94\t621.94\t621.94",
    ]


def test_a_customer_is_found_by_code_and_by_address(stocked):
    found = stocked("customers", "show", "c00002", "JOSE@tallerpena.example", "--format", "ids")
    whole = json.loads(stocked("customers", "show", "C00002", "--json").out)["data"]

    assert found == (0, "C00002\nC00002\n", "")
    assert (whole["name"], whole["company"], whole["vat"]) == ("José Peña Rodríguez", "Taller Peña S.L.", "ESB12345674")
    assert [address["city"] for address in whole["addresses"]] == ["Madrid"]


def test_pages_follow_each_other(stocked):
    first = stocked("customers", "list", "--limit", "4", "--format", "ids", "-q")
    second = stocked("customers", "list", "--after", "C00003", "--format", "ids")

    assert first == (0, "C00006\nC00005\nC00004\nC00003\n", "")
    assert second == (0, "C00002\nC00001\n", "")


def test_a_shop_without_customers(shop):
    assert shop("customers", "list", "--format", "table") == (
        0,
        "",
        "There are no customers yet. Import some: shopctl import data FILE\n",
    )
    assert shop("customers", "list", "--fail-on-empty").status == 9
