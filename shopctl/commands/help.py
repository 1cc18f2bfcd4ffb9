"""Lay out help pages: usage, purpose, examples, options by what they do, exit statuses, where to read on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from shopctl.commands import COMMANDS, NOUNS, Entry

if TYPE_CHECKING:
    from shopctl.commands.parameters import Param

BATCH: Final = "Many"
"""Heading of the batch options; completed with the argument: "Many orders"."""

NARROW: Final = 60
WIDE: Final = 100
PIPED: Final = 80
LEFT: Final = 26
"""Widest left column; a longer entry puts its text on the next line."""

PURPOSE: Final = "Run the order-to-cash cycle of an online shop from the shell."

ROOT_EXAMPLES: Final = (
    ("shopctl orders list --unpaid", "who has not paid yet"),
    ("shopctl invoice create S00433 --confirm", "bill an order"),
    ("shopctl payment register S00433", "its money has come"),
)


class Row(NamedTuple):
    """One entry of a list: a spelling and what it means."""

    left: str
    right: str


SAFETY: Final = (Row("--dry-run, -n", "Show what would happen"), Row("--yes, -y", "Do not ask"))
"""Every write has these two; of the global options only they are shown in full."""


class Section(NamedTuple):
    """A heading and its entries."""

    heading: str
    rows: Sequence[Row]


class Page(NamedTuple):
    """The parts of a help page; empty ones are left out.

    Attributes:
        usage: What follows `Usage: shopctl`.
        text: Paragraphs of the purpose.
        examples: Commands, each with a remark.
        sections: Arguments, options, commands.
        footer: Short closing lines such as `Exit:`.
    """

    usage: str
    text: str = ""
    examples: Sequence[tuple[str, str]] = ()
    sections: Sequence[Section] = ()
    footer: Sequence[Row] = ()


def columns(environ: Mapping[str, str]) -> int:
    """Tell how wide a help page may be."""
    text = environ.get("COLUMNS", "")
    width = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if not width and sys.stdout is not None and sys.stdout.isatty():
        try:
            width = os.get_terminal_size(sys.stdout.fileno()).columns
        except OSError:
            width = PIPED
    return min(max(width or PIPED, NARROW), WIDE)


def render(page: Page, width: int) -> str:
    """Make text of a page, ending with a newline."""
    blocks = [[f"Usage: shopctl {page.usage}".rstrip()]]
    blocks += [
        [f"  {line}" for line in wrap(paragraph, width - 2)] for paragraph in page.text.split("\n\n") if paragraph
    ]
    if page.examples:
        blocks.append(["Examples:", *_examples(page.examples, width)])
    widths = [len(row.left) for section in page.sections for row in section.rows]
    left = min(max(widths, default=0), LEFT)
    for section in page.sections:
        if section.rows:
            blocks.append([f"{section.heading}:", *_rows(section.rows, left, width)])
    if page.footer:
        blocks.append(_footer(page.footer, width))
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def wrap(text: str, width: int) -> list[str]:
    """Break a paragraph into lines; a word longer than a line stays whole."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def _rows(rows: Iterable[Row], left: int, width: int) -> list[str]:
    lines: list[str] = []
    for row in rows:
        texts = wrap(row.right, width - left - 4)
        if len(row.left) > left:
            lines.append(f"  {row.left}")
        else:
            lines.append(f"  {row.left:<{left}}  {texts.pop(0)}".rstrip())
        lines += [f"{'':<{left + 4}}{text}" for text in texts]
    return lines


def _examples(examples: Sequence[tuple[str, str]], width: int) -> list[str]:
    fitting = [len(command) for command, remark in examples if remark and len(command) + len(remark) + 6 <= width]
    left = max(fitting, default=0)
    lines: list[str] = []
    for command, remark in examples:
        if remark and max(left, len(command)) + len(remark) + 6 > width:
            lines += [f"  {command}", *(f"      {line}" for line in wrap(remark, width - 6))]
        else:
            lines.append(f"  {command:<{left}}    {remark}".rstrip() if remark else f"  {command}")
    return lines


def _footer(rows: Iterable[Row], width: int) -> list[str]:
    lines: list[str] = []
    for row in rows:
        texts = [text.replace("\0", " ") for text in wrap(_whole_items(row.right), width - 9)]
        lines += [f"{row.left:<9}{texts[0]}", *(f"{'':<9}{text}" for text in texts[1:])]
    return lines


def noun_page(name: str, text: str, rows: Sequence[Row]) -> Page:
    """Describe a noun and its verbs."""
    return Page(
        usage=f"{name} VERB [OPTIONS]",
        text=f"{text.rstrip('.')}.",
        sections=(Section("Verbs", rows),),
        footer=(Row("Help:", f"shopctl {name} VERB --help"),),
    )


def _whole_items(text: str) -> str:
    """Keep the words between two dots together."""
    items = text.split(" · ")
    return "\0· ".join(item.replace(" ", "\0") for item in items) if len(items) > 1 else text


def verb_page(
    path: str, text: str, examples: Sequence[tuple[str, str]], params: Sequence[Param], exits: str, writes: bool
) -> Page:
    """Describe a command: arguments, then its options under the headings in the order they were declared."""
    shown = [param for param in params if not param.hidden]
    arguments = [param for param in shown if param.kind == "argument"]
    panels: dict[str, list[Row]] = {}
    for param in shown:
        if param.kind == "option":
            panels.setdefault(_heading(param.panel, arguments), []).append(Row(param.spelling, _meaning(param)))
    batch = _heading(BATCH, arguments) in panels
    if writes:
        panels.setdefault(_heading(BATCH, arguments) if batch else "Safety", []).extend(SAFETY)
    return Page(
        usage=" ".join([path, *map(_in_usage, arguments), "[OPTIONS]"]),
        text=text,
        examples=examples,
        sections=(
            Section("Arguments", [Row(param.spelling, _meaning(param)) for param in arguments]),
            *(Section(heading, rows) for heading, rows in panels.items()),
        ),
        footer=(
            Row("Output:", "--format, --json, --fields, --output, --quiet (shopctl help output)"),
            Row("Exit:", exits or ("0 done or already so · 2 usage · 6 refused" if writes else "0 done · 2 usage")),
            Row("More:", f"{'shopctl help batch · ' if batch else ''}shopctl help exit-codes"),
        ),
    )


def _heading(panel: str, arguments: Sequence[Param]) -> str:
    if panel != BATCH:
        return panel or "Options"
    word = (arguments[0].spelling if arguments else "item").strip("[].").replace("-", " ").lower()
    return f"{BATCH} {word[:-1]}ies" if word.endswith("y") else f"{BATCH} {word}s"


def _in_usage(argument: Param) -> str:
    optional = not argument.required and not argument.spelling.endswith("...")
    return f"[{argument.spelling}]" if optional else argument.spelling


def _meaning(param: Param) -> str:
    """Complete the help of an option with the words it accepts and its default, where it does not name them itself."""
    text = param.help
    if param.choices and not all(choice in text for choice in param.choices):
        text = f"{text}: {', '.join(param.choices)}" if text else ", ".join(param.choices)
    if param.default and "default" not in text:
        text = f"{text} (default {param.default})"
    return text.lstrip()


def root_page(topics: Sequence[str]) -> Page:
    """Describe the whole program."""
    return Page(
        usage="[OPTIONS] NOUN VERB [NUMBER...] [OPTIONS]",
        text=PURPOSE,
        examples=ROOT_EXAMPLES,
        sections=(Section("Nouns", _entries(NOUNS)), Section("Commands", _entries(COMMANDS))),
        footer=(
            Row("Output:", "--format, --json, --fields, --output, --quiet (shopctl help output)"),
            Row("Help:", "shopctl NOUN, shopctl NOUN VERB --help, shopctl help TOPIC"),
            Row("Topics:", " · ".join(topics)),
        ),
    )


def _entries(entries: Mapping[str, Entry]) -> list[Row]:
    return [Row(name, entry.help) for name, entry in entries.items()]
