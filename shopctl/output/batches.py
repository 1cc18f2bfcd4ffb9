"""Run through the outcomes of a write, print each as it comes, and tell how it went."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from shopctl.domain.outcomes import Done, Failed, Outcome
from shopctl.errors import ExitStatus, ShopError
from shopctl.output import streams
from shopctl.output.columns import Column
from shopctl.output.console import Console, close_document
from shopctl.output.messages import error_line
from shopctl.output.outcomes import BatchTable, ItemWriter, Tally
from shopctl.output.streams import FileSink, StreamSink

_STOPS = (KeyboardInterrupt, SystemExit, ShopError)


class Batch:
    """One write of one or many items.

    Args:
        console: Where it is printed.
        schema: The published schema of the document.
        columns: All fields of a row.
        chosen: The fields that are printed.
        verb: What is done, as after "would".
        dry_run: Whether nothing was written.
        failures_to: A file for the references of failed items; empty for none.
        records: What the items were read from, in their order; the file of failures then keeps these.
    """

    def __init__(
        self,
        console: Console,
        schema: str,
        columns: Sequence[Column],
        chosen: Sequence[Column],
        *,
        verb: str,
        dry_run: bool,
        failures_to: str,
        records: Sequence[Mapping[str, str]] = (),
    ) -> None:
        self._console = console
        self._schema = schema
        self._columns = columns
        self._chosen = chosen
        self._verb = verb
        self._dry_run = dry_run
        self._failures_to = failures_to
        self._records = records
        self._format = console.format
        self._human = self._format == "table"
        self._tally = Tally(columns)
        self._table = BatchTable(columns)
        self._writer: ItemWriter | None = None
        self._held: Failed | None = None
        options = console.options
        chosen_format = bool(console.explicit_format) and not self._human
        self._silent = options.quiet and not chosen_format and not console.to_file

    def run(self, outcomes: Iterable[Outcome[Any]], next_commands: Sequence[str]) -> ExitStatus:
        """Print every outcome and answer with the exit status; what is done is told even when stopped halfway."""
        if self._failures_to:
            streams.require_free(self._failures_to, overwrite=self._console.options.overwrite)
        sink = self._console.open_document(human=self._human)
        stopped: BaseException | None = None
        try:
            if self._dry_run and not self._console.json_errors:
                self._console.note("DRY RUN · nothing is written")
            try:
                for outcome in outcomes:
                    self._add(sink, outcome)
            except _STOPS as stop:
                stopped = stop
            close_document(sink, keep=self._finish(sink, stopped=stopped is not None))
        except BaseException:
            close_document(sink, keep=False)
            raise
        self._below(next_commands, stopped=stopped is not None)
        if stopped is not None:
            raise stopped
        return self._tally.status

    def _add(self, sink: FileSink | StreamSink, outcome: Outcome[Any]) -> None:
        self._tally.add(outcome)
        if self._silent:
            return
        if self._human:
            self._table.add(outcome)
        elif isinstance(outcome, Failed) and self._tally.asked == 1:
            # The failure of a single item is an error, not a document: wait for a second item.
            self._held = outcome
        else:
            self._write(sink, outcome)

    def _write(self, sink: FileSink | StreamSink, outcome: Outcome[Any]) -> None:
        writer = self._opened(sink)
        if self._held is not None:
            writer.add(self._held)
            self._held = None
        writer.add(outcome)
        if isinstance(outcome, Done) and not self._console.json_errors:
            for note in outcome.notes:
                self._console.note(f"{outcome.reference}: {note}")

    def _opened(self, sink: FileSink | StreamSink) -> ItemWriter:
        if self._writer is None:
            self._writer = ItemWriter(
                sink,
                self._format,
                self._schema,
                self._chosen,
                all_columns=self._columns,
                header=self._console.wants_header(self._format),
                excel=self._console.options.excel,
            )
        return self._writer

    def _finish(self, sink: FileSink | StreamSink, *, stopped: bool) -> bool:
        """End the document; False when there is none, as after the failure of a single item."""
        if self._silent or self._held is not None or (stopped and not self._tally.asked):
            return False
        if not self._human:
            self._opened(sink).close(self._tally)
            return True
        style = self._console.style
        if self._tally.asked > 1:
            gap = "\n" if self._console.terminal else ""
            sink.write(gap + self._table.draw(style, self._console.table_limit) + "\n")
        elif self._table.first is not None:
            sink.write("".join(f"{line}\n" for line in self._table.receipt(style)))
        return self._table.first is not None or self._tally.asked > 1

    def _below(self, next_commands: Sequence[str], *, stopped: bool) -> None:
        console, tally = self._console, self._tally
        self._save_failures()
        self._errors()
        if console.json_errors or (console.explicit_format and not self._human):
            return
        if not tally.asked:
            if not stopped:
                console.note("Nothing to do.")
            return
        if self._dry_run:
            console.note(self._would())
            return
        if not self._human:
            return
        if tally.asked > 1:
            if console.terminal:
                console.note("")
            console.note(tally.counts_line())
        if tally.asked > tally.failed:
            for place, command in enumerate(next_commands):
                console.note(f"  {'NEXT  ' if place == 0 else '      '}{command}")

    def _would(self) -> str:
        done = sum(count for result, count in self._tally.counts.items() if result.startswith("would_"))
        money = f" · {amount}" if (amount := self._tally.amount()) else ""
        failed = f", {self._tally.failed} would fail" if self._tally.failed else ""
        again = " Run again without --dry-run to do it." if done else ""
        return f"  Would {self._verb} {done}{money}{failed}.{again}"

    def _errors(self) -> None:
        console, tally = self._console, self._tally
        if tally.first_error is None:
            return
        if tally.asked == 1:
            console.error(tally.first_error)
        elif console.json_errors:
            console.tell_lines([self._batch_error()])
        else:
            console.tell_lines(tally.error_lines(console.error_style))

    def _batch_error(self) -> str:
        tally = self._tally
        return error_line(
            "batch.partial",
            f"{tally.failed} of {tally.asked} failed",
            hint=self._again(),
            status=tally.status,
            retryable=False,
            details={"codes": {code: group.count for code, group in tally.groups.items()}, **tally.summary()},
        )

    def _again(self) -> str:
        if self._failures_to:
            return f"mend what each error says, then run the command with --from {self._failures_to}"
        return "mend what each error says, then run the command again; what is done stays done"

    def _save_failures(self) -> None:
        references = self._tally.failed_references
        if not self._failures_to or not references:
            return
        records = [self._records[place] for place in self._tally.failed_places] if self._records else ()
        content = failures_text(self._failures_to, references, records)
        self._console.write_file(self._failures_to, content.encode("utf-8", "backslashreplace"))
        self._console.note(f"Failed items are in {self._failures_to}: try them again with --from {self._failures_to}")


_ODD = re.compile(r'[\s,;#"]')


def failures_text(path: str, references: Sequence[str], records: Sequence[Mapping[str, str]] = ()) -> str:
    """Write failed items the way `--from` reads a file of this name.

    Args:
        references: Numbers of the items.
        records: Everything that was said about each of them, where it came from a table.
    """
    ending = Path(path).suffix.lower()
    rows = records or [{"number": reference} for reference in references]
    if ending in {".jsonl", ".ndjson"}:
        return "".join(f"{json.dumps(dict(row), ensure_ascii=False)}\n" for row in rows)
    if ending in {".csv", ".tsv"}:
        text = io.StringIO()
        names = list(dict.fromkeys(name for row in rows for name in row))
        writer = csv.DictWriter(
            text, names, restval="", delimiter="\t" if ending == ".tsv" else ",", lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()
    return "".join(f"{_line(reference)}\n" for reference in references)


def _line(reference: str) -> str:
    """Quote a number that a line of numbers would not give back."""
    return f'"{reference}"' if _ODD.search(reference) and '"' not in reference else reference
