"""Lay out tables: two-space gutters, upper-case headings, one thin rule, no boxes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from types import ModuleType, SimpleNamespace
from typing import Any

from shopctl.output.columns import NUMBERS, Kind
from shopctl.output.style import Style, role_of
from shopctl.output.text import clip, width

GUTTER = 2
SMALL = 1000
"""Rows up to which all cells are measured; longer tables are streamed."""
SAMPLE = 200
"""Rows that decide the widths of a streamed table."""
_LEAST = 10
_CUT = frozenset({Kind.TEXT, Kind.OBJECT, Kind.LIST})
_DATES = frozenset({Kind.DATE, Kind.INSTANT})
_STATES = frozenset({Kind.STATUS})


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a table, ready to be laid out.

    Attributes:
        header: The heading, with the currency where all rows share one.
        kind: Decides alignment and what may be cut or left out.
        wide: Whether it is shown only because of `--wide` or can be spared; such columns are left out first.
        width: Columns it takes; 0 before `fit`.
    """

    header: str
    kind: Kind
    wide: bool = False
    width: int = 0

    @property
    def right(self) -> bool:
        """Whether cells are aligned on the right."""
        return self.kind in NUMBERS


def measure(fields: Sequence[Field], rows: Sequence[Sequence[str]], *, header: bool = True) -> list[Field]:
    """Give each field the width of its widest cell."""
    widths = [width(field.header) if header else 0 for field in fields]
    for row in rows:
        widths = [max(least, width(cell)) for least, cell in zip(widths, row, strict=True)]
    return [replace(field, width=wide) for field, wide in zip(fields, widths, strict=True)]


def fit(fields: Sequence[Field], limit: int | None) -> tuple[list[int], list[Field]]:
    """Make measured fields fit: cut the longest texts, then leave columns out.

    Those of `--wide` go first, then the further texts, dates and states from the right. Of what is left the date goes
    before the text, and the state last: it is what people look for.

    Returns:
        The positions that stay, and their fields with final widths. The first column, numbers and document numbers
        always stay; a table of nothing else may be too wide.
    """
    kept = list(range(len(fields)))
    while True:
        shown = [fields[position] for position in kept]
        if limit is None:
            return kept, shown
        fitted = _cut(shown, limit)
        victim = None if fitted else _least_needed(kept, fields)
        if victim is None:
            return kept, fitted or _shrunk(shown)
        kept.remove(victim)


def total_width(fields: Sequence[Field]) -> int:
    """Tell how wide a table of these fields is."""
    return sum(field.width + GUTTER for field in fields)


def _smallest(field: Field) -> int:
    return min(field.width, max(_LEAST, width(field.header))) if field.kind in _CUT else field.width


def _shrunk(fields: Sequence[Field]) -> list[Field]:
    return [replace(field, width=_smallest(field)) for field in fields]


def _cut(fields: Sequence[Field], limit: int) -> list[Field] | None:
    """Lower the longest texts to the same width until the table fits; None when that is not enough."""
    if total_width(_shrunk(fields)) > limit:
        return None
    excess = total_width(fields) - limit
    widths = [field.width for field in fields]
    while excess > 0:
        longest = max(
            (place for place, field in enumerate(fields) if widths[place] > _smallest(field)),
            key=lambda place: widths[place],
        )
        step = min(excess, max(1, (widths[longest] - _smallest(fields[longest])) // 8))
        widths[longest] -= step
        excess -= step
    return [replace(field, width=wide) for field, wide in zip(fields, widths, strict=True)]


def _least_needed(kept: Sequence[int], fields: Sequence[Field]) -> int | None:
    candidates = kept[1:]
    groups = [[place for place in candidates if fields[place].kind in kinds] for kinds in (_DATES, _CUT, _STATES)]
    wide = [place for place in candidates if fields[place].wide]
    further = [place for group in groups for place in group[1:]]
    last = [place for group in groups for place in group]
    return max(wide or further or last[:1], default=None)


def clipped(fields: Sequence[Field], rows: Iterable[Sequence[str]], style: Style) -> Iterator[list[str]]:
    """Cut texts to the widths of their fields."""
    for row in rows:
        yield [
            style.glyphs(clip(cell, field.width)) if field.kind in _CUT else cell
            for field, cell in zip(fields, row, strict=True)
        ]


def _painted(field: Field, cell: str, style: Style) -> str:
    return style.paint(cell, role_of(cell)) if field.kind is Kind.STATUS else cell


def small_table(fields: Sequence[Field], rows: Iterable[Sequence[str]], style: Style, *, header: bool = True) -> str:
    """Draw a table of at least one row whose cells are final; the only use of tabulate.

    Cells are text already: left alone tabulate would turn `1e5` into 100000 and `10.00` into 10.
    """
    tabulate = _tabulate()
    row = tabulate.DataRow("  ", "  ", "")
    house = tabulate.TableFormat(
        lineabove=None,
        linebelowheader=tabulate.Line("  ", "─", "  ", ""),
        linebetweenrows=None,
        linebelow=None,
        headerrow=row,
        datarow=row,
        padding=0,
        with_header_hide=None,
    )
    aligned = ["right" if field.right else "left" for field in fields]
    text: str = tabulate.tabulate(
        [[_painted(field, cell, style) for field, cell in zip(fields, row, strict=True)] for row in rows],
        headers=[field.header for field in fields] if header else (),
        tablefmt=house,
        disable_numparse=True,
        colalign=aligned,
        headersalign=aligned if header else None,
    )
    return text


def _tabulate() -> Any:
    """Import tabulate without what takes three quarters of its time and is not needed here.

    It asks `importlib.metadata` for its own version, which nobody reads, would escape cells of HTML, which nobody asks
    for, and imports wcwidth to measure cells. It is given our own measure instead, which imports wcwidth for the few
    texts that need it.
    """
    names = [name for name in ("importlib.metadata", "html", "wcwidth") if name not in sys.modules]
    version, html = ModuleType("importlib.metadata"), ModuleType("html")
    version.__dict__.update(version=lambda _: "", PackageNotFoundError=ImportError)
    html.__dict__.update(escape=str)
    stand_ins = {"importlib.metadata": version, "html": html, "wcwidth": None}
    sys.modules.update({name: stand_ins[name] for name in names})  # type: ignore[misc]  # None makes an import fail
    try:
        import tabulate
    finally:
        for name in names:
            del sys.modules[name]
    tabulate.PRESERVE_WHITESPACE = True
    tabulate.MIN_PADDING = 0
    module: Any = tabulate
    module.WIDE_CHARS_MODE = True
    module.wcwidth = SimpleNamespace(wcswidth=width)
    return module


def lines_of(
    fields: Sequence[Field], rows: Iterable[Sequence[str]], style: Style, *, header: bool = True
) -> Iterator[str]:
    """Yield the lines of a table with fixed widths; a cell that is wider pushes its row, it is not cut."""
    heads = [[field.header for field in fields], ["─" * field.width for field in fields]]
    for number, row in enumerate(chain(heads if header else (), rows)):
        cells = []
        for field, cell in zip(fields, row, strict=True):
            blanks = " " * (field.width - width(cell))
            shown = cell if number < 2 and header else _painted(field, cell, style)
            cells.append(blanks + shown if field.right else shown + blanks)
        yield ("  " + "  ".join(cells)).rstrip()
