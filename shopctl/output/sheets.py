"""Build the page of one document: title, facts in two columns, tables, totals, what to do next.

A command says what is on the page; the page is laid out when the width is known. Every text is made safe here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shopctl.output.columns import Kind
from shopctl.output.human import human_value
from shopctl.output.style import Style, role_of
from shopctl.output.tables import Field, clipped, fit, lines_of, measure, total_width
from shopctl.output.text import clip, pad, safe, width, wrap

Pair = tuple[str, object]
Block = Callable[["Page"], list[str]]

_MARGIN = "  "
_WIDEST = 94
_TWO_COLUMNS = 80
_LONGEST = 8
"""Lines that one fact takes at most; all of a longer text is told by JSON."""
_BESIDE = 8
"""Columns that a value needs beside its label; with fewer it stands below."""
_KINDS = {"l": Kind.TEXT, "r": Kind.COUNT, "c": Kind.CODE, "s": Kind.STATUS}


class Page:
    """The room a sheet is laid out in.

    Args:
        width: Columns of the terminal, or 100 without one.
        style: Glyphs and colours of the stream.
        tz: The time zone for instants.
    """

    def __init__(self, width: int, style: Style, tz: str = "UTC") -> None:
        self.columns = width
        self.room = max(min(width - 4, _WIDEST), 1)
        self.style = style
        self.tz = tz
        self.table_width = self.room

    def cell(self, value: object) -> str:
        """Write any value as safe text."""
        return self.style.glyphs(human_value(value, tz=self.tz))

    def line(self, value: str) -> str:
        """Make a line safe, keeping its blanks."""
        return self.style.glyphs(safe(value))


class Sheet:
    """A page of one document; every method adds to it and returns it."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []

    def title(self, number: object, name: object = "", status: str = "") -> Sheet:
        """Start the page: the document, whose it is, and its status on the right."""
        self._blocks.append(lambda page: _title(page, number, name, status))
        return self

    def pairs(self, left: Sequence[Pair], right: Sequence[Pair] = ()) -> Sheet:
        """Add labelled facts in two columns; below 80 columns of width the right ones come after the left ones."""
        self._blocks.append(lambda page: _pairs(page, left, right))
        return self

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[object]], align: str | Sequence[str] = "") -> Sheet:
        """Add a table after a blank line.

        Args:
            headers: The headings.
            rows: One value a heading; amounts already written with `human_money`.
            align: A letter or word a column: `l` text that may be cut, `r` numbers, `c` codes and dates that
                are never cut, `s` statuses. Columns without one are `l`.
        """
        self._blocks.append(lambda page: _table(page, headers, rows, align))
        return self

    def totals(self, amounts: Sequence[tuple[str, object]]) -> Sheet:
        """Add amounts that end under the last column of the table before them."""
        self._blocks.append(lambda page: _totals(page, amounts))
        return self

    def section(self, title: str, note: str = "") -> Sheet:
        """Add a heading after a blank line."""
        self._blocks.append(lambda page: ["", _joined(page.line(title).upper(), page.line(note))])
        return self

    def box(self, title: str, lines: Sequence[str]) -> Sheet:
        """Add a frame around the one thing that must not be missed."""
        self._blocks.append(lambda page: _box(page, title, lines))
        return self

    def text(self, *lines: str) -> Sheet:
        """Add lines; long ones are broken at blanks, and go on below where they began."""
        self._blocks.append(lambda page: [_MARGIN + piece for line in lines for piece in _broken(page, line)])
        return self

    def blank(self) -> Sheet:
        """Add an empty line."""
        self._blocks.append(lambda _page: [""])
        return self

    def next(self, commands: Sequence[tuple[str, str]]) -> Sheet:
        """End the page with commands to type, already filled in, each with what it does."""
        self._blocks.append(lambda page: _next(page, commands))
        return self

    def render(self, page: Page) -> list[str]:
        """Lay the page out, as lines without trailing blanks."""
        return [line.rstrip() for block in self._blocks for line in block(page)]


def _joined(first: str, second: str) -> str:
    return f"{_MARGIN}{first}  {second}" if second else _MARGIN + first


def _broken(page: Page, line: str) -> list[str]:
    return _indented(page.line(line), page.room)


def _indented(text: str, room: int) -> list[str]:
    """Break a line that is too wide; what goes on begins below where it begins."""
    if width(text) <= room:
        return [text]
    begin = " " * min(len(text) - len(text.lstrip(" ")), room // 2)
    return [begin + piece for piece in wrap(text.lstrip(" "), room - len(begin))]


def _title(page: Page, number: object, name: object, status: str) -> list[str]:
    style = page.style
    code = page.cell(number)
    named = clip(page.cell(name), 2 * page.room) if name not in (None, "") else ""
    parts = [style.status(safe(part)) for part in status.split(" · ")] if status else []
    mark = style.glyphs(" · ")
    room = page.room - width(code) - len(_MARGIN)
    painted = mark.join(style.paint(part, role_of(part)) for part in parts)
    free = room - width(named) - width(mark.join(parts))
    bold = style.paint(code, "bold")
    rule = _MARGIN + "─" * page.room
    if free >= 2 or not parts:
        first, *more = wrap(named, max(room, 1))
        middle = f"{_MARGIN}{first}" if first else ""
        gap = " " * (free if named else free + len(_MARGIN))
        head = f"{_MARGIN}{bold}{middle}{gap}{painted}" if parts else f"{_MARGIN}{bold}{middle}"
        return [head, *(_MARGIN + line for line in more), rule]
    lines = wrap(f"{code}  {named}", page.room)
    lines[0] = lines[0].replace(code, bold, 1)
    return [*(_MARGIN + line for line in lines), _MARGIN + painted, rule]


def _pairs(page: Page, left: Sequence[Pair], right: Sequence[Pair]) -> list[str]:
    if not right or page.columns < _TWO_COLUMNS:
        return [_MARGIN + line for line in _facts(page, [*left, *right], page.room)]
    half = page.room // 2 - 3
    lefts = _facts(page, left, half - 2)
    rights = _facts(page, right, page.room - half)
    missing = len(rights) - len(lefts)
    lefts += [""] * missing
    rights += [""] * -missing
    return [_MARGIN + pad(one, half) + other for one, other in zip(lefts, rights, strict=True)]


def _facts(page: Page, pairs: Sequence[Pair], room: int) -> list[str]:
    labels = [page.line(label) for label, _ in pairs]
    indent = max(10, *(width(label) + 2 for label in labels), 0)
    lines = []
    for label, (_, value) in zip(labels, pairs, strict=True):
        if room - indent < _BESIDE:
            under = max(room - len(_MARGIN), 1)
            lines += [label, *(_MARGIN + piece for piece in wrap(clip(page.cell(value), _LONGEST * under), under))]
            continue
        first, *more = wrap(clip(page.cell(value), _LONGEST * (room - indent)), room - indent)
        lines.append(pad(label, indent) + first)
        lines += [" " * indent + piece for piece in more]
    return lines


def _table(
    page: Page, headers: Sequence[str], rows: Sequence[Sequence[object]], align: str | Sequence[str]
) -> list[str]:
    letters = [word[:1] for word in align]
    letters += ["l"] * (len(headers) - len(letters))
    fields = [Field(page.line(head).upper(), _KINDS[letter]) for head, letter in zip(headers, letters, strict=True)]
    cells = [[page.cell(value) for value in row] for row in rows]
    places, shown = fit(measure(fields, cells), page.columns)
    kept = [[row[place] for place in places] for row in cells]
    page.table_width = total_width(shown) - len(_MARGIN)
    return ["", *lines_of(shown, clipped(shown, kept, page.style), page.style)]


def _totals(page: Page, amounts: Sequence[tuple[str, object]]) -> list[str]:
    written = [(page.line(label), page.cell(amount)) for label, amount in amounts]
    wide = max((width(amount) for _, amount in written), default=0) + 3
    edge = max(page.table_width, wide + max((width(label) for label, _ in written), default=0))
    lines = []
    for label, amount in written:
        role = "bold" if label.lower().startswith("amount due") else ""
        lines.append(
            _MARGIN
            + pad(label, edge - wide, right=True)
            + " " * (wide - width(amount))
            + page.style.paint(amount, role)
        )
    return lines


def _box(page: Page, title: str, lines: Sequence[str]) -> list[str]:
    widest = max(page.columns - 6, 1)
    texts = [piece for line in lines for piece in _indented(page.line(line), widest)]
    head = page.line(title).upper()
    room = max([page.room - 4, width(head) + 2, *map(width, texts)])
    frame = [f"┌─ {head} " + "─" * (room - width(head) - 1) + "┐"]
    frame += [f"│ {pad(text, room)} │" for text in texts]
    frame.append("└" + "─" * (room + 2) + "┘")
    return ["", *(_MARGIN + line for line in frame)]


def _next(page: Page, commands: Sequence[tuple[str, str]]) -> list[str]:
    if not commands:
        return []
    typed = [page.line(command) for command, _ in commands]
    wide = max(map(width, typed)) + 2
    lines = [
        pad(command, wide) + page.style.paint(page.line(why), "dim")
        for command, (_, why) in zip(typed, commands, strict=True)
    ]
    return ["", f"{_MARGIN}NEXT  {lines[0]}", *(f"{_MARGIN}      {line}" for line in lines[1:])]
