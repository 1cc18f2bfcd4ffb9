"""Store statements: every line, the same money once, and what is missing said aloud."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shopctl import batch, models
from shopctl.domain.access import Actor
from shopctl.domain.bank import Movement, Statement
from shopctl.domain.outcomes import Change
from shopctl.errors import ExitStatus, ForbiddenError, NotFoundError, UsageError
from shopctl.services import assigning, bank_importing, bank_statements
from shopctl.services.assigning import Chosen
from shopctl.services.listing import bank_lines, rows
from shopctl.services.listing import bank_statements as listing
from tests.support.shop import asked, codes, colleagues, done, failed, journal, nothing_changes, opened, sell, wrong

D = Decimal
DAY = date(2026, 3, 2)
ACCOUNT = "DE89370400440532013000"


def movement(amount=10, **more):
    return Movement("line 1", more.pop("date", DAY), D(amount), "EUR", **more)


def statement(*movements, **more):
    told = {"format": "camt.053", "account": ACCOUNT, "name": "1", "currency": "EUR", **more}
    return Statement(movements=movements, **told)


def take_in(shop, *statements, file="may.xml", strict=False):
    items = list(bank_importing.incoming(shop, file, statements))
    return bank_importing.store(shop, items, strict=strict)


def lines():
    """Tell amount, state and what is repeated of every line."""
    query = models.BankLine.select().order_by(models.BankLine.id)
    return [(str(row.amount), row.state, row.repeats_id) for row in query]


def test_a_statement_is_stored_with_all_that_it_tells(shop):
    told = movement(
        "100.5", kind="transfer", value_date=date(2026, 3, 3), name="Ann", iban="NL1", reference="RF18", text="S1",
        end_to_end="E-1", bank_reference="B-1", remark="odd",
    )  # fmt: skip
    one = statement(told, opened_on=DAY, opening=D(1), closed_on=DAY, closing=D("101.5"))

    (outcome,) = take_in(shop, one)

    row = done(outcome).row
    assert (outcome.change, outcome.reference, outcome.notes) == (Change.CREATED, "may.xml", ("1 line",))
    assert row[:10] == ("STMT/00001", "camt.053", ACCOUNT, "1", "EUR", DAY, D(1), DAY, D("101.5"), D(0))
    assert (row.lines, row.new, row.repeated, row.pending, row.amount_total, row.file) == (
        1,
        1,
        0,
        0,
        D("100.5"),
        "may.xml",
    )
    (found,) = bank_statements.show(["line-1"])
    assert found.line == bank_statements.BankLineRow(
        "LINE/00001", "STMT/00001", "camt.053", ACCOUNT, DAY, date(2026, 3, 3), "EUR", D("100.5"), D(0), D(0),
        "transfer", "Ann", "NL1", "RF18", "S1", "E-1", "B-1", "", "open", None, "odd",
    )  # fmt: skip
    assert (found.place, found.file, found.payments, found.repeated_by) == (1, "may.xml", (), ())
    assert found.line.amount_open == D("100.5")
    assert journal()[-1] == ("bank.imported", "STMT/00001")
    assert wrong(shop) == []


def test_the_very_same_statement_changes_nothing(shop):
    one = statement(movement())
    take_in(shop, one)

    with nothing_changes():
        (outcome,) = take_in(shop, one, file="again.xml")

    assert (outcome.change, outcome.row.statement) == (Change.UNCHANGED, "STMT/00001")


def test_what_two_statements_tell_is_one_line_and_both_add_up(shop):
    take_in(shop, statement(movement(1, text="a"), movement(2, text="b"), opening=D(0), closing=D(3)))

    (outcome,) = take_in(shop, statement(movement(2, text="b"), movement(3, text="c"), opening=D(1), closing=D(6)))

    assert outcome.notes == ("2 lines, 1 told before",)
    assert (outcome.row.new, outcome.row.repeated, outcome.row.difference) == (1, 1, D(0))
    assert lines() == [
        ("1.0000", "open", None),
        ("2.0000", "open", None),
        ("2.0000", "repeated", 2),
        ("3.0000", "open", None),
    ]
    assert bank_statements.show(["LINE/00002"])[0].repeated_by == ("LINE/00003",)
    everything = bank_lines.selected(bank_lines.BankLineFilter())
    assert rows.sums(bank_lines.NOUN, everything, asked()) == [("EUR", 4, D(6))]
    assert wrong(shop) == []


def test_a_notification_and_the_statement_tell_the_same_money_in_either_order(shop):
    notice = statement(movement(end_to_end="E-1"), format="camt.054")

    take_in(shop, notice)
    take_in(shop, statement(movement(end_to_end="E-1", text="S1"), movement(7)))
    take_in(shop, statement(movement(7, text="x", iban="NL1"), format="camt.054"))

    assert [state for _, state, _ in lines()] == ["open", "repeated", "open", "open"]


def test_like_lines_of_one_file_are_all_kept_in_one_statement_or_several(shop):
    one, two = statement(movement(), movement()), statement(movement(), name="2")

    assert codes(take_in(shop, one, two)) == ["created", "created"]
    assert codes(take_in(shop, statement(*[movement()] * 4, name="3"), file="june.xml")) == ["created"]

    assert [state for _, state, _ in lines()] == ["open"] * 3 + ["repeated"] * 3 + ["open"]


def test_a_statement_twice_in_a_file_counts_once(shop):
    one = statement(movement())

    assert codes(take_in(shop, one, one, statement(movement(), name="2"))) == ["created", "unchanged", "created"]
    assert [state for _, state, _ in lines()] == ["open", "open"]


def test_a_booked_line_takes_the_place_of_the_announced_one(shop):
    announced = movement(end_to_end="E-1", booked=False)
    take_in(shop, statement(announced, format="camt.052", opening=D(0), closing=D(0)))
    take_in(shop, statement(announced, movement(1), format="camt.052", name="2"), file="b.xml")

    (outcome,) = take_in(shop, statement(movement(end_to_end="E-1")), file="c.xml")

    assert outcome.row.new == 1
    assert [(state, repeats) for _, state, repeats in lines()] == [
        ("repeated", 4), ("repeated", 4), ("open", None), ("open", None)
    ]  # fmt: skip
    assert wrong(shop) == []


def batch_of(*amounts, form="camt.053"):
    return statement(*[movement(one, bank_reference="B-1", text=f"part {one}") for one in amounts], format=form)


def test_the_parts_of_a_batch_take_the_place_of_its_sum(shop):
    take_in(shop, batch_of(100))

    (outcome,) = take_in(shop, batch_of(60, 40, form="camt.054"))

    assert outcome.row.new == 2
    assert [(state, repeats) for _, state, repeats in lines()] == [("repeated", 2), ("open", None), ("open", None)]
    assert wrong(shop) == []


def test_the_parts_of_a_batch_repeat_a_sum_that_a_payment_used(shop):
    take_in(shop, batch_of(100))
    sell(shop)
    assigned = assigning.assign(shop, [Chosen("LINE/00001", (), None, customer="C1")])

    take_in(shop, batch_of(60, 40, form="camt.054"))

    assert codes(assigned) == ["created"]
    assert [(state, repeats) for _, state, repeats in lines()] == [("settled", None), ("repeated", 1), ("repeated", 1)]
    assert wrong(shop) == []


def test_a_difference_is_a_warning_and_a_refusal_when_asked(shop):
    one = statement(movement(5), opening=D(10), closing=D(16), remarks=("entry 1: odd",))
    said = "opening 10.00 EUR and lines of 5.00 EUR do not make the closing 16.00 EUR: 1.00 EUR are missing"

    with nothing_changes():
        (refused,) = take_in(shop, one, strict=True)
    (outcome,) = take_in(shop, one)

    error = failed(refused)
    assert (error.code, error.status) == ("bank.statement_doubtful", ExitStatus.REJECTED)
    assert error.message == f"may.xml ({ACCOUNT}): {said}"
    assert outcome.notes == ("1 line", f"STMT/00001: {said}", "STMT/00001: entry 1: odd")
    assert (outcome.row.difference, outcome.row.lines) == (D(1), 1)
    assert wrong(shop) == []


def test_what_is_odd_in_another_way_is_refused_when_asked(shop):
    (refused,) = take_in(shop, statement(movement(), remarks=("entry 1: odd",)), strict=True)

    assert failed(refused).message == f"may.xml ({ACCOUNT}): entry 1: odd"


@pytest.mark.parametrize(
    "told",
    [
        {"opening": D("-9999999999999"), "closing": D("-9999999999999")},
        {"opening": D("-19999999999998"), "closing": D(1)},
    ],
)
def test_more_than_can_be_stored_is_refused(shop, told):
    lot = movement("9999999999999")

    with nothing_changes():
        (refused,) = take_in(shop, statement(lot, lot, lot, **told))

    assert failed(refused).code == "bank.statement_doubtful"


def test_a_statement_without_a_currency_is_in_that_of_the_shop(shop):
    (outcome,) = take_in(shop, statement(movement()._replace(currency=""), currency=""))

    assert outcome.row.currency == "EUR"
    assert models.BankLine.get().currency == "EUR"


def test_a_line_without_money_explains_itself(shop):
    take_in(shop, statement(movement(0)))

    assert lines() == [("0.0000", "ignored", None)]
    assert models.BankLine.get().remark == "there is no money in it"


def test_other_accounts_and_currencies_never_meet(shop):
    one = movement(text="a long enough text")

    take_in(shop, statement(one), statement(one, account="NL91ABNA0417164300"))
    take_in(shop, statement(one._replace(currency="USD"), currency="USD", format="mt940"))

    assert [state for _, state, _ in lines()] == ["open"] * 3


def test_the_statements_before_a_broken_one_are_stored(shop):
    def reading():
        yield statement(movement())
        raise UsageError("file.format", "statement 2 of may.xml: broken")

    items = list(bank_importing.incoming(shop, "folder/may.xml", reading()))
    outcomes = bank_importing.store(shop, items)

    assert codes(outcomes) == ["created", "file.format"]
    assert [one.reference for one in outcomes] == ["may.xml", "may.xml (2)"]
    assert models.BankStatement.select().count() == 1


def test_all_or_nothing(shop):
    shop.atomic = True
    odd = statement(movement(2), opening=D(1), closing=D(1))

    with nothing_changes():
        items = list(bank_importing.incoming(shop, "may.xml", [statement(movement()), odd]))
        outcomes = list(batch.run(shop, items, lambda part: bank_importing.store(shop, part, strict=True)))

    assert codes(outcomes) == ["skipped", "bank.statement_doubtful"]


def test_a_dry_run_sees_what_it_would_store(shop):
    rehearsing = replace(shop, dry_run=True)
    items = list(
        bank_importing.incoming(rehearsing, "may.xml", [statement(movement()), statement(movement(), name="2")])
    )

    with nothing_changes():
        outcomes = list(batch.run(rehearsing, items, lambda part: bank_importing.store(rehearsing, part), chunk=1))

    assert codes(outcomes) == ["would_create", "would_create"]


def test_an_accountant_may_and_others_may_not(shop):
    with pytest.raises(ForbiddenError):
        take_in(replace(shop, actor=Actor("s", "sales")), statement(movement()))
    assert codes(take_in(replace(shop, actor=Actor("a", "accountant")), statement(movement()))) == ["created"]


def found_lines(wanted, **more):
    return [row.line[-1] for row in bank_lines.search(bank_lines.BankLineFilter(**wanted), asked(**more)).rows]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["4", "3", "2", "1"]),
        ({"unmatched": True}, ["4", "2", "1"]),
        ({"state": "repeated"}, ["3"]),
        ({"statement": "STMT/00002"}, ["3"]),
        ({"account": "NL91"}, ["4"]),
        ({"amount": D("7")}, ["4", "2"]),
        ({"name": "smi"}, ["3", "1"]),
        ({"text": "s0001"}, ["3", "1"]),
        ({"text": "DE12"}, ["2"]),
        ({"since": date(2026, 3, 3)}, ["4"]),
        ({"until": date(2026, 3, 2)}, ["3", "2", "1"]),
    ],
)
def test_lines_are_found(shop, wanted, found):
    ann = movement(name="Ann Smith", text="Order S00012")
    take_in(shop, statement(ann, movement(-7, iban="DE12")))
    take_in(shop, statement(ann, name="2"), file="b.xml")
    take_in(shop, statement(movement(7, date=date(2026, 3, 3)), account="NL91ABNA0417164300"), file="c.xml")

    assert found_lines(wanted) == found


@pytest.mark.parametrize(
    ("search", "count"),
    [("smith order", 1), ("SMI", 1), ("100%", 1), ("line-1", 1), ("nobody", 0), ("a_b", 0)],
)
def test_lines_are_searched(shop, search, count):
    take_in(shop, statement(movement(name="Ann Smith", text="Order a-b, 100% paid")))

    assert len(found_lines({}, search=search)) == count


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["STMT/00002", "STMT/00001"]),
        ({"unbalanced": True}, ["STMT/00002"]),
        ({"format": "MT940"}, ["STMT/00002"]),
        ({"account": "DE89"}, ["STMT/00001"]),
        ({"since": date(2026, 3, 3)}, ["STMT/00002"]),
        ({"until": date(2026, 3, 2)}, ["STMT/00001"]),
    ],
)
def test_statements_are_found(shop, wanted, found):
    take_in(shop, statement(movement(), closed_on=DAY))
    take_in(
        shop,
        statement(opening=D(1), closing=D(2), closed_on=date(2026, 3, 4), format="mt940", account="NL91ABNA0417164300"),
    )

    rows = listing.search(listing.BankStatementFilter(**wanted), asked()).rows

    assert [row.statement for row in rows] == found


def test_a_line_or_statement_that_is_not_there(shop):
    for find, address, code in (
        (bank_statements.find_line, "LINE/00009", "bank.line_unknown"),
        (bank_statements.find_line, "S00001", "bank.line_unknown"),
        (bank_statements.find_statement, "STMT/9", "bank.statement_unknown"),
    ):
        with pytest.raises(NotFoundError) as caught:
            find(address)
        assert caught.value.code == code


# Several at once.


def test_files_of_the_same_money_at_the_same_moment_count_once(database_url):
    jobs = [("statements", [form]) for form in ("camt.053", "camt.054", "mt940", "camt.053")]

    answers = colleagues(database_url, jobs, chunk=1)

    assert sorted(one for answer in answers for one in answer) == ["created", "created", "created", "unchanged"]
    with opened(database_url) as shop:
        assert wrong(shop) == []
        states = [row.state for row in models.BankLine.select(models.BankLine.state)]
        assert (states.count("open"), states.count("repeated")) == (100, 200)
