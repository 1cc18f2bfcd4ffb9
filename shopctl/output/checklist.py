"""Lay out a list of checks: a mark, what was checked, how it is, and the command that mends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from shopctl.output.sheets import Page, Sheet
from shopctl.output.text import pad, width, wrap

_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "red")}


class Check(NamedTuple):
    """One thing that was looked at.

    Attributes:
        check: What, in a word.
        result: `ok`, `warning` or `failed`.
        text: How it is, without a full stop.
        fix: A command that mends it, or what to do.
    """

    check: str
    result: str
    text: str
    fix: str = ""


class CheckList(Sheet):
    """A page of checks and their count."""

    def __init__(self, checks: Sequence[Check]) -> None:
        super().__init__()
        self._checks = checks

    def render(self, page: Page) -> list[str]:
        """Lay the page out, as lines without trailing blanks."""
        names = max((len(check.check) for check in self._checks), default=0)
        marks = [page.line(_MARKS[check.result][0]) for check in self._checks]
        room = max(width(mark) for mark in marks) if marks else 1
        lines = []
        for check, mark in zip(self._checks, marks, strict=True):
            head = page.style.paint(pad(mark, room), _MARKS[check.result][1])
            first, *more = self._told(page, check, max(page.columns - room - names - 5, 20))
            lines.append(f"  {head} {pad(check.check, names)}  {first}")
            lines += [" " * (room + names + 5) + line for line in more]
        return [line.rstrip() for line in (*lines, "", f"  {page.line(self._counts())}")]

    def _told(self, page: Page, check: Check, room: int) -> list[str]:
        lines = wrap(page.line(check.text), room)
        if not check.fix:
            return lines
        fix = page.line(f"→ {check.fix}")
        texts = (width(page.line(one.text)) for one in self._checks if one.fix)
        column = max((wide for wide in texts if wide + width(fix) + 2 <= room), default=0)
        if len(lines) == 1 and width(lines[0]) <= column:
            return [f"{pad(lines[0], column)}  {fix}"]
        return [*lines, *wrap(fix, room)]

    def _counts(self) -> str:
        counts = {result: sum(check.result == result for check in self._checks) for result in _MARKS}
        words = {"warning": "warning" if counts["warning"] == 1 else "warnings"}
        return " · ".join(
            f"{count} {words.get(result, result)}" for result, count in counts.items() if count or result == "ok"
        )
