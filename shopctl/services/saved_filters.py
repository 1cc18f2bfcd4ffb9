"""Keep searches under names: one's own, and those that others share."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import peewee

from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import NotFoundError, RefusedError, ShopError, UsageError
from shopctl.models import SavedFilter, User
from shopctl.shop import Shop, operation

SCOPE: Final = "filters"


class SavedRow(NamedTuple):
    """A saved search; `options` are those of the list `noun`, as they were typed."""

    name: str
    noun: str
    owner: str
    shared: bool
    standard: bool
    options: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True)
class Search:
    """A search to be saved."""

    noun: str
    name: str
    options: Mapping[str, Any]
    shared: bool = False
    standard: bool = False

    @property
    def reference(self) -> str:
        """How the outcome names it."""
        return f"@{self.name}"


def _rows(*conditions: Any) -> list[SavedRow]:
    query: Any = SavedFilter.select(
        SavedFilter.name, SavedFilter.noun, User.name, SavedFilter.shared, SavedFilter.standard, SavedFilter.options,
        SavedFilter.created_at,
    ).join(User)  # fmt: skip
    for condition in conditions:
        query = query.where(condition)
    return [
        SavedRow._make((*values[:5], json.loads(values[5]), values[6]))
        for values in query.order_by(SavedFilter.noun, SavedFilter.name, User.name).tuples()
    ]


def listed(shop: Shop, noun: str = "") -> list[SavedRow]:
    """List the searches that this user can use: the own ones and those that are shared."""
    visible = (User.name == shop.actor.name) | SavedFilter.shared
    return _rows(visible, *([SavedFilter.noun == noun] if noun else []))


def find(shop: Shop, noun: str, name: str) -> SavedRow:
    """Find a search by its name; one's own goes before that of somebody else.

    Raises:
        NotFoundError: There is none.
    """
    found = [row for row in listed(shop, noun) if row.name == name.lower()]
    if not found:
        raise unknown(name, noun)
    return min(found, key=lambda row: (row.owner != shop.actor.name, row.owner))


def standard(shop: Shop, noun: str) -> SavedRow | None:
    """Find the own search that is used when no other is named."""
    return next(iter(_rows(SavedFilter.noun == noun, User.name == shop.actor.name, SavedFilter.standard)), None)


def unknown(name: str, noun: str) -> NotFoundError:
    """Say that there is no such search."""
    where = f" of {noun}" if noun else ""
    return NotFoundError("filter.unknown", f"there is no saved search @{name}{where}", hint="shopctl filter list")


def checked_name(name: str) -> str:
    """Bring the name of a search into its form.

    Raises:
        UsageError: It could not be typed as `@name`.
    """
    import re

    word = name.removeprefix("@").lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,39}", word) or word == "none":
        raise UsageError(
            "usage", f"'{name}' cannot name a search", hint="use letters, digits, dots and dashes: late-wire", name=name
        )
    return word


@operation(SCOPE)
def save(shop: Shop, searches: Sequence[Search]) -> list[Outcome[SavedRow]]:
    """Save searches; the same one again is `unchanged`, another one of the same name replaces the own.

    A search that is made the default takes that from the one before it.
    """
    owner: Any = User.get(User.name == shop.actor.name)
    outcomes: list[Outcome[SavedRow]] = []
    for search in searches:
        options = json.dumps(dict(search.options), sort_keys=True)
        known: Any = SavedFilter.get_or_none(
            (SavedFilter.noun == search.noun) & (SavedFilter.name == search.name) & (SavedFilter.owner == owner)
        )
        same = known and (known.options, known.shared, known.standard) == (options, search.shared, search.standard)
        if not same:
            if search.standard:
                SavedFilter.update(standard=False).where(
                    (SavedFilter.owner == owner) & (SavedFilter.noun == search.noun)
                ).execute()
            _store(shop, search, owner, options, known)
        row = next(row for row in listed(shop, search.noun) if (row.name, row.owner) == (search.name, owner.name))
        change = Change.UNCHANGED if same else Change.CHANGED if known else Change.CREATED
        outcomes.append(Done(search.reference, change, row))
    return outcomes


def _store(shop: Shop, search: Search, owner: Any, options: str, known: Any) -> None:
    kept = {"options": options, "shared": search.shared, "standard": search.standard}
    if known:
        SavedFilter.update(**kept).where(SavedFilter.id == known.id).execute()
    else:
        SavedFilter.create(noun=search.noun, name=search.name, owner=owner, created_at=shop.now, **kept)


def _own(shop: Shop, name: str, noun: str) -> Any:
    """Find an own search by its name, on one list where several have it.

    Raises:
        NotFoundError: There is none, or it belongs to somebody else.
        UsageError: Several lists have one of this name.
    """
    word = name.removeprefix("@").lower()
    condition = (SavedFilter.name == word) & (User.name == shop.actor.name)
    if noun:
        condition &= SavedFilter.noun == noun
    query: Any = SavedFilter.select(SavedFilter).join(User).where(condition)
    found = [*query.order_by(SavedFilter.noun)]
    if not found:
        raise unknown(word, noun)
    if len(found) > 1:
        nouns = [one.noun for one in found]
        raise UsageError(
            "usage", f"@{word} is a search of {' and of '.join(nouns)}", hint=f"say which: --on {nouns[0]}", name=word
        )
    return found[0]


@operation(SCOPE)
def delete(shop: Shop, names: Sequence[str], noun: str = "") -> list[Outcome[SavedRow]]:
    """Delete own searches.

    Raises (as outcomes): filter.unknown.
    """
    outcomes: list[Outcome[SavedRow]] = []
    for name in names:
        try:
            found = _own(shop, name, noun)
        except ShopError as error:
            outcomes.append(Failed(name, error))
            continue
        (row,) = _rows(SavedFilter.id == found.id)
        SavedFilter.delete().where(SavedFilter.id == found.id).execute()
        outcomes.append(Done(f"@{row.name}", Change.CHANGED, row, ("deleted",)))
    return outcomes


@operation(SCOPE)
def rename(shop: Shop, names: Sequence[str], to: str, noun: str = "") -> list[Outcome[SavedRow]]:
    """Give an own search another name.

    Raises (as outcomes): filter.unknown, filter.exists.
    """
    outcomes: list[Outcome[SavedRow]] = []
    for name in names:
        try:
            found = _own(shop, name, noun)
            SavedFilter.update(name=to).where(SavedFilter.id == found.id).execute()
        except ShopError as error:
            outcomes.append(Failed(name, error))
        except peewee.IntegrityError:
            taken = RefusedError("filter.exists", f"there is a saved search @{to} already", hint="choose another name")
            raise taken from None
        else:
            change = Change.UNCHANGED if found.name == to else Change.CHANGED
            outcomes.append(Done(f"@{to}", change, _rows(SavedFilter.id == found.id)[0]))
    return outcomes
