"""Journal entries in words."""

from __future__ import annotations

import pytest

from shopctl.domain.history import details_of, words_of


@pytest.mark.parametrize(
    ("action", "details", "told"),
    [
        ("order.confirmed", "", ""),
        ("order.cancelled", '{"reason":"sold out"}', "reason: sold out"),
        ("order.imported", '{"source":""}', ""),
        ("order.closed", '{"lines":2,"reason":"gone"}', "lines: 2 · reason: gone"),
        ("payment.registered", '{"amount":"694.5400","document":"S1"}', "amount: 694.54 · document: S1"),
        ("payment.registered", '{"amount":"0.0001"}', "amount: 0.0001"),
        (
            "order.edited",
            '{"line 1 quantity":["1","2"],"note":["","ring"]}',
            "line 1 quantity: 1 → 2 · note: nothing → ring",
        ),
        ("order.tagged", '{"tags":["a","b"],"before":[]}', "tags: a, b · before: none"),
        ("invoice.posted", '{"allow_backdate":true}', "allow backdate: yes"),
    ],
)
def test_details_are_told_in_words(action, details, told):
    assert details_of(action, details) == told


def test_actions_are_told_in_words():
    assert words_of("credit_note.posted") == "credit note posted"
