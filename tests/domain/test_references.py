"""Payment references: written, and recognised by their check digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.references import belgian, kind_of, quotes, reference, rf, valid

DIGITS = st.text("0123456789", min_size=1, max_size=10)


@pytest.mark.parametrize(
    ("number", "style", "written"),
    [
        ("INV/2026/00031", "plain", "INV/2026/00031"),
        ("INV/2026/00031", "rf", "RF95 2026 0003 1"),
        ("INV/2026/00031", "belgian", "+++020/2600/03111+++"),
        ("F26-08-001", "rf", "RF60 2608 001"),
        # The last 21 of 22 digits; with 271500 behind them they leave 60 when divided by 97.
        ("1/234567890123456789012", "rf", "RF38 2345 6789 0123 4567 8901 2"),
        ("INV/2026/123456789012", "belgian", "+++345/6789/01212+++"),
    ],
)
def test_reference_is_made_of_the_digits_of_the_number(number, style, written):
    assert reference(number, style) == written


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("RF18 1234 5678 9", "rf"),
        ("rf18 1234 5678 9", "rf"),
        ("RF18539007547034", "rf"),
        ("RF17539007547034", ""),
        ("+++020/3430/57642+++", "belgian"),
        ("***020/3430/57642***", "belgian"),
        ("0203 4305 3497", "belgian"),
        ("020343053400", ""),
        ("2023000098", "finnish"),
        ("1232", "finnish"),
        ("123", ""),
        ("1233", ""),
        ("INV/2026/00031", ""),
        ("", ""),
        ("RF", ""),
        ("RF18", ""),
    ],
)
def test_structured_reference_is_recognised(text, kind):
    assert (kind_of(text), valid(text)) == (kind, bool(kind))


@given(DIGITS)
def test_every_reference_that_is_written_is_valid(base):
    assert kind_of(rf(base)) == "rf"
    assert kind_of(belgian(base)) == "belgian"


@given(DIGITS, st.data())
def test_one_wrong_digit_is_noticed(base, data):
    for written, kind in ((rf(base), "rf"), (belgian(base), "belgian")):
        place = data.draw(st.sampled_from([at for at, character in enumerate(written) if character.isdigit()]))
        digit = data.draw(st.sampled_from(sorted(set("0123456789") - {written[place]})))

        assert kind_of(written[:place] + digit + written[place + 1 :]) != kind


@pytest.mark.parametrize(
    ("text", "reference", "quoted"),
    [
        ("INV/2026/00031", "INV/2026/00031", True),
        ("Invoice inv-2026-00031, thanks", "INV/2026/00031", True),
        ("inv 2026 00031", "INV/2026/00031", True),
        ("INV/2026/000312", "INV/2026/00031", False),
        ("INV/2026/00031 2 chairs", "INV/2026/00031", True),
        ("XINV/2026/00031", "INV/2026/00031", False),
        ("RF18123456789", "RF18 1234 5678 9", True),
        ("rf18 1234-5678-9 order 4", "RF18 1234 5678 9", True),
        ("RF181234567890", "RF18 1234 5678 9", False),
        ("***020/3430/57642***", "+++020/3430/57642+++", True),
        ("020343057642", "+++020/3430/57642+++", True),
        ("S00431", "S00431", True),
        ("order S004310", "S00431", False),
        ("anything", "", False),
        ("", "S00431", False),
        ("anything", "+++", False),
    ],
)
def test_text_quotes_a_reference_however_it_is_spelled(text, reference, quoted):
    assert quotes(text, reference) == quoted
