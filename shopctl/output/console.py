"""Know the terminal: formats and widths, messages on standard error, questions to a person."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple, TextIO

from shopctl.errors import BusyError, ShopError, UnconfirmedError, UsageError
from shopctl.output import streams
from shopctl.output.streams import FileSink, StreamSink
from shopctl.output.style import Style, ascii_table, use_color
from shopctl.output.text import safe

FORMATS = ("table", "plain", "csv", "tsv", "json", "jsonl", "ids", "count")
_EXTENSIONS = {".csv": "csv", ".tsv": "tsv", ".json": "json", ".jsonl": "jsonl", ".txt": "table"}
_DEFAULT_WIDTH = 100


class OutputOptions(NamedTuple):
    """The global options about output, as they were given."""

    format: str = ""
    fields: str = ""
    output: str = ""
    header: bool | None = None
    wide: bool = False
    truncate: bool = True
    color: str = "auto"
    quiet: bool = False
    verbose: int = 0
    debug: bool = False
    tz: str = "UTC"
    overwrite: bool = False
    yes: bool = False
    no_input: bool = False
    dry_run: bool = False
    excel: bool = False


class Console:
    """The streams of one run; `Output` adds what commands print.

    Args:
        options: The global options.
        stdin: Where answers to questions come from, only if it is a terminal.
        stdout: Where answers go.
        stderr: Where everything else goes.
        environ: The environment.
    """

    def __init__(
        self,
        options: OutputOptions,
        *,
        stdin: TextIO | None,
        stdout: TextIO | None,
        stderr: TextIO | None,
        environ: Mapping[str, str],
    ) -> None:
        self.options = options
        self._stdin = stdin
        self._stdout = stdout
        self._stderr = stderr
        self._environ = environ
        self._forced_width = _positive(environ.get("SHOPCTL_FORCE_TTY", ""))
        self.to_file = options.output not in ("", "-")
        self.machine_sink = StreamSink(stdout)
        self._human_sink = _human_sink(stdout)
        self._error_sink = _human_sink(stderr)
        self.style = Style() if self.to_file else self._style_of(stdout)
        self._error_style = self._style_of(stderr)

    @property
    def format(self) -> str:
        """The format of lists: as asked, else by the file's extension, else a table on a terminal, else plain.

        Raises:
            UsageError: There is no such format.
        """
        return self.explicit_format or ("table" if self.terminal else "plain")

    @property
    def interactive(self) -> bool:
        """Whether a person can be asked."""
        return not self.options.no_input and _is_terminal(self._stdin)

    @property
    def width(self) -> int:
        """Columns of the terminal; 100 without one."""
        if self._forced_width or self.to_file:
            return self._forced_width or _DEFAULT_WIDTH
        wished = _positive(self._environ.get("COLUMNS", ""))
        if wished or not _is_terminal(self._stdout):
            return wished or _DEFAULT_WIDTH
        with suppress(OSError, ValueError, AttributeError):
            return os.get_terminal_size(self._stdout.fileno()).columns or 80  # type: ignore[union-attr]  # suppressed above
        return 80

    @property
    def explicit_format(self) -> str:
        """The format that was asked for, by name or by the file's extension; empty if none was."""
        asked = self.options.format
        if asked and asked not in FORMATS:
            raise UsageError("usage", f"no format '{asked}'", hint=f"use one of {', '.join(FORMATS)}", format=asked)
        by_name = _EXTENSIONS.get(os.path.splitext(self.options.output)[1].lower(), "") if self.to_file else ""
        return asked or by_name

    @property
    def terminal(self) -> bool:
        """Whether answers go to a terminal."""
        return not self.to_file and (bool(self._forced_width) or _is_terminal(self._stdout))

    @property
    def table_limit(self) -> int | None:
        """Columns that a table may take; None for any number."""
        bounded = self.terminal or (not self.to_file and _positive(self._environ.get("COLUMNS", "")) > 0)
        return self.width if bounded and self.options.truncate else None

    def _style_of(self, stream: TextIO | None) -> Style:
        terminal = bool(self._forced_width) or _is_terminal(stream)
        color = use_color(self.options.color, self._environ, terminal=terminal)
        return Style(color=color, ascii=ascii_table(getattr(stream, "encoding", None)))

    def wants_header(self, form: str) -> bool:
        """Tell whether a format starts with the names of the columns."""
        return form != "plain" if self.options.header is None else self.options.header

    def require_target(self) -> None:
        """Refuse `--output FILE` before any work is done for it.

        Raises:
            UsageError: The file exists and overwriting was not asked for.
            ShopError: It is a directory or device.
        """
        if self.to_file:
            streams.require_free(self.options.output, overwrite=self.options.overwrite)

    def write_file(self, path: str | os.PathLike[str], data: bytes) -> None:
        """Write a file that is either complete or not there; readable by its owner only.

        Raises:
            UsageError: `file.exists`.
            ShopError: `file.unwritable`.
        """
        streams.write_file(path, data, overwrite=self.options.overwrite)

    def open_document(self, *, human: bool) -> FileSink | StreamSink:
        """Open the place where the answer goes; end it with `close_document`."""
        if self.to_file:
            return FileSink(self.options.output, overwrite=self.options.overwrite)
        return self._human_sink if human else self.machine_sink

    @contextmanager
    def document(self, *, human: bool) -> Iterator[FileSink | StreamSink]:
        """Open the place where the answer goes; a file appears only if nothing goes wrong."""
        sink = self.open_document(human=human)
        try:
            yield sink
            close_document(sink, keep=True)
        except BaseException:
            close_document(sink, keep=False)
            raise

    def note(self, text: str) -> None:
        """Tell a person something on standard error, unless `--quiet`."""
        if not self.options.quiet:
            self.tell(text)

    def hint(self, text: str) -> None:
        """Tell a person what to do next, unless `--quiet`."""
        if not self.options.quiet:
            self.tell(f"hint:  {text}")

    def verbose(self, level: int, text: str) -> None:
        """Tell what is done where `--verbose` was given that often; `--debug` counts as twice."""
        if max(self.options.verbose, 2 * self.options.debug) >= level:
            self.tell(text)

    def error(self, error: ShopError) -> None:
        """Print an error: a sentence, why and what to do, or one line of JSON where json or jsonl was asked for.

        That another run does the same job is nothing to be told where only what is wrong is.
        """
        from shopctl.output.messages import error_json, error_lines

        if self.json_errors:
            self.tell_lines([error_json(error)])
        elif not (self.options.quiet and isinstance(error, BusyError)):
            every = self.options.verbose > 0 or self.options.debug
            self.tell_lines(error_lines(error, self._error_style, every_detail=every))

    @property
    def json_errors(self) -> bool:
        """Whether errors are read by a script; never raises, so that an error can always be printed."""
        return self.options.format in ("json", "jsonl")

    @property
    def error_style(self) -> Style:
        """How standard error shows glyphs and colours."""
        return self._error_style

    def tell(self, text: str) -> None:
        """Print one line on standard error, made safe."""
        self.tell_lines([safe(text)])

    def tell_lines(self, lines: Iterable[str]) -> None:
        """Print safe lines on standard error, after everything printed so far; a closed one is ignored."""
        self._flush_quietly()
        with suppress(ShopError, BrokenPipeError, ValueError):
            self._error_sink.write("".join(f"{line}\n" for line in lines))
            self._error_sink.flush()

    def _flush_quietly(self) -> None:
        with suppress(ShopError, BrokenPipeError, ValueError):
            self.machine_sink.flush()

    def ask(self, question: str, *, danger: Sequence[str] = ()) -> None:
        """Ask for a confirmation and return only if it is given; the default is no.

        Args:
            question: Ends in a question mark.
            danger: Lines above it that say what will happen.

        Raises:
            UnconfirmedError: The answer was no, or there is no terminal to ask on.
        """
        if self.options.yes or self.options.dry_run:
            return
        if not self.interactive or self._stdin is None:
            raise UnconfirmedError(
                "confirm.required",
                "this needs a confirmation and there is no terminal to ask on",
                hint="add --yes to go ahead, or --dry-run to see what would happen",
            )
        for line in danger:
            self.tell(line)
        self._prompt(f"{question} [y/N] ")
        if self._stdin.readline().strip().lower() not in ("y", "yes"):
            raise UnconfirmedError("confirm.declined", "nothing was done: the answer was no")

    def ask_for(self, word: str, given: str, question: str) -> None:
        """Insist that a word is typed before something that cannot be undone; `--yes` is not enough.

        Args:
            word: What has to be typed.
            given: What `--confirm` says; empty: a person is asked.
            question: Says what will happen and names the word.

        Raises:
            UnconfirmedError: Something else was typed, or there is nobody to ask.
        """
        if self.options.dry_run:
            return
        if not given and (not self.interactive or self._stdin is None):
            raise UnconfirmedError(
                "confirm.required",
                "this cannot be undone, so a word has to be typed, and there is no terminal to ask on",
                hint=f"add --confirm {word} to go ahead, or --dry-run to see what would happen",
            )
        typed = given
        if not typed and self._stdin is not None:
            self._prompt(f"{question} ")
            typed = self._stdin.readline().strip()
        if typed != word:
            raise UnconfirmedError(
                "confirm.declined",
                f"nothing was done: {typed[:40]!r} is not {word}",
                hint=f"type {word}, or --confirm {word}",
            )

    def _prompt(self, text: str) -> None:
        self._flush_quietly()
        with suppress(ShopError, BrokenPipeError, ValueError):
            self._error_sink.write(safe(text))
            self._error_sink.flush()

    def question(self, prompt: str) -> str:
        """Ask for one line of text, on a terminal only; empty where there is none or the input has ended."""
        if not self.interactive or self._stdin is None:
            return ""
        self._prompt(f"{prompt} ")
        return self._stdin.readline().strip()

    def password(self, prompt: str) -> str:
        """Ask for a password without showing it, on a terminal only.

        Raises:
            UsageError: There is no terminal.
        """
        refused = UsageError(
            "usage",
            "a password is needed and there is no terminal to ask on",
            hint="pipe it in with --password-stdin",
        )
        if not self.interactive:
            raise refused
        from getpass import getpass

        self._flush_quietly()
        try:
            return getpass(f"{safe(prompt)} ", stream=self._stderr)
        except EOFError:
            raise refused from None

    def close(self) -> None:
        """Hand everything to the system.

        Raises:
            ShopError: `output.closed`, the disk is full.
            BrokenPipeError: The reader has gone.
        """
        self.machine_sink.flush()
        with suppress(ShopError, BrokenPipeError, ValueError):
            self._error_sink.flush()


def close_document(sink: FileSink | StreamSink, *, keep: bool) -> None:
    """End an answer: a file gets its name or disappears, a stream is flushed."""
    if isinstance(sink, StreamSink):
        if keep:
            sink.flush()
    elif keep:
        sink.commit()
    else:
        sink.discard()


def _human_sink(stream: TextIO | None) -> StreamSink:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return StreamSink(stream, encoding=encoding, errors="replace", table=ascii_table(encoding))


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def _positive(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
