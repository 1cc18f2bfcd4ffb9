"""Tell everything that is wrong with a document in one refusal."""

from __future__ import annotations

from shopctl.domain.problems import Problem, refusal

NOBODY = Problem("customer.unknown", "has no customer", "shopctl customers list")
EMPTY = Problem("invoice.nothing_left", "has no lines", "shopctl invoice edit DRAFT/00001")


def test_single_problem_keeps_its_own_code():
    error = refusal("DRAFT/00001", [NOBODY])

    assert (error.code, error.message, error.hint, error.details) == (
        "customer.unknown", "DRAFT/00001 has no customer", "shopctl customers list", {},
    )  # fmt: skip


def test_several_problems_are_told_at_once_and_a_hint_only_once():
    error = refusal("DRAFT/00001", [NOBODY, EMPTY, NOBODY._replace(words="has no address")])

    assert (error.code, error.message) == (
        "invoice.incomplete", "DRAFT/00001 cannot be posted: it has no customer; it has no lines; it has no address",
    )  # fmt: skip
    assert error.hint == "shopctl customers list\nshopctl invoice edit DRAFT/00001"
    assert error.details == {"problems": ["customer.unknown", "invoice.nothing_left", "customer.unknown"]}
