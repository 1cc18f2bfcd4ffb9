"""Decide what money on a statement pays."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.transfers import debts_of, judged, transfers_of
from shopctl.domain.matching import Debt, Line, match

D = Decimal
DAY = date(2026, 8, 21)

ANN = Debt("INV/2026/00031", ("S00042",), "RF95 2026 0003 1", 1, ("Ann Smith",), DAY, "EUR", D("121.00"))
TOO = Debt("INV/2026/00032", ("S00043",), "", 1, ("Ann Smith",), DAY, "EUR", D("79.00"))
BOB = Debt("S00044", (), "", 2, ("Jones Ltd", "Bob Jones"), DAY, "EUR", D("121.00"), kind="order")
ALL = [ANN, TOO, BOB]
SEEN = Debt("PAY/2026/00007", ("S00042",), "", 1, ("Ann Smith",), DAY, "EUR", D("50.00"), kind="payment")


def line(amount, text="", name="", **more):
    return Line(1, **{"date": DAY, "amount": D(amount), "currency": "EUR", "name": name, "text": text, **more})


def one(amount, text="", name="", debts=ALL, **more):
    (answer,) = match([line(amount, text, name, **more)], debts)
    return answer


def sure(answer):
    """Tell the documents of a match beyond doubt, with its score; nothing for a doubtful one."""
    return (answer.candidates[0].documents, answer.candidates[0].score) if answer.sure else None


@pytest.mark.parametrize(
    ("amount", "text", "name", "more", "expected"),
    [
        # 100 for the reference, 30 for the amount, 10 for the same day.
        ("121.00", "RF95 2026 0003 1", "", {}, (("INV/2026/00031",), 140)),
        # 90 for the number; the name adds 20.
        ("121.00", "inv 2026 31", "SMITH ANN", {}, (("INV/2026/00031",), 150)),
        ("121.00", "order S42", "ann smith", {}, (("INV/2026/00031",), 150)),
        # 50 for a part of the number.
        ("121.00", "00031", "Ann Smith", {}, (("INV/2026/00031",), 110)),
        # 40 for the account, 30 for the amount, 20 for the name.
        ("79.00", "", "A. Smith Ann", {"customer": 1}, (("INV/2026/00032",), 100)),
        # Less than is due, and more: the payer is known by name, or quotes a checked reference.
        ("100.00", "INV/2026/00031", "Ann Smith", {}, (("INV/2026/00031",), 120)),
        ("130.00", "RF95202600031", "", {}, (("INV/2026/00031",), 110)),
        # Both invoices at once, quoted or by the account.
        ("200.00", "INV/2026/00031, INV/2026/00032", "Ann Smith", {}, (("INV/2026/00031", "INV/2026/00032"), 150)),
        ("200.00", "", "Ann Smith", {"customer": 1}, (("INV/2026/00031", "INV/2026/00032"), 100)),
        # What is quoted together is paid together, the oldest first, also where that is not all of it.
        ("150.00", "INV/2026/00031, INV/2026/00032", "Ann Smith", {}, (("INV/2026/00031", "INV/2026/00032"), 120)),
        # One point less for every three days.
        ("121.00", "RF95 2026 0003 1", "", {"date": DAY + timedelta(days=10)}, (("INV/2026/00031",), 137)),
        # Some banks write the name among the words.
        ("100.00", "INV/2026/00031 von Ann Smith", "", {}, (("INV/2026/00031",), 120)),
        # A reference is proof, whoever pays, though Jones owes just as much.
        ("121.00", "RF95 2026 0003 1", "Jones Ltd", {}, (("INV/2026/00031",), 140)),
        # An order that waits for its transfer.
        ("121.00", "S00044", "", {}, (("S00044",), 130)),
    ],
)
def test_what_is_beyond_doubt(amount, text, name, more, expected):
    assert sure(one(amount, text, name, **more)) == expected


@pytest.mark.parametrize(
    ("amount", "text", "name", "more", "doubt"),
    [
        ("55.00", "thanks", "Somebody", {}, "nothing fits"),
        # 20 for the name, 30 for the amount, 10 for the day.
        ("79.00", "", "Ann Smith", {}, "score 60 of 90"),
        ("121.00", "Zahlung", "", {}, "score 40 of 90"),
        # The number of one, the amount and the name of another.
        ("121.00", "INV/2026/00032", "Bob Jones", {}, "the name and the amount are those of S00044"),
        # A number with another amount, from somebody unknown.
        ("100.00", "INV/2026/00031", "", {}, "another amount, and the payer is not known"),
        ("100.00", "INV/2026/00031", "Zoe Zimmer", {}, "another amount, and the payer is not known"),
        # A running number and an amount may be those of an invoice of last year, of a customer, of a delivery.
        ("121.00", "INV/2025/00031", "Zoe Zimmer", {}, "only a part of the number, and the payer is not known"),
        ("121.00", "Kd-Nr. C00031", "", {}, "only a part of the number, and the payer is not known"),
        ("121.00", "2026/31", "Zoe Zimmer", {}, "only a part of the number, and the payer is not known"),
        # Documents of two customers are no group.
        ("242.00", "INV/2026/00031 S00044", "", {}, "S00044 fits as well"),
        # Money in another currency never meets.
        ("79.00", "", "Ann Smith", {"currency": "USD", "customer": 1}, "nothing fits"),
        ("121.00", "INV/2026/00031", "Ann Smith", {"currency": "USD"}, "nothing fits"),
    ],
)
def test_what_is_in_doubt(amount, text, name, more, doubt):
    assert one(amount, text, name, **more).doubt == doubt


def test_documents_that_fit_alike_are_in_doubt():
    twin = ANN._replace(number="INV/2026/00090", quoted=(), reference="")

    answer = one("121.00", "", "Ann Smith", debts=[ANN, twin], customer=1)

    assert answer.doubt == "INV/2026/00090 fits as well"
    assert [candidate.documents for candidate in answer.candidates[:2]] == [("INV/2026/00031",), ("INV/2026/00090",)]


def test_the_few_documents_that_make_up_the_amount_are_named():
    third = TOO._replace(number="INV/2026/00033", quoted=(), due=D("15.50"))

    answer = one("94.50", "", "Ann Smith", debts=[ANN, TOO, third], customer=1)

    # 79.00 + 15.50, and nothing else comes to 94.50.
    assert answer.candidates[0].documents == ("INV/2026/00032", "INV/2026/00033")
    assert answer.candidates[0].reasons == ("account of the customer", "exact amount", "name", "near date")


def test_documents_that_make_up_the_amount_in_two_ways_are_in_doubt():
    debts = [ANN._replace(number=f"INV/2026/0010{due}", quoted=(), reference="", due=D(due)) for due in (1, 2, 3, 5, 9)]

    answer = one("8.00", "", "Ann Smith", debts=debts, customer=1)

    # 3 + 5, and 1 + 2 + 5 as well.
    assert answer.doubt == "INV/2026/00103, INV/2026/00105 fits as well"
    assert answer.candidates[0].documents == ("INV/2026/00101", "INV/2026/00102", "INV/2026/00105")


def test_two_lines_pay_one_document_together():
    lines = [line("60.00", "INV/2026/00031")._replace(key=key) for key in (1, 2)]
    lines[1] = lines[1]._replace(amount=D("61.00"))

    found = match(lines, ALL)

    # 60.00 + 61.00 is what is due, so nobody else is needed to tell who paid.
    assert [sure(answer) for answer in found] == [(("INV/2026/00031",), 130)] * 2
    assert found[0].candidates[0].reasons[-1] == "exact amount together with another line"


@pytest.mark.parametrize(("text", "second"), [("INV/2026/00031", "60.00"), ("00031", "61.00")])
def test_two_lines_that_do_not_make_up_a_document_or_quote_a_part_of_it_are_in_doubt(text, second):
    found = match([line("60.00", text), line(second, text)._replace(key=2)], ALL)

    assert [answer.sure for answer in found] == [False, False]


def test_a_reference_is_proof_against_the_name_and_the_amount_of_another():
    other = BOB._replace(due=D("100.00"))

    assert sure(one("100.00", "RF95 2026 0003 1", "Bob Jones", debts=[ANN, other])) == (("INV/2026/00031",), 110)


def test_a_part_of_the_number_decides_between_two_of_one_name():
    other = BOB._replace(names=("Ann Smith",))

    assert sure(one("121.00", "00031", "Ann Smith", debts=[ANN, other])) == (("INV/2026/00031",), 110)


def test_a_single_word_is_not_the_name_of_a_customer():
    known = one("100.00", "INV/2026/00031", "Ann", debts=[ANN._replace(names=("Ann",))])

    assert (known.candidates[0].score, known.doubt) == (110, "another amount, and the payer is not known")


def test_a_document_is_one_candidate():
    answer = one("121.00", "00031")

    assert [candidate.documents for candidate in answer.candidates] == [("INV/2026/00031",), ("S00044",)]


def test_more_than_another_line_leaves_is_in_doubt():
    lines = [line("100.00", "INV/2026/00031", "Ann Smith"), line("121.00", "INV/2026/00031", "Ann Smith")]

    first, second = match([lines[0], lines[1]._replace(key=2)], ALL)

    assert (first.sure, second.doubt) == (True, "another line pays a part of INV/2026/00031")


def test_a_document_is_paid_once():
    lines = [line("121.00", "INV/2026/00031", "Ann Smith")._replace(key=key) for key in (1, 2)]

    first, second = match(lines, ALL)

    assert (first.sure, second.doubt) == (True, "INV/2026/00031 is paid by another line")


def test_an_early_discount_is_an_exact_amount_until_its_last_day():
    granted = ANN._replace(early=D("118.58"), early_until=DAY)

    assert one("118.58", "RF95202600031", debts=[granted]).candidates[0].reasons[1] == "early discount"
    assert one("118.58", "", "Ann Smith", debts=[granted]).candidates[0].reasons[0] == "early discount"
    lines = [line("118.58", "INV/2026/00031", "Ann Smith"), line("2.42", "INV/2026/00031", "Ann Smith")]
    assert match(lines, [granted])[1].doubt == "INV/2026/00031 is paid by another line"
    late = one("118.58", "RF95202600031", debts=[granted], date=DAY + timedelta(days=1))
    assert not late.candidates[0].exact


def test_a_payment_that_is_there_is_seen_only_as_a_whole():
    assert sure(one("50.00", "S00042", debts=[SEEN])) == (("PAY/2026/00007",), 130)
    assert one("49.00", "S00042", "Ann Smith", debts=[SEEN]).doubt == "nothing fits"
    assert one("49.00", "", "Ann Smith", debts=[SEEN], customer=1).doubt == "nothing fits"
    # Nor is it one of several documents, quoted or by the account: 50.00 + 79.00.
    quoted = one("129.00", "PAY/2026/00007 INV/2026/00032", "Ann Smith", debts=[SEEN, TOO])
    assert [candidate.documents for candidate in quoted.candidates] == [("INV/2026/00032",)]
    known = one("129.00", "", "Ann Smith", debts=[SEEN, TOO], customer=1)
    assert [candidate.documents for candidate in known.candidates] == [("INV/2026/00032",)]


def test_the_score_that_is_enough_can_be_chosen():
    found = match([line("79.00", "", "Ann Smith")], ALL, minimum=60)

    assert [sure(answer) for answer in found] == [(("INV/2026/00032",), 60)]


def test_umlauts_are_names_however_a_bank_writes_them():
    debt = ANN._replace(names=("Jörg Müller",))

    for written in ("JOERG MUELLER", "Jorg Muller", "Müller, Jörg", "Herr Jörg Müller"):
        assert "name" in one("121.00", "", written, debts=[debt]).candidates[0].reasons


@given(st.integers(min_value=0, max_value=10_000))
def test_no_document_is_paid_more_than_is_due(seed):
    random = Random(seed)
    debts = debts_of(random, 40)
    made = transfers_of(random, debts, 30)
    due = {debt.number: debt.due for debt in debts}

    for answer in match([one.line for one in made], debts):
        if not answer.sure:
            continue
        rest = answer.line.amount
        for number in answer.candidates[0].documents:
            used = min(rest, due[number])
            due[number] -= used
            rest -= used
        # What is more than is due has a checked reference, or the name, to say whose it is.
        assert not rest or answer.candidates[0].agreed
    assert min(due.values()) >= 0


def test_a_month_of_transfers_is_matched_without_error():
    random = Random(7)
    debts = debts_of(random, 1300)

    counts = judged(transfers_of(random, debts, 1000), debts)["all"]

    assert (counts.transfers, counts.wrong) == (1000, 0)
    assert counts.right > 800
