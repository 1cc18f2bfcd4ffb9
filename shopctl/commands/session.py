"""Hold one run of the program: its streams, what was typed on the way to the verb, and the call of the verb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TextIO

from shopctl.commands.call import Call, Stop
from shopctl.commands.declaring import gathered
from shopctl.commands.global_options import settle
from shopctl.errors import UsageError

if TYPE_CHECKING:
    from shopctl.commands.declaring import Verb
    from shopctl.commands.global_options import GlobalOptions
    from shopctl.commands.reading import Reading
    from shopctl.output.screen import Output

OURS: Final = "global "
"""Before the names of the global options, so that a parameter of a command may have the same name."""


class Session:
    """What one run of the program has to do with the world outside.

    Attributes:
        levels: Global options as typed at the root, at the noun and at the verb.
        rehearsing: Only read the command line, call nothing.
        reading: What the command line said, once it is read.
        out: The output of the call, once there is one.
    """

    def __init__(
        self, environ: Mapping[str, str], stdin: TextIO, stdout: TextIO, stderr: TextIO, *, rehearsing: bool = False
    ) -> None:
        self.environ = environ
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.rehearsing = rehearsing
        self.stop = Stop()
        self.levels: list[dict[str, Any]] = []
        self.reading: Reading | None = None
        self.out: Output | None = None

    def take(self, ctx: Any, shared: Sequence[Any]) -> None:
        """Move the global options of one level out of the parameters of its word."""
        names = [parameter.name for parameter in shared]
        self.levels.append({name.removeprefix(OURS): ctx.params.pop(name, None) for name in names})

    def perform(self, reading: Reading) -> int:
        """Call the function of the verb, unless only the command line is read."""
        self.reading = reading
        if self.rehearsing:
            return 0
        verb, values, levels = reading
        options = settle(levels, self.environ)
        if options.dry_run and not verb.writes:
            raise UsageError("usage", "no such option '--dry-run'", hint=f"{verb.path} changes nothing")
        from shopctl.output.screen import Output, OutputOptions

        said = {name: value for name in _SHOWN if (value := getattr(options, name)) is not None}
        wanted = OutputOptions(**said, excel=_for_excel(verb, options))
        self.out = Output(wanted, stdin=self.stdin, stdout=self.stdout, stderr=self.stderr, environ=self.environ)
        call = Call(
            verb.path, options, self.out, writes=verb.writes, environ=self.environ, stdin=self.stdin, stop=self.stop
        )
        try:
            if "saved" in values and verb.name == "list":
                from shopctl.commands.saved import applied

                values = applied(call, verb, values)
            answer = verb.function(call, **gathered(verb.function, values))
        finally:
            call.close()
        self.out.close()
        return int(answer or 0)


_SHOWN: Final = (
    "format", "fields", "output", "header", "wide", "truncate", "color", "quiet", "verbose", "debug", "tz",
    "overwrite", "yes", "no_input", "dry_run",
)  # fmt: skip


def _for_excel(verb: Verb, options: GlobalOptions) -> bool:
    """Tell whether CSV is meant for a spreadsheet: when asked for, or by default when `export` makes a .csv file."""
    exported = "export" in (verb.noun, verb.name) and (options.output or "").lower().endswith(".csv")
    return exported if options.excel is None else options.excel
