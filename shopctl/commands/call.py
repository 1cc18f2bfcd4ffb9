"""Give a command what it works with: its options, the output, the shop and the numbers it was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

from shopctl.errors import UnconfirmedError, UsageError

if TYPE_CHECKING:
    from shopctl.commands.global_options import GlobalOptions
    from shopctl.output.screen import Output
    from shopctl.shop import Shop


class TerminatedError(BaseException):
    """The process was asked to end (SIGTERM) and nobody finishes an item first."""


class Stop:
    """Remember that a signal asked to end.

    While nobody watches, a signal ends the call at once. As soon as a loop watches, the first signal is only
    remembered, so that the loop can finish the item in hand; the second one ends the call at once.

    Attributes:
        signal: Number of the signal that came, 0 for none.
        watched: Somebody looks at it between items.
    """

    def __init__(self) -> None:
        self.signal = 0
        self.watched = False

    def __bool__(self) -> bool:
        """Tell whether to stop before the next item."""
        return self.signal != 0

    __call__ = __bool__


class Call:
    """One run of one command.

    Attributes:
        command: Its words, such as `invoice create`.
        options: The settled global options.
        out: The only writer of standard output and standard error.
        writes: The command changes something, so it may have to ask first.
    """

    def __init__(
        self,
        command: str,
        options: GlobalOptions,
        out: Output,
        *,
        writes: bool,
        environ: Mapping[str, str],
        stdin: TextIO,
        stop: Stop,
    ) -> None:
        self.command = command
        self.options = options
        self.out = out
        self.writes = writes
        self._environ = environ
        self._stdin = stdin
        self._stop = stop
        self._input: str | None = None
        self._shop: Shop | None = None

    @property
    def stopping(self) -> Stop:
        """Tell whether to stop before the next item; once it is asked for, signals wait for the item in hand.

        It is true when a signal came, and a function that tells so: `batch.run(..., stopping=call.stopping)`.
        """
        self._stop.watched = True
        return self._stop

    @property
    def stdin(self) -> TextIO:
        """Standard input, for files named `-`."""
        return self._stdin

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment of this call."""
        return self._environ

    def shop(self, *, signed_in: bool = True, create: bool = False, current: bool = True) -> Shop:
        """Open the shop at first use; it is closed at the end of the call.

        A command opens it before it imports any service: only then is it known which database drivers are needed.

        Args:
            signed_in: Somebody has to be signed in.
            create: Make a missing database file.
            current: The database must have the schema of this version.
        """
        if self._shop is None:
            self.out.require_target()
            from shopctl.bootstrap import open_shop

            options = self.options
            self._shop = open_shop(
                config=options.config,
                profile=options.profile,
                db=options.db,
                as_of=options.as_of,
                wait=options.wait,
                dry_run=options.dry_run,
                command=self.command,
                environ=self._environ,
                signed_in=signed_in,
                create=create,
                current=current,
                verbose=self.out.verbose if options.debug or options.verbose > 1 else None,
            )
            if options.tz is None:
                self.out.options = self.out.options._replace(tz=self._shop.config.shop.timezone)
        return self._shop

    def references(self, numbers: list[str] | None, from_file: str | None = "") -> list[str]:
        """Gather the numbers that the command is asked about, each once, in the order given.

        Args:
            numbers: As typed; `-` stands for the lines of standard input.
            from_file: A file with more of them, or empty.

        Raises:
            UsageError: Nothing or an empty text was given, or standard input is a terminal.
            UnconfirmedError: A write reads standard input, so it cannot ask, and neither --yes nor --dry-run is given.
        """
        from shopctl.commands.inputs import is_table, numbers_of, read_path, records_of

        if not numbers and not from_file:
            raise UsageError("usage", "nothing to work on: no number was given", hint=f"shopctl {self.command} --help")
        if any(not number.strip() for number in numbers or ()):
            raise UsageError("usage", "an empty text is no number", hint=f"shopctl {self.command} --help")
        found: dict[str, None] = {}
        for number in numbers or ():
            found.update(dict.fromkeys(numbers_of(self._stdin_text()) if number == "-" else [number]))
        if from_file == "-":
            found.update(dict.fromkeys(numbers_of(self._stdin_text())))
        elif from_file:
            text = read_path(from_file)
            tabular = is_table(from_file)
            rows = records_of(text, from_file) if tabular else []
            found.update(
                dict.fromkeys(_reference(row, from_file) for row in rows) if tabular else _once(numbers_of(text))
            )
        return list(found)

    def rows(self, from_file: str) -> list[dict[str, str]]:
        """Read records with fields of their own from a CSV or JSON Lines file; `-` reads plain numbers from stdin.

        Returns:
            Field names (lower case for CSV) to text; absent values are left out.
        """
        from shopctl.commands.inputs import numbers_of, read_path, records_of

        if from_file == "-":
            return [{"number": number} for number in numbers_of(self._stdin_text())]
        return records_of(read_path(from_file), from_file)

    def close(self) -> None:
        """Close what was opened; the output stays open for a last error."""
        if self._shop is not None:
            self._shop.database.close()
            self._shop = None

    def _stdin_text(self) -> str:
        if self._input is None:
            self._require_piped()
            from shopctl.commands.inputs import read_stream

            self._input = read_stream(self._stdin)
        return self._input

    def _require_piped(self) -> None:
        if self._stdin.isatty():
            raise UsageError(
                "usage",
                "- reads numbers from standard input, which is a terminal",
                hint=f"shopctl orders list --format ids | shopctl {self.command} -",
            )
        if self.writes and not (self.options.yes or self.options.dry_run):
            raise UnconfirmedError(
                "confirm.required",
                "numbers come from standard input, so there is no way to ask for a confirmation",
                hint="add --yes to go ahead, or --dry-run to see what would happen",
            )


def _reference(row: dict[str, str], name: str) -> str:
    from shopctl.commands.inputs import HEADINGS

    for heading in HEADINGS:
        if heading in row:
            return row[heading]
    raise UsageError(
        "file.format",
        f"{name}: a record has none of the fields that hold a number",
        hint=f"give the column one of the names {', '.join(HEADINGS)}",
        path=name,
    )


def _once(numbers: list[str]) -> dict[str, None]:
    return dict.fromkeys(numbers)
