"""Match, note and merge customers, and say what ties the shop to one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from shopctl.domain.people import Person, Ties, changed_fields, contact_key, merged, noted, obstacles, state_of

THEN = datetime(2026, 3, 1, 9, tzinfo=UTC)
LATER = datetime(2026, 4, 1, 9, tzinfo=UTC)
DAY = date(2026, 8, 21)


@pytest.mark.parametrize(
    ("email", "name", "phone", "key"),
    [
        ("", "Zoë  MÜLLER", "+49 (30) 12-34", "zoë müller|49301234"),
        ("", "Zoë", "", "zoë|"),
        ("zoe@example.org", "Zoë", "1", None),
        ("", "", "49301234", None),
    ],
)
def test_contact_is_folded_only_without_an_address(email, name, phone, key):
    assert contact_key(email, name, phone) == key


@pytest.mark.parametrize(
    ("archived", "is_merged", "anonymized", "state"),
    [
        (False, False, False, "active"),
        (True, False, False, "archived"),
        (True, True, False, "merged"),
        (False, True, True, "anonymized"),
    ],
)
def test_the_last_thing_that_happened_is_the_state(archived, is_merged, anonymized, state):
    assert state_of(archived=archived, merged=is_merged, anonymized=anonymized) == state


def test_a_note_gets_its_day_and_author_and_is_written_once():
    first = noted("", "rings back", DAY, "anna")

    assert first == "2026-08-21 anna: rings back"
    assert noted(first, "rings back", date(2026, 8, 22), "bert") == first
    assert noted(first, "paid late", DAY, "bert") == "2026-08-21 anna: rings back\n2026-08-21 bert: paid late"
    assert noted("typed by hand", "typed by hand", DAY, "anna") == "typed by hand"


def test_own_values_stay_and_gaps_are_filled():
    into = Person(name="Ann", email="ann@example.com", tags=("vip",), note="a", country="GB")
    source = Person(
        "Ann Smith", "Acme", "a.smith@example.com", "+44 1", "GB1", "en", "US", ("VIP", "b2b"), "N30", note="a\nb"
    )

    assert merged(into, source) == Person(
        "Ann", "Acme", "ann@example.com", "+44 1", "GB1", "en", "GB", ("vip", "b2b"), "N30", note="a\nb"
    )


@pytest.mark.parametrize(
    ("into", "source", "kept"),
    [
        ((None, "", None), (True, "form", THEN), (True, "form", THEN)),
        ((True, "form", LATER), (False, "letter", THEN), (False, "letter", THEN)),
        ((False, "letter", THEN), (True, "form", LATER), (False, "letter", THEN)),
        ((True, "form", THEN), (True, "shell", LATER), (True, "form", THEN)),
        ((True, "form", THEN), (None, "", None), (True, "form", THEN)),
        ((None, "", None), (None, "", None), (None, "", None)),
    ],
)
def test_a_no_to_marketing_mail_is_a_no(into, source, kept):
    names = ("marketing", "marketing_source", "marketing_at")
    one, other = (Person("Ann", **dict(zip(names, said, strict=True))) for said in (into, source))

    found = merged(one, other)

    assert (found.marketing, found.marketing_source, found.marketing_at) == kept


def test_what_changed_is_named_and_the_moment_of_consent_is_not():
    before = Person("Ann", marketing=None)
    after = Person("Ann", phone="1", marketing=False, marketing_source="shell", marketing_at=THEN)

    assert changed_fields(before, after) == ["phone", "marketing"]
    assert changed_fields(before, before) == []


def test_obstacles_name_the_command_that_looks_after_them():
    ties = Ties(orders=("S1", "S2", "S3", "S4", "S5"), drafts=("DRAFT/00001",), credits=("PAY/2026/00001",))

    assert obstacles("C1", ties) == [
        ("order S1 is not finished, order S2 is not finished, order S3 is not finished, 2 more like it",
         "shopctl orders show S1"),
        ("DRAFT/00001 is a draft", "shopctl invoice delete DRAFT/00001"),
        ("PAY/2026/00001 is not used up", "shopctl payment outstanding C1"),
    ]  # fmt: skip
    assert obstacles("C1", Ties()) == []


def test_open_invoices_and_letters_on_their_way_are_obstacles():
    assert obstacles("C1", Ties(open_invoices=("INV/2026/00001",), letters=("INV/2026/00001",))) == [
        ("INV/2026/00001 is not paid", "shopctl invoice show INV/2026/00001"),
        ("a letter about INV/2026/00001 is being sent", "shopctl email list --document INV/2026/00001"),
    ]
