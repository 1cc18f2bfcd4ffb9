"""Export everything and take it in again: the same bytes from a fresh shop, nothing new in the same one."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from shopctl import batch, models
from shopctl.adapters.sources import native
from shopctl.domain.records import CustomerRecord, SourceTotals
from shopctl.services import annulling, exporting, importing, invoicing, ordering, paying_back, registering
from shopctl.services.deciding import Request
from shopctl.services.paying_back import Wish
from shopctl.services.receipts import Receipt
from tests.services.test_importing import ADDRESS, EVERYTHING
from tests.support.shop import codes, dump, line, money, nothing_changes, opened, order, payment, take_in

D = Decimal


def exported():
    return "".join(f"{native.write(record)}\n" for record in exporting.records())


def imported(shop, text, tmp_path):
    path = tmp_path / "shop.jsonl"
    path.write_text(text, encoding="utf-8")
    return list(batch.run(shop, native.read(str(path)), lambda part: importing.store(shop, part), chunk=7))


MORE = (
    order("S5", line("19.99", 3, "I21", discount=D("12.5")), state="cancelled", tax_rounding="per_line",
          shipping=ADDRESS, source="shop", external_id="77", website="example.com", payment_method="card", cart="K1",
          source_totals=SourceTotals(total=D("52.47"), financial_status="voided"), remarks=("stale total",)),
    order("S6", payments=(payment("a", 100), payment("r", 30, state="refunded"))),
    order("S7", customer=None, currency="JPY"),
    order("", source="shop", external_id="78", customer=CustomerRecord(name="Guest", phone="1"), billing=ADDRESS),
)  # fmt: skip


@pytest.fixture
def full(shop):
    for outcome in take_in(shop, *EVERYTHING[:-1], *MORE):
        assert codes([outcome]) == ["created"], outcome
    return shop


def test_fresh_shop_exports_the_same_bytes(full, sqlite_template, tmp_path):
    take_in(full, EVERYTHING[-1])  # a payment that came after its order
    first = exported()
    (tmp_path / "copy.db").write_bytes(sqlite_template.read_bytes())

    full.database.close()
    with opened(f"sqlite:///{tmp_path / 'copy.db'}") as fresh:
        outcomes = imported(fresh, first, tmp_path)
        second = exported()
    models.database.initialize(full.database)

    assert codes(outcomes) == ["created"] * len(outcomes)
    assert second == first


def test_export_taken_in_again_changes_nothing(full, tmp_path):
    text = exported()

    with nothing_changes(models.Operation):
        outcomes = imported(full, text, tmp_path)

    assert codes(outcomes) == ["unchanged"] * len(outcomes)


def test_export_after_a_day_of_work_changes_nothing_that_counts(full, tmp_path):
    ordering.confirm(full, ["S2"])
    invoicing.create(full, ["S1"], Request(confirm=True))
    registering.register(full, [Receipt("S7", amount=D(100)), Receipt(customer="C1", amount=D(5))])
    counted = {name: rows for name, rows in dump().items() if name in {"payments", "invoices", "order_lines"}}
    before = [money(number) for number in ("S1", "S2", "S7")], exported()

    outcomes = imported(full, before[1], tmp_path)
    again = imported(full, before[1], tmp_path)

    assert {*codes(outcomes)} <= {"changed", "unchanged"}
    assert codes(again) == ["unchanged"] * len(again)
    assert ([money(number) for number in ("S1", "S2", "S7")], exported()) == before
    assert {name: rows for name, rows in dump().items() if name in counted} == counted


def test_every_kind_is_exported(full):
    kinds = {line.split('"')[3] for line in exported().splitlines()}

    assert kinds == {"tax", "terms", "product", "customer", "cart", "order", "payment"}


def test_payment_without_a_reference_goes_by_its_number(full):
    registering.register(full, [Receipt(customer="C2", amount=D(5))])

    last = exported().splitlines()[-1]

    assert '"provider":"shopctl","reference":"PAY/2026/0000' in last


def test_export_is_read_in_parts(full, monkeypatch):
    whole = exported()
    monkeypatch.setattr(exporting, "PART", 2)

    assert exported() == whole


def test_role_that_may_not_import_may_export(full):
    reader = replace(full, actor=full.actor._replace(role="readonly"))

    assert io.StringIO(exported()).readline().startswith('{"kind":"tax"')
    assert not reader.actor.may("imports")


def test_money_that_went_back_or_never_came_is_not_exported_as_more(full, tmp_path):
    registering.register(full, [Receipt(customer="C1", amount=D(40)), Receipt(customer="C1", amount=D(7))])
    numbers = [row.number for row in models.Payment.select().order_by(models.Payment.id.desc()).limit(2)]
    paying_back.refund(full, numbers, Wish())
    annulling.cancel(full, [models.Payment.select().order_by(models.Payment.id.desc()).get().number], "bounced")
    text = exported()

    states = [
        json.loads(one).get("state", "done") for one in text.splitlines() if '"kind":"payment"' in one.replace(" ", "")
    ]

    assert states[-4:] == ["done", "done", "refunded", "cancelled"]
    with nothing_changes(models.Event, models.Series, models.Operation):
        assert set(codes(imported(full, text, tmp_path))) == {"unchanged"}
