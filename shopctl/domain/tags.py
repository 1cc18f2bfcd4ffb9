"""Put tags on documents and take them off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from shopctl.errors import UsageError

LONGEST: Final = 100
"""Characters of a tag."""


def parse_tags(words: Iterable[str]) -> tuple[str, ...]:
    """Read tags as they are typed, one or several of them separated by commas; each is kept once.

    Raises:
        UsageError: One is empty, too long or has line breaks or control characters.
    """
    tags = [" ".join(tag.split()) for word in words for tag in word.split(",")]
    for tag in tags:
        if not tag or len(tag) > LONGEST or not tag.isprintable():
            raise UsageError(
                "usage.tag", f"{tag[:40]!r} is not a tag", hint=f"a tag has 1 to {LONGEST} characters and no comma"
            )
    return tagged((), tags)


def tagged(tags: Sequence[str], add: Sequence[str] = (), remove: Sequence[str] = ()) -> tuple[str, ...]:
    """Take tags off and add others; upper and lower case are the same, and the order of the rest stays."""
    gone = {tag.casefold() for tag in remove}
    kept = {tag.casefold(): tag for tag in tags if tag.casefold() not in gone}
    for tag in add:
        kept.setdefault(tag.casefold(), tag)
    return tuple(kept.values())
