"""Read addresses as they are typed, and change those of a customer."""

from __future__ import annotations

import pytest

from shopctl.domain.addresses import AddressEdits, edited, joined, parse_address, parse_edits
from shopctl.domain.records import AddressRecord
from shopctl.errors import NotFoundError, UsageError

MADRID = AddressRecord(street="Calle Mayor 7, 2º", zip="28013", city="Madrid", country="ES")
KIEL = AddressRecord(company="Nord", city="Kiel", country="DE", kind="shipping")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("street=Calle Mayor 7, 2º,zip=28013,city=Madrid,country=es", MADRID),
        ("shipping:company=Nord,city=Kiel,country=DE", KIEL),
        (" company = Nord , city=Kiel,country=DE,kind=shipping", KIEL),
        ("name=Ann: the one upstairs", AddressRecord(name="Ann: the one upstairs")),
        ("other:street=a=b", AddressRecord(street="a=b", kind="other")),
    ],
)
def test_address_is_read(text, address):
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("add", "change", "remove", "told"),
    [
        (["Kiel"], [], [], "--address has no field 'Kiel'"),
        (["strasse=Kai 4"], [], [], "--address has no field 'strasse'"),
        (["street="], [], [], "holds no address"),
        (["kind=home,city=Kiel"], [], [], "'home' is no kind of address"),
        (["city=Kiel,country=Germany"], [], [], "'GERMANY' is not a country code"),
        (["city=Kiel,city=Bonn"], [], [], "--address names city twice"),
        ([], ["city=Kiel"], [], "does not say what changes"),
        ([], ["0:city=Kiel"], [], "'0' is not the number of a line"),
        ([], ["1:"], [], "does not say what changes"),
        ([], ["1:city=Kiel"], ["1"], "address 1 is named twice"),
        ([], [], ["one"], "--remove-address: 'one'"),
    ],
)
def test_what_cannot_be_understood_is_refused(add, change, remove, told):
    with pytest.raises(UsageError) as refused:
        parse_edits(add, change, remove)

    assert told in refused.value.message


def test_a_near_field_is_suggested():
    with pytest.raises(UsageError) as refused:
        parse_edits(["streat=Kai 4"], [], [])

    assert refused.value.hint == "did you mean street?"


def test_addresses_are_changed_removed_and_added():
    edits = parse_edits(["shipping:company=Nord,city=Kiel,country=DE"], ["2:city=Sevilla"], ["1"])

    assert edited("C1", (KIEL, MADRID), edits) == (MADRID._replace(city="Sevilla"), KIEL)
    assert edited("C1", (KIEL,), AddressEdits()) == (KIEL,)
    assert bool(edits)
    assert not AddressEdits()


def test_an_address_is_kept_once():
    assert edited("C1", (KIEL,), AddressEdits(added=(KIEL, MADRID))) == (KIEL, MADRID)
    assert joined([KIEL], [MADRID, KIEL]) == (KIEL, MADRID)


@pytest.mark.parametrize("edits", [parse_edits([], ["3:city=Kiel"], []), parse_edits([], [], ["3"])])
def test_unknown_address_is_refused(edits):
    with pytest.raises(NotFoundError) as refused:
        edited("C1", (KIEL, MADRID), edits)

    assert (refused.value.code, refused.value.message) == ("customer.address_unknown", "customer C1 has no address 3")
