"""Start the program: answer `--version` at once, run everything else, and tell every failure in one place.

This module imports nothing at its top but the version, so that the quick answers stay quick.
"""

from __future__ import annotations

import sys

from shopctl import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from typing import TextIO

    from shopctl.commands.session import Session
    from shopctl.errors import ShopError

VERSION_WORDS = (["--version"], ["version"])
HELP_WORDS: tuple[list[str], ...] = ([], ["help"], ["--help"], ["-h"])
OUTPUT_FAILURES = frozenset({"EBADF", "EDQUOT", "EFBIG", "EIO", "ENOSPC"})


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line.

    Args:
        argv: The words after the program's name; those of the process when left out.

    Returns:
        The exit status, see `errors.ExitStatus`.
    """
    if argv is None:
        _own_process()
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if words in VERSION_WORDS:
            return _print(f"shopctl {__version__}\n")
        if words in HELP_WORDS:
            return _print(_root_help())
        if words[:1] == ["__complete"] and len(words) == 2:
            return _print(_completions(words[1]))
        return _guarded(words)
    except BrokenPipeError:
        _abandon_output()
        return 141
    except OSError as error:
        if not _is_output_failure(error):
            raise
        _abandon_output()
        sys.stderr.write(f"error: the output cannot be written: {_reason(error)} [output.closed]\n")
        return 1


def _own_process() -> None:
    """Spare a process that ends soon most searches for garbage: they take a sixth of the time of a short command.

    Records and imported modules hold no cycles, so fewer searches find the little there is as well.
    """
    import atexit
    import gc

    gc.set_threshold(200_000)
    atexit.register(gc.freeze)


def _print(text: str) -> int:
    _require_streams()
    sys.stdout.write(text)
    sys.stdout.flush()
    return 0


def _root_help() -> str:
    import os

    from shopctl.commands import help as pages
    from shopctl.commands import topics

    return pages.render(pages.root_page(topics.names()), pages.columns(os.environ))


def _completions(typed: str) -> str:
    """Answer the completion script of a shell, see `commands.completion`."""
    import os

    from shopctl.commands import completing

    return completing.answer(typed, os.environ)


def _guarded(words: list[str]) -> int:
    """Run a command and tell what goes wrong: the one error handler of the program."""
    import os

    os.environ.setdefault("TYPER_USE_RICH", "0")
    _require_streams()
    from shopctl.commands.call import TerminatedError
    from shopctl.commands.session import Session
    from shopctl.errors import ShopError

    session = Session(os.environ, sys.stdin, sys.stdout, sys.stderr)
    try:
        with _signals(session):
            status = _run(words, session)
    except ShopError as error:
        status = _told(error, words, session)
    except KeyboardInterrupt:
        status = 130
    except TerminatedError:
        status = 143
    except OSError as error:
        if isinstance(error, BrokenPipeError) or _is_output_failure(error):
            raise
        status = _unexpected(error, words, session)
    except Exception as error:  # noqa: BLE001 - the only place: a bug must not show a traceback to a shopkeeper
        known = _explained(error)
        status = _told(known, words, session) if known else _unexpected(error, words, session)
    sys.stdout.flush()
    return 128 + session.stop.signal if session.stop.signal else status


def _run(words: list[str], session: Session) -> int:
    """Call what the words say; what is not plain is left to typer, which also tells what is wrong with it."""
    from shopctl.commands.reading import understood

    words = _version_last([_readable(word, place) for place, word in enumerate(words, 1)])
    if "save" in words:
        from shopctl.commands.filters import joined

        words = joined(words)
    reading = understood(words)
    if reading is not None:
        return session.perform(reading)
    from shopctl.commands import framework

    return framework.run(words, session)


def _version_last(words: list[str]) -> list[str]:
    """Make `shopctl --json --version` the command `version`."""
    if "--version" in words and all(word.startswith("-") for word in words):
        return [*(word for word in words if word != "--version"), "version"]
    return words


def _readable(word: str, place: int) -> str:
    """Repair a word that the locale could not decode.

    Raises:
        UsageError: It is not UTF-8 text either.
    """
    from shopctl.errors import UsageError

    try:
        return word.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        shown = ascii(word)[1:-1]
        raise UsageError("usage", f"word {place} of the command line is not UTF-8 text: {shown}") from None


def _signals(session: Session) -> AbstractContextManager[None]:
    """Let signals wait while a batch finishes its item; see `call.Stop`."""
    from shopctl.commands.signals import handled

    return handled(session.stop)


def _explained(error: Exception) -> ShopError | None:
    """Find the plain sentence for a failure of the database."""
    if "peewee" not in sys.modules:
        return None
    from shopctl.bootstrap import explained

    return explained(error)


def _told(error: ShopError, words: list[str], session: Session) -> int:
    from shopctl.commands.global_options import asked_for
    from shopctl.output.screen import Output, OutputOptions

    out = session.out
    if out is None:
        plain = OutputOptions(format=asked_for(words, session.environ), debug="--debug" in words)
        out = Output(plain, stdin=sys.stdin, stdout=sys.stdout, stderr=sys.stderr, environ=session.environ)
    out.error(error)
    out.close()
    return int(error.status)


def _unexpected(error: Exception, words: list[str], session: Session) -> int:
    """Tell of a bug without the layers that may have it."""
    from shopctl.commands import crash
    from shopctl.commands.global_options import asked_for

    if "--debug" in words or session.environ.get("SHOPCTL_DEBUG") == "1":
        sys.stderr.write(crash.masked(crash.trace(error)))
    report = crash.write(error, words, session.environ)
    sys.stderr.write(crash.told(error, report, json=asked_for(words, session.environ) in {"json", "jsonl"}))
    return 1


def _require_streams() -> None:
    """Put something in the place of closed streams, and let no odd character end a page of help."""
    import os

    for name, mode in (("stdin", "r"), ("stdout", "r"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - stays open; stdout refuses
    for stream in (sys.stdout, sys.stderr):
        _forgive(stream)


def _forgive(stream: TextIO) -> None:
    if hasattr(stream, "reconfigure"):
        utf8 = (stream.encoding or "").lower().replace("-", "") == "utf8"
        stream.reconfigure(errors="backslashreplace" if utf8 else "replace")


def _is_output_failure(error: OSError) -> bool:
    import errno
    import io

    return isinstance(error, io.UnsupportedOperation) or errno.errorcode.get(error.errno or 0) in OUTPUT_FAILURES


def _reason(error: OSError) -> str:
    return (error.strerror or "it is closed").lower()


def _abandon_output() -> None:
    """Point standard output at nothing, so that the interpreter's last flush cannot fail again."""
    import os

    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError, AttributeError):
        return
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    os.close(null)
