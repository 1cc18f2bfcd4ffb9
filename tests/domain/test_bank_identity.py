"""Recognise movements that were told before, and lose none that only look alike."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain import bank_identity
from shopctl.domain.bank import Movement, Statement
from shopctl.domain.bank_identity import PENDING, Known, Verdict

D = Decimal
DAY = date(2026, 3, 2)


def movement(amount=10, **more):
    return Movement("line 1", more.pop("date", DAY), D(amount), "EUR", **more)


def statement(*movements, account="DE89370400440532013000", format="camt.053", **more):  # noqa: A002 - a field
    return Statement(format, account, "1", "EUR", movements, **more)


class Stored:
    """Keep statements as the database does, and tell what became of their lines."""

    def __init__(self, free=True):
        self.known: list[Known] = []
        self.free = free
        self.live = 0

    def take(self, one):
        names = bank_identity.identities(one, Counter())
        verdicts = bank_identity.compare(one, names, self.known)
        for line, name, verdict in zip(one.movements, names, verdicts, strict=True):
            key = len(self.known) + 1
            main = verdict.repeats or key
            if verdict.replaces:
                self.live -= any(old.key == verdict.replaces and old.free for old in self.known)
                self.known = [
                    old._replace(key=key, repeat=True, announced=False) if old.key == verdict.replaces else old
                    for old in self.known
                ]
            self.live += not verdict.repeats and line.booked
            self.known.append(
                Known(main, main != key, one.format, line.date, line.amount, name, not line.booked and main == key, self.free and line.booked,
                      line.end_to_end, line.bank_reference, line.reference, line.iban, line.text)
            )  # fmt: skip
        mains = [old.identity for old in self.known if not old.repeat]
        assert len(mains) == len(set(mains))
        return ["repeats" if one.repeats else "replaces" if one.replaces else "new" for one in verdicts]


def test_the_same_statement_has_the_same_fingerprint_wherever_its_lines_stand():
    one = statement(movement())
    moved = one._replace(movements=(movement()._replace(place="line 9", remark="x"),))

    assert bank_identity.fingerprint(one) == bank_identity.fingerprint(moved)
    assert bank_identity.fingerprint(one) != bank_identity.fingerprint(one._replace(closing=D(1)))
    assert bank_identity.fingerprint(one) != bank_identity.fingerprint(statement(movement(11)))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("DE89370400440532013000", "DE89370400440532013000", True),
        ("DE89370400440532013000", "37040044/0532013000", True),
        ("37040044/532013000", "DE89370400440532013000", True),
        ("DE89370400440532013000", "37040044/0532013001", False),
        ("NL91ABNA0417164300", "417164300", True),
        ("NL91ABNA0417164300", "164300", False),
        ("NL91ABNA0417164300", "NL20INGB0001234567", False),
        ("417164300", "417164301", False),
    ],
)
def test_an_account_is_the_same_by_its_iban_and_its_local_number(one, other, same):
    assert bank_identity.same_account(one, other) is same
    assert bank_identity.same_account(other, one) is same


def test_a_longer_statement_repeats_the_lines_of_a_shorter_one():
    stored = Stored()

    assert stored.take(statement(movement(1, text="a"), movement(2, text="b"))) == ["new", "new"]
    later = statement(movement(1, text="a"), movement(2, text="b"), movement(3, text="c"))
    assert stored.take(later) == ["repeats", "repeats", "new"]
    assert stored.live == 3


def test_genuine_lines_that_are_alike_survive():
    stored = Stored()
    twice, thrice = [statement(*[movement(5, text="bus")] * count) for count in (2, 3)]

    assert stored.take(twice) == ["new", "new"]
    assert stored.take(thrice) == ["repeats", "repeats", "new"]


def test_a_reference_that_a_bank_uses_again_does_not_decide_alone():
    lines = [movement(5, bank_reference="F1"), movement(6, bank_reference="F1"),
             movement(5, bank_reference="F1", date=date(2026, 3, 3)), movement(5, bank_reference="F1")]  # fmt: skip

    assert Stored().take(statement(*lines)) == ["new"] * 4


def test_the_reference_of_the_bank_counts_more_than_the_text():
    stored = Stored()
    stored.take(statement(movement(5, bank_reference="F1", text="short")))

    assert stored.take(statement(movement(5, bank_reference="F1", text="longer"), name2())) == ["repeats", "new"]
    assert stored.take(statement(movement(5, bank_reference="F2", text="short"))) == ["new"]


def name2():
    return movement(7, text="other")


@pytest.mark.parametrize(
    ("told", "again", "what"),
    [
        ({"end_to_end": "E-1"}, {"end_to_end": "E-1", "text": "else"}, "repeats"),
        ({"end_to_end": "E-1", "text": "same words"}, {"end_to_end": "E-2", "text": "same words"}, "new"),
        ({"bank_reference": "B-1", "text": "a"}, {"bank_reference": "B-1", "text": "b"}, "repeats"),
        ({"reference": "RF18 5390"}, {"reference": "RF185390"}, "repeats"),
        ({"iban": "NL20INGB0001234567", "text": "a"}, {"iban": "NL20INGB0001234567", "text": "b"}, "repeats"),
        ({"text": "Order S00012, thanks"}, {"text": "ORDER S00012\nTHANKS"}, "repeats"),
        ({"text": "Order S00012, thanks"}, {"text": "Order S00012, thanks GUTSCHRIFT"}, "repeats"),
        ({"text": "Order"}, {"text": "Order S00012"}, "new"),
        ({"text": "a"}, {"text": "b"}, "new"),
        ({}, {}, "new"),
        ({"text": "a"}, {}, "new"),
        ({"text": "a"}, {"text": "a", "date": date(2026, 3, 3)}, "new"),
    ],
)
def test_what_another_format_tells_again(told, again, what):
    stored = Stored()
    stored.take(statement(movement(**told), format="camt.054"))

    assert stored.take(statement(movement(**again), account="37040044/0532013000", format="mt940")) == [what]


def test_each_line_of_another_format_is_taken_once():
    stored = Stored()
    stored.take(statement(*[movement(5, end_to_end="E-1")] * 2, format="camt.054"))

    assert stored.take(statement(*[movement(5, end_to_end="E-1", text="x")] * 3)) == ["repeats", "repeats", "new"]


def test_a_repeat_is_known_by_what_either_of_its_files_told():
    stored = Stored()
    stored.take(statement(movement(end_to_end="E-1"), format="camt.054"))
    stored.take(statement(movement(end_to_end="E-1", text="Order S00012"), format="camt.053"))

    assert stored.take(statement(movement(text="Order S00012"), format="mt940")) == ["repeats"]


def test_a_booked_line_takes_the_place_of_the_announced_one():
    stored = Stored()
    announced = movement(end_to_end="E-1", booked=False)

    assert stored.take(statement(announced, format="camt.052")) == ["new"]
    assert stored.take(statement(announced, movement(1), format="camt.052")) == ["repeats", "new"]
    assert stored.take(statement(announced._replace(booked=True), format="camt.053")) == ["replaces"]
    assert stored.take(statement(announced, format="camt.052", closing=D(1))) == ["repeats"]
    assert stored.live == 2


SUM = statement(movement(100, bank_reference="B-1", text="20 transfers"))
PARTS = statement(
    movement(60, bank_reference="B-1", text="a"), movement(40, bank_reference="B-1", text="b"), format="camt.054"
)


def test_the_sum_of_a_batch_that_was_told_in_parts_is_a_repeat():
    stored = Stored()

    assert stored.take(PARTS) == ["new", "new"]
    assert stored.take(SUM) == ["repeats"]
    assert stored.take(PARTS._replace(name="2")) == ["repeats", "repeats"]
    assert stored.live == 2


def test_the_parts_of_a_batch_take_the_place_of_its_sum():
    stored = Stored()

    assert stored.take(SUM) == ["new"]
    assert stored.take(PARTS) == ["replaces", "new"]
    assert stored.take(SUM._replace(name="2")) == ["repeats"]
    assert stored.live == 2


def test_the_parts_of_a_batch_repeat_a_sum_that_is_used():
    stored = Stored(free=False)
    stored.take(SUM)

    assert stored.take(PARTS) == ["repeats", "repeats"]
    assert stored.live == 1


@pytest.mark.parametrize(
    "parts",
    [
        [movement(60, bank_reference="B-1"), movement(41, bank_reference="B-1")],
        [movement(60, bank_reference="B-1"), movement(40, bank_reference="B-2")],
        [movement(60), movement(40)],
        [movement(60, bank_reference="B-1"), movement(40, bank_reference="B-1", date=date(2026, 3, 3))],
    ],
)
def test_what_does_not_make_the_sum_is_new(parts):
    stored = Stored()
    stored.take(SUM)

    assert stored.take(statement(*parts, format="camt.054")) == ["new", "new"]


def test_nothing_is_known_of_an_empty_statement():
    assert bank_identity.compare(statement(), [], []) == []
    assert bank_identity.compare(statement(movement()), ["x"], []) == [Verdict()]


def test_names_of_announced_lines_are_their_own():
    booked, announced = statement(movement()), statement(movement(booked=False))

    (one,), (other,) = bank_identity.identities(booked, Counter()), bank_identity.identities(announced, Counter())

    assert other == PENDING + one


LINES = st.lists(
    st.builds(
        movement,
        st.integers(1, 2),
        text=st.sampled_from(["", "a", "b"]),
        bank_reference=st.sampled_from(["", "F1"]),
        end_to_end=st.sampled_from(["", "E1"]),
    ),
    max_size=8,
)


@given(LINES, LINES)
def test_importing_more_and_more_of_a_file_keeps_each_line_once(first, more):
    stored = Stored()
    whole = statement(*first, *more)

    stored.take(statement(*first))
    stored.take(whole)
    told = stored.take(whole)

    assert stored.live == len(first) + len(more)
    assert set(told) <= {"repeats"}


@given(LINES, LINES, st.sampled_from(["mt940", "camt.054"]))
def test_no_other_format_loses_or_adds_money_that_it_does_not_tell(first, other, form):
    stored = Stored()

    stored.take(statement(*first, format=form))
    stored.take(statement(*other))

    assert max(len(first), len(other)) <= stored.live <= len(first) + len(other)
