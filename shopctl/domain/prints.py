"""Know a record again that was imported before, and remember what a person changed of it here since."""

from __future__ import annotations

from typing import NamedTuple


class Print(NamedTuple):
    """The fingerprint of an imported order, as it is stored with the order.

    Attributes:
        whole: A hash of everything that the record said.
        lines: A hash of its lines, without what was delivered.
        ours: What was changed here since and is not taken from the source any more: `lines`, `delivered`, and columns
            of the order such as `note`.
    """

    whole: str
    lines: str = ""
    ours: frozenset[str] = frozenset()

    @classmethod
    def read(cls, text: str) -> Print:
        """Read what `write` wrote."""
        whole, _, rest = text.partition(":")
        lines, _, ours = rest.partition(":")
        return cls(whole, lines, frozenset(ours.split(",")) if ours else frozenset())

    def write(self) -> str:
        """Write it as one short text."""
        text = f"{self.whole}:{self.lines}" if self.whole or self.ours else ""
        return f"{text}:{','.join(sorted(self.ours))}" if self.ours else text

    def with_ours(self, *names: str) -> Print:
        """Remember more that belongs to the shop now."""
        return self._replace(ours=self.ours | set(names))


def same(stored: str, told: str) -> bool:
    """Tell whether a source says the same as before, whatever was changed here since."""
    return stored == told or (bool(told) and stored.startswith(f"{told}:"))
