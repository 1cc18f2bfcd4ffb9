"""Keep the shop's own words for letters: show what is sent, try new words before they are kept, and go back.

A template is kept only if it works for every sample of its letter (`template_samples`) and its HTML is harmless.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from shopctl.db.bulk import fetch
from shopctl.db.fields import instant
from shopctl.domain import markup
from shopctl.domain.mail import one_line
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import RefusedError
from shopctl.models import LetterTemplate
from shopctl.services import own_templates, template_samples, typesetting
from shopctl.services.letters import NAMES, WRITINGS, own_part, packaged_name
from shopctl.shop import Shop, operation

ABOUT: Final[dict[str, str]] = {
    "status": "how an order stands",
    "confirmation": "an order came in, or is confirmed",
    "shipped": "goods of an order have left",
    "payment-reminder": "what an order still costs",
    "cancellation": "an order is cancelled",
    "invoice": "an invoice, attached",
    "credit-note": "a credit note, attached",
    "reminder": "all that a customer owes",
    "cart": "a cart that was left",
    "receipt": "a payment or refund, attached",
}
"""What each letter tells."""

LANGUAGES: Final = tuple(WRITINGS)


class Place(NamedTuple):
    """A part of a letter in one language."""

    name: str
    language: str
    part: str

    @property
    def reference(self) -> str:
        """What it is called in messages."""
        return " ".join(self)


class Text(NamedTuple):
    """Words that the shop wants in a place."""

    name: str
    language: str
    part: str
    source: str

    @property
    def reference(self) -> str:
        """What the place is called in messages."""
        return f"{self.name} {self.language} {self.part}"


class TemplateRow(NamedTuple):
    """A letter; `own` names the languages and parts for which the shop has its own words.

    Those of `broken` do not work for every sample any more, so that some letters are written without them.
    """

    name: str
    about: str
    languages: tuple[str, ...]
    own: tuple[str, ...]
    broken: tuple[str, ...]
    changed_at: datetime | None


class PartRow(NamedTuple):
    """A template; `own` tells that the shop wrote it, `variables` what it may name."""

    name: str
    language: str
    part: str
    own: bool
    changed_at: datetime | None
    variables: tuple[str, ...]
    source: str

    @property
    def ships_as(self) -> str:
        """The file of the one that ships, which others may extend."""
        return _ships_as(self.name, self.language, self.part)


def every(shop: Shop) -> list[TemplateRow]:
    """List all letters."""
    stored = _stored()
    found = {name: [one for one in stored.items() if one[0].name == name] for name in NAMES}
    return [
        TemplateRow(
            name, ABOUT[name], LANGUAGES, tuple(f"{place.language} {place.part}" for place, _ in own),
            tuple(
                f"{place.language} {place.part}"
                for place, (source, _) in own
                if not _works(shop, Text(*place, source))
            ),
            max((changed_at for _, (_, changed_at) in own), default=None),
        )
        for name, own in found.items()
    ]  # fmt: skip


def show(shop: Shop, place: Place, *, default: bool = False) -> PartRow:
    """Show the template that writes a part of a letter.

    Args:
        default: The one that ships, even where the shop has its own.
    """
    own = None if default else _stored().get(place)
    source, changed_at = own or (typesetting.source_of(packaged_name(place.name, place.language), place.part), None)
    return PartRow(*place, own is not None, changed_at, variables(shop, place), source)


def variables(shop: Shop, place: Place) -> tuple[str, ...]:
    """Name everything that a template of a place may use."""
    samples = template_samples.of(shop.config, place.name, place.language)
    return tuple(sorted(set().union(*samples) - {"language"}))


@operation("emails")
def save(shop: Shop, texts: Sequence[Text]) -> list[Outcome[PartRow]]:
    """Keep the shop's own words for parts of letters; the same words again are `unchanged`.

    Raises (as outcomes): email.template.
    """
    own_templates.forget()
    outcomes: list[Outcome[PartRow]] = []
    for text in texts:
        place = Place(*text[:3])
        before = show(shop, place)
        try:
            require_usable(shop, text)
        except RefusedError as error:
            outcomes.append(Failed(text.reference, error))
            continue
        change = Change.UNCHANGED if before.source == text.source else Change.CHANGED if before.own else Change.CREATED
        if change is not Change.UNCHANGED:
            _store(shop, text)
        outcomes.append(Done(f"{text.language} {text.part}", change, show(shop, place)))
    return outcomes


@operation("emails")
def reset(shop: Shop, names: Sequence[str], *, language: str = "", part: str = "") -> list[Outcome[TemplateRow]]:
    """Drop the shop's own words for letters, so that those that ship are sent again.

    Args:
        language, part: Only these; empty for all.
    """
    own_templates.forget()
    outcomes: list[Outcome[TemplateRow]] = []
    for name in names:
        mine = LetterTemplate.name == name
        mine = mine & (LetterTemplate.language == language) if language else mine
        mine = mine & (LetterTemplate.part == part) if part else mine
        gone = LetterTemplate.delete().where(mine).execute()
        if gone:
            shop.record("email.template_reset", name, language=language, part=part)
        (row,) = (row for row in every(shop) if row.name == name)
        outcomes.append(Done(name, Change.CHANGED if gone else Change.UNCHANGED, row))
    return outcomes


def _works(shop: Shop, text: Text) -> bool:
    try:
        require_usable(shop, text)
    except RefusedError:
        return False
    return True


def require_usable(shop: Shop, text: Text) -> None:
    """Insist that a template writes every sample of its letter.

    Raises:
        RefusedError: email.template; it tells the line where it can, and the names that exist.
    """
    samples = template_samples.of(shop.config, text.name, text.language)
    names = frozenset().union(*samples)
    try:
        for line, name in _unknown(text, names):
            raise _refused(text, f"line {line}: there is no {name}", names, line)
        for values in samples:
            written = own_part(text.source, text.part, values)
            if text.part == "html":
                markup.require_harmless(written)
    except typesetting.troubles() as error:
        line, why = typesetting.line_of(error), one_line(typesetting.why(error))
        if typesetting.is_missing(error):
            why += f"; that of {text.name} is {_ships_as(*text[:3])}"
        raise _refused(text, f"{f'line {line}: ' if line else ''}{why}", names, line) from error


def _ships_as(name: str, language: str, part: str) -> str:
    return f"{packaged_name(name, language)}.{typesetting.ENDINGS[part]}"


def _unknown(text: Text, names: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Find what a template names and nobody gives it, also where no sample leads."""
    from jinja2 import meta, nodes

    from shopctl.services import confining

    tree = confining.parsed(text.source, text.part)
    missing = meta.find_undeclared_variables(tree) - names
    yield from ((one.lineno, one.name) for one in tree.find_all(nodes.Name) if one.name in missing)


def _refused(text: Text, why: str, names: frozenset[str], line: int = 0) -> RefusedError:
    known = ", ".join(sorted(names - {"language"}))
    return RefusedError(
        "email.template", f"the {text.part} of {text.name} cannot be written like that, {why}",
        hint=f"it may name {known}", line=line or None,
    )  # fmt: skip


def _store(shop: Shop, text: Text) -> None:
    """Write it, also while somebody else writes the first words of the same place."""
    row = {**text._asdict(), "changed_at": shop.now}
    place = [LetterTemplate.name, LetterTemplate.language, LetterTemplate.part]
    kept = {"source": text.source, "changed_at": shop.now}
    LetterTemplate.insert(row).on_conflict(conflict_target=place, update=kept).execute()
    digest = hashlib.sha256(text.source.encode()).hexdigest()
    shop.record("email.template_changed", text.name, language=text.language, part=text.part, sha256=digest)


def _stored() -> Mapping[Place, tuple[str, datetime]]:
    rows: Any = fetch(
        LetterTemplate,
        "SELECT name, language, part, source, changed_at FROM letter_templates ORDER BY name, language, part DESC",
    )
    return {Place(*place): (source, instant(moment)) for *place, source, moment in rows}
