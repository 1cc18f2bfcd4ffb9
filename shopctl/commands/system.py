"""Tell the version, and explain commands and topics."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from shopctl import __version__
from shopctl.commands import help as pages
from shopctl.commands import topics
from shopctl.commands.call import Call
from shopctl.commands.declaring import noun
from shopctl.commands.options import argument

app = noun("", "The program itself")


class Version(NamedTuple):
    """What is installed."""

    version: str


@app.command(
    "version", examples=[("shopctl version", "one line"), ("shopctl version --json", "for scripts")], exits="0 always"
)
def version(call: Call) -> None:
    """Tell the version of shopctl."""
    if call.options.format in {None, "plain", "table"}:
        call.out.text(f"shopctl {__version__}")
        return
    from shopctl.output.columns import Column, Kind
    from shopctl.output.sheets import Sheet

    columns = (Column("version", "VERSION", Kind.CODE, "The version of shopctl"),)
    call.out.show("version", columns, Version(__version__), Sheet())


@app.command(
    "help",
    examples=[
        ("shopctl help invoice create", "a command"),
        ("shopctl help dates", "a topic"),
        ("shopctl help errors", "every error code"),
    ],
    exits="0 done · 2 no such command or topic",
)
def help_(
    call: Call, words: Annotated[list[str], argument("WORD", "A noun and a verb, or a topic; nothing: all of them")]
) -> None:
    """Explain a command or a topic."""
    from shopctl.commands.framework import page_of

    known = topics.names()
    if len(words) == 1 and words[0] in known:
        text = topics.text(words[0])
    else:
        page = page_of(words) if words else pages.root_page(known)
        text = pages.render(page, pages.columns(call.environ))
    call.out.text(*text.splitlines())
