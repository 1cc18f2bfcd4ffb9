"""Four senders at once, a server that misbehaves, and kills at the worst moments: nothing is sent twice or lost."""

from __future__ import annotations

import pytest

from tests.support.mail_proof import proof

LETTERS = 120


@pytest.mark.parametrize("seed", [1])
def test_letters_are_sent_once_or_are_in_doubt_whatever_breaks(database_url, seed):
    count = proof(database_url, LETTERS, seed=seed, kills=20)

    assert (count.twice, count.unsent, count.lost, count.open) == (0, 0, 0, 0)
    assert count.sent + count.uncertain + count.failed == LETTERS
    assert min(count.sent, count.uncertain, count.failed) > 0
