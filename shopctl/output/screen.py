"""Print answers, receipts, questions and errors; every command hands its rows to `Output` and prints nothing itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shopctl.errors import ExitStatus
from shopctl.output.columns import Column, Kind, choose
from shopctl.output.console import Console, OutputOptions
from shopctl.output.text import safe

if TYPE_CHECKING:
    from shopctl.domain.outcomes import Outcome
    from shopctl.output.lists import Pages
    from shopctl.output.sheets import Sheet
    from shopctl.output.streams import Sink

__all__ = ["Output", "OutputOptions"]

_FIELD_COLUMNS = (
    Column("name", "FIELD", Kind.CODE, "Name for --fields"),
    Column("kind", "KIND", Kind.STATUS, "What it holds"),
    Column("description", "DESCRIPTION", Kind.TEXT, "What it means"),
)


class Output(Console):
    """The only writer of standard output and standard error; every command hands its rows to it.

    The arguments are those of `Console`: the global options, the three streams and the environment.
    """

    def list(
        self,
        schema: str,
        columns: Sequence[Column],
        rows: Iterable[Any],
        *,
        total: int | None = None,
        limit: int = 0,
        key: str = "number",
        footer: Sequence[str] = (),
        empty: str = "Nothing matches.",
        has_more: bool | None = None,
    ) -> int:
        """Print rows, streamed, and tell how many.

        Args:
            schema: What the rows are, such as `orders.list`.
            columns: All fields there are; `--fields` chooses.
            rows: The page's rows, or one more than `limit`, which tells whether more follow.
            total: How many rows the whole list has, where known.
            limit: Most rows that are printed; 0 for all.
            key: The attribute of a row that `--after` takes.
            footer: Lines below a table, for people.
            empty: What people read when there is no row.
            has_more: Whether rows follow, where the caller knows better than `rows` and `total` tell.
        """
        from shopctl.output.lists import Pages

        if self.explained(columns):
            return 0
        form = self.format
        chosen = choose(columns, self.options.fields, format=form, wide=self.options.wide)
        pages = Pages(rows, limit=limit, total=total, more=has_more)
        if form == "count":
            return self._count(pages, total)
        dropped = self._write_list(form, full_schema(schema), columns, chosen, pages, key)
        self._below(form, pages, dropped, footer, empty)
        return pages.returned

    def _write_list(
        self, form: str, schema: str, columns: Sequence[Column], chosen: Sequence[Column], pages: Pages, key: str
    ) -> Sequence[str]:
        from shopctl.output import lists

        header = self.wants_header(form)
        with self.document(human=form == "table") as sink:
            if form == "table":
                from shopctl.output.list_tables import write_table

                table = _Gap(sink) if self.terminal else sink
                return write_table(
                    table, chosen, pages, tz=self.options.tz, style=self.style, limit=self.table_limit, header=header
                )
            if form == "ids":
                lists.write_ids(sink, columns, pages)
            else:
                lists.write_rows(sink, form, schema, chosen, pages, key=key, header=header, excel=self.options.excel)
        return ()

    def _count(self, pages: Pages, total: int | None) -> int:
        for _ in pages.chunks() if total is None else ():
            pass
        counted = pages.returned if total is None else total
        self.counted(counted)
        return counted

    def counted(self, count: int) -> None:
        """Print how many rows there are, and nothing else."""
        with self.document(human=False) as sink:
            sink.write(f"{count}\n")

    def _below(self, form: str, pages: Pages, dropped: Sequence[str], footer: Sequence[str], empty: str) -> None:
        cut = pages.cut_line()
        if form != "table":
            if cut and form != "json":
                self.note(cut)
            return
        if not pages.returned:
            self.note(empty)
            return
        lines = [*footer]
        if cut and not any("--limit" in line for line in footer):
            lines.append(cut)
        if dropped:
            lines.append(f"Left out for width: {', '.join(dropped)} · all: --no-truncate or --format csv")
        if lines and self.terminal:
            self.note("")
        for line in lines:
            self.note(f"  {line}")

    def show(self, schema: str, columns: Sequence[Column], row: Any, sheet: Sheet, *, further: bool = False) -> None:
        """Print one document: the sheet for people, also when piped; a record where a format was asked for.

        Args:
            further: Another page came before this one.
        """
        from shopctl.output.machine import Lines, Records, id_lines, json_encoder

        if self.explained(columns):
            return
        form = self.explicit_format or "table"
        chosen = choose(columns, self.options.fields, format="json" if form == "table" else form)
        with self.document(human=form == "table") as sink:
            if form == "table":
                from shopctl.output.sheets import Page

                page = Page(self.width, self.style, self.options.tz)
                text = "".join(f"{line}\n" for line in sheet.render(page))
                sink.write("\n" * (self.terminal or further) + text.lstrip("\n"))
            elif form == "json":
                encode = json_encoder()
                fields = next(iter(Records(chosen).fields([row])))
                body = ",\n    ".join(f"{encode(name)}: {encode(value)}" for name, value in fields.items())
                name = encode(full_schema(schema))
                sink.write(f'{{\n  "schema": {name},\n  "data": {{\n    {body}\n  }}\n}}\n')
            elif form == "jsonl":
                sink.write(Records(chosen).lines([row])[0] + "\n")
            elif form in ("ids", "count"):
                sink.write(id_lines(columns, [row]) if form == "ids" else "1\n")
            else:
                lines = Lines(form, chosen, excel=self.options.excel)
                sink.write(lines.header(shown=self.wants_header(form)) + lines.lines([row]))

    def outcomes(
        self,
        schema: str,
        columns: Sequence[Column],
        outcomes: Iterable[Outcome[Any]],
        *,
        verb: str,
        dry_run: bool,
        next_commands: Sequence[str] = (),
        failures_to: str = "",
        records: Sequence[Mapping[str, str]] = (),
    ) -> ExitStatus:
        """Print what a write did, each item as soon as it is committed, and tell the exit status.

        Args:
            schema: What the rows are, such as `invoice.create`.
            columns: The fields of the rows.
            outcomes: One an item, in order; taken one by one, each printed before the next is asked for.
            verb: What is done, as after "would": `create`, `confirm`.
            dry_run: Whether nothing was written.
            next_commands: Commands to type next, for people.
            failures_to: A file for the references of failed items, in the layout that its name tells.
            records: What the items were read from, in their order; the file of failures then keeps these.

        Returns:
            OK; the error's own status where one item was asked for; PARTIAL where one of several failed.

        Raises:
            BrokenPipeError: The reader has gone; no further item was asked for.
        """
        from shopctl.output.batches import Batch

        if self.explained(columns):
            return ExitStatus.OK
        chosen = choose(columns, self.options.fields, format=self.format, wide=self.options.wide)
        batch = Batch(
            self, full_schema(schema), columns, chosen, verb=verb, dry_run=dry_run, failures_to=failures_to,
            records=records,
        )  # fmt: skip
        return batch.run(outcomes, next_commands)

    def explained(self, columns: Sequence[Column]) -> bool:
        """Print the list of fields if `--fields help` was given, and tell whether it was."""
        if self.options.fields != "help":
            return False
        plain = self.options._replace(fields="", format="" if self.format in ("ids", "count") else self.options.format)
        other = Output(plain, stdin=self._stdin, stdout=self._stdout, stderr=self._stderr, environ=self._environ)
        other.list("fields", _FIELD_COLUMNS, columns, key="name")
        return True

    def text(self, *lines: str) -> None:
        """Print lines for people on standard output, made safe."""
        with self.document(human=True) as sink:
            sink.write("".join(f"{self.style.glyphs(safe(line))}\n" for line in lines))

    def stream(self, lines: Iterable[str]) -> None:
        """Print lines for scripts as they come, in constant memory."""
        with self.document(human=False) as sink:
            for line in lines:
                sink.write(f"{line}\n")

    def whole(self, schema: str, data: Mapping[str, object]) -> None:
        """Print one JSON document of plain values, whatever the format.

        Args:
            schema: What it is, such as `customers.export-data`.
        """
        from shopctl.output.machine import json_encoder

        text = json_encoder(indent=2)({"schema": full_schema(schema), "data": data})
        with self.document(human=False) as sink:
            sink.write(f"{text}\n")

    def raw(self, content: str | bytes) -> None:
        """Print a text or file as it is: a completion script, a template, a PDF."""
        content = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
        if self.to_file:
            self.write_file(self.options.output, content)
        else:
            self.machine_sink.write_bytes(content)
            self.machine_sink.flush()


class _Gap:
    """Puts an empty line before the first piece of a table on a terminal."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._gap = "\n"

    def write(self, text: str) -> None:
        self._sink.write(self._gap + text)
        self._gap = ""

    def flush(self) -> None:
        self._sink.flush()


def full_schema(name: str) -> str:
    """Write the published schema of a name: `orders.list` is `shopctl.orders.list/1`."""
    return name if "/" in name else f"shopctl.{name}/1"
