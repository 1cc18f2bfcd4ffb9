"""Report what a write did to each item: at once for scripts, as one table for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import ExitStatus, ShopError
from shopctl.output.columns import Column, Kind
from shopctl.output.formats import readable
from shopctl.output.human import human_money
from shopctl.output.machine import JsonArray, Lines, Records, identifier, json_encoder
from shopctl.output.messages import hint_lines
from shopctl.output.streams import Sink
from shopctl.output.style import Style
from shopctl.output.tables import Field, clipped, fit, measure, small_table
from shopctl.output.text import ABSENT, ELLIPSIS, escaped, safe

SHOWN = 50
"""Successful rows in the table of a batch; the rest is folded into one line."""
SHOWN_FAILURES = 200
"""Failed rows in the table of a batch; all of them are counted and grouped."""
_TOLD = 10
FAILED = "failed"
ALWAYS_COUNTED = (Change.CREATED, Change.CHANGED, Change.UNCHANGED, FAILED, Change.SKIPPED)
NOTHING_DONE = frozenset({Change.UNCHANGED, Change.REPLAYED, Change.SKIPPED})

_GLYPHS = {
    Change.CREATED: "✓",
    Change.CHANGED: "✓",
    Change.UNCHANGED: "=",
    Change.REPLAYED: "=",
    Change.SKIPPED: "○",
    Change.WOULD_CREATE: "○",
    Change.WOULD_CHANGE: "○",
    FAILED: "!",
}
_COLORS = {"✓": "green", "=": "dim", "○": "yellow", "!": "red"}


def result_of(outcome: Outcome[Any]) -> str:
    """Tell the published result; an item given up because a neighbour failed is skipped."""
    if isinstance(outcome, Done):
        return outcome.change.value
    return Change.SKIPPED.value if outcome.error.code == "operation.skipped" else FAILED


def result_cell(result: str) -> str:
    """Write a result with its glyph, such as `✓ created`."""
    return f"{_GLYPHS.get(result, '✓')} {result.replace('_', ' ')}"


def painted_result(result: str, style: Style) -> str:
    """Write a result with glyph and colour."""
    cell = result_cell(result)
    return style.paint(style.glyphs(cell), _COLORS[cell[0]])


@dataclass
class Group:
    """Failures with the same code."""

    first: ShopError
    count: int = 0
    told: list[str] = field(default_factory=list)


class Tally:
    """Counts outcomes and remembers what the end of a batch needs; small, however long the batch."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._money = total_column(columns)
        self.counts: Counter[str] = Counter()
        self.sums: dict[str, Decimal] = {}
        self.groups: dict[str, Group] = {}
        self.failed_references: list[str] = []
        self.failed_places: list[int] = []
        self.first_error: ShopError | None = None

    def add(self, outcome: Outcome[Any]) -> None:
        """Take one outcome into account."""
        result = result_of(outcome)
        self.counts[result] += 1
        if isinstance(outcome, Failed):
            self._fail(outcome)
        elif outcome.change not in NOTHING_DONE and self._money is not None:
            amount = self._money.value(outcome.row)
            if isinstance(amount, Decimal):
                currency = str(getattr(outcome.row, "currency", None) or "")
                self.sums[currency] = self.sums.get(currency, Decimal(0)) + amount

    def _fail(self, outcome: Failed) -> None:
        error = outcome.error
        self.first_error = self.first_error or error
        self.failed_references.append(outcome.reference)
        self.failed_places.append(self.asked - 1)
        group = self.groups.setdefault(error.code, Group(error))
        group.count += 1
        if group.count <= _TOLD:
            group.told.append(f"{safe(outcome.reference)}  {safe(error.message)}")

    @property
    def asked(self) -> int:
        """How many items there were."""
        return self.counts.total()

    @property
    def failed(self) -> int:
        """How many did not go well."""
        return len(self.failed_references)

    @property
    def status(self) -> ExitStatus:
        """The exit status of the command."""
        if self.first_error is None:
            return ExitStatus.OK
        return ExitStatus.PARTIAL if self.asked > 1 else self.first_error.status

    def summary(self) -> dict[str, int]:
        """Return the published counts."""
        always = {str(result): self.counts[result] for result in ALWAYS_COUNTED}
        return always | {result: count for result, count in self.counts.items() if result not in always}

    def amount(self) -> str:
        """Write what was done in money, such as `11,904.75 EUR`; nothing for no or several currencies."""
        if len(self.sums) != 1:
            return ""
        [(currency, total)] = self.sums.items()
        return f"{human_money(total, currency)} {currency}".rstrip()

    def counts_line(self) -> str:
        """Write the counts of a batch."""
        done = [f"{count} {result}" for result, count in self.counts.items() if result not in ALWAYS_COUNTED]
        done += [f"{self.counts[change]} {change}" for change in ALWAYS_COUNTED[:2] if self.counts[change]]
        money = [f"{'   '.join(done)}   {self.amount()}".rstrip()] if done else []
        rest = [f"{self.counts[result]} {result}" for result in ALWAYS_COUNTED[2:]]
        return "  " + "       ".join([*money, *rest])

    def error_lines(self, style: Style) -> list[str]:
        """Write the failures of a batch, grouped by code, each with what would help."""
        lines = []
        for code, group in self.groups.items():
            items = "item" if group.count == 1 else "items"
            lines.append(f"{style.paint('error:', 'red')} {group.count} {items} failed [{code}]")
            lines += [f"       {line}" for line in group.told]
            if group.count > len(group.told):
                lines.append(f"       … {group.count - len(group.told)} more")
            lines += hint_lines(group.first.hint)
        return lines


def total_column(columns: Sequence[Column]) -> Column | None:
    """Find the amount that stands for a document."""
    amounts = [column for column in columns if column.kind is Kind.MONEY]
    named = {column.name: column for column in amounts}
    return named.get("amount_total") or named.get("amount") or (amounts[0] if amounts else None)


class ItemWriter:
    """Writes outcomes for scripts, one by one, in json, jsonl, csv, tsv, plain or ids.

    A field of the row that is called like one of the outcome, such as the reference of a payment, is published
    as `own_reference`.
    """

    def __init__(
        self,
        sink: Sink,
        form: str,
        schema: str,
        columns: Sequence[Column],
        *,
        all_columns: Sequence[Column],
        header: bool,
        excel: bool,
    ) -> None:
        own = [
            replace(column, name=f"own_{column.name}", get=column.value)
            if column.name in ("result", "reference")
            else column
            for column in columns
        ]
        self._sink = sink
        self._form = form
        self._all_columns = all_columns
        self._records = Records(own) if form in ("json", "jsonl") else None
        self._array = JsonArray(sink, schema) if form == "json" else None
        self._lines = None
        if form in ("csv", "tsv", "plain"):
            self._lines = Lines(form, own, before=("result", "reference"), excel=excel)
            sink.write(self._lines.header(shown=header))

    def add(self, outcome: Outcome[Any]) -> None:
        """Write one outcome and hand it to the system: the line is the acknowledgement."""
        result = result_of(outcome)
        if self._records is not None:
            self._add_json(self._records, result, outcome)
        elif self._lines is not None:
            reference = outcome.reference if self._form == "csv" else escaped(outcome.reference)
            row = outcome.row if isinstance(outcome, Done) else None
            self._sink.write(self._lines.row((result, reference), row))
        elif isinstance(outcome, Done):
            name = identifier(self._all_columns, outcome.row)
            self._sink.write(f"{escaped(name)}\n" if name else "")
        self._sink.flush()

    def _add_json(self, records: Records, result: str, outcome: Outcome[Any]) -> None:
        told: dict[str, object] = {"result": result, "reference": outcome.reference}
        if isinstance(outcome, Done):
            told |= next(iter(records.fields([outcome.row])))
            if outcome.notes:
                told["notes"] = outcome.notes
        else:
            error = outcome.error
            told["error"] = {"code": error.code, "message": error.message, "hint": error.hint}
        line = json_encoder()(told)
        if self._array is None:
            self._sink.write(f"{line}\n")
        else:
            self._array.add([line])

    def close(self, tally: Tally) -> None:
        """End the document."""
        if self._array is not None:
            self._array.close("summary", tally.summary())
        self._sink.flush()


class Line(NamedTuple):
    """One row of the table of a batch."""

    reference: str
    result: str
    document: str = ""
    amount: str = ""
    currency: str = ""
    more: str = ""
    detail: str = ""


class BatchTable:
    """Collects the rows of a batch for people: the first successes, the failures, and how many more there were."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._code = next((column for column in columns if column.kind is Kind.CODE), None)
        self._money = total_column(columns)
        self._told = next((column for column in columns if column.batch), None)
        self._lines: list[Line] = []
        self._successes = 0
        self._failures = 0
        self._folded: dict[str, Decimal] = {}
        self.first: Done[Any] | None = None

    def add(self, outcome: Outcome[Any]) -> None:
        """Remember one outcome."""
        if isinstance(outcome, Failed):
            self._failures += 1
            if self._failures <= SHOWN_FAILURES:
                result = result_cell(result_of(outcome))
                self._lines.append(Line(outcome.reference, result, detail=outcome.error.message))
            return
        self.first = self.first or outcome
        self._successes += 1
        amount, currency = self._amount(outcome.row)
        if self._successes <= SHOWN:
            document = identifier(self._columns, outcome.row) if self._code else ""
            written = human_money(amount, currency) if amount is not None else ABSENT
            result = result_cell(outcome.change)
            told = readable(self._told.value(outcome.row)) if self._told else ""
            detail = "; ".join(outcome.notes)
            self._lines.append(Line(outcome.reference, result, document, written, currency, told, detail))
        elif amount is not None:
            self._folded[currency] = self._folded.get(currency, Decimal(0)) + amount

    def _amount(self, row: Any) -> tuple[Decimal | None, str]:
        amount = self._money.value(row) if self._money else None
        return (amount if isinstance(amount, Decimal) else None), str(getattr(row, "currency", None) or "")

    def receipt(self, style: Style) -> list[str]:
        """Write the one outcome of a command that did one thing."""
        done = self.first
        if done is None:
            return []
        amount, currency = self._amount(done.row)
        money = f"{human_money(amount, currency)} {currency}".rstrip() if amount is not None else ""
        code = identifier(self._columns, done.row)
        parts = dict.fromkeys(part for part in (code, done.reference, self._who(done.row), money) if part)
        said = style.glyphs("  ".join(map(safe, parts)))
        return [
            f"{painted_result(done.change, style)}  {said}",
            *(f"  {style.glyphs(safe(note))}" for note in done.notes),
        ]

    def _who(self, row: Any) -> str:
        column = next((column for column in self._columns if column.name in ("customer", "name")), None)
        return readable(column.value(row)) if column else ""

    def draw(self, style: Style, limit: int | None) -> str:
        """Draw the table of a batch."""
        lines = [*self._lines, *self._more()]
        currencies = {line.currency for line in lines if line.currency}
        amount = self._money.header if self._money else ""
        if len(currencies) == 1:
            amount = f"{amount} {next(iter(currencies))}"
            lines = [line._replace(currency="") for line in lines]
        code, told = (column.header if column else "" for column in (self._code, self._told))
        heads = ("REFERENCE", "RESULT", code, amount, "CURRENCY", told, "DETAIL")
        kinds = (Kind.CODE, Kind.STATUS, Kind.CODE, Kind.MONEY, Kind.CODE, Kind.STATUS, Kind.TEXT)
        if all(line.document in ("", line.reference) for line in lines):
            lines = [line._replace(document="") for line in lines]
        rows = [[style.glyphs(safe(cell)) for cell in line] for line in lines]
        kept = [place for place in range(len(heads)) if any(row[place] not in ("", ABSENT) for row in rows)]
        fields = [Field(heads[place], kinds[place]) for place in kept]
        return _drawn(fields, [[row[place] for place in kept] for row in rows], style, limit)

    def _more(self) -> list[Line]:
        more = []
        if self._successes > SHOWN:
            [(currency, total)] = self._folded.items() if len(self._folded) == 1 else [("", None)]
            written = human_money(total, currency) if total is not None else ""
            more.append(Line(ELLIPSIS, f"✓ {self._successes - SHOWN} more", "", written, currency))
        if self._failures > SHOWN_FAILURES:
            more.append(Line(ELLIPSIS, f"! {self._failures - SHOWN_FAILURES} more"))
        return more


def _drawn(fields: Sequence[Field], rows: Sequence[Sequence[str]], style: Style, limit: int | None) -> str:
    places, shown = fit(measure(fields, rows), limit)
    kept = [[row[place] for place in places] for row in rows]
    return small_table(shown, list(clipped(shown, kept, style)), style)
