"""Print the command reference as Markdown: `python -m shopctl.commands.reference > docs/reference.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from shopctl.commands import topics
from shopctl.commands.framework import Node, tree
from shopctl.commands.parameters import Param
from shopctl.errors import CODES, ExitStatus

INTRODUCTION = """# Command reference

Made by `python -m shopctl.commands.reference`; do not edit. Every command also takes the global options, which
`shopctl help output` explains; commands that change something take `--dry-run` and `--yes`.
"""


def reference() -> str:
    """Write the whole reference."""
    return "\n".join([INTRODUCTION, *_chapters(tree()), *_statuses(), *_codes()])


def _chapters(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        yield f"## shopctl {node.path}\n"
        yield f"```text\nshopctl {node.usage}\n```\n"
        yield f"{node.help}{' It changes something.' if node.writes else ''}\n"
        shown = [param for param in node.params if not param.hidden]
        if shown:
            yield "| option | meaning |\n|---|---|"
            yield "\n".join(map(_row, shown)) + "\n"
        width = max((len(command) for command, _ in node.examples), default=0)
        lines = (f"{command:<{width}}  # {remark}" if remark else command for command, remark in node.examples)
        yield "```sh\n" + "\n".join(lines) + "\n```\n"


def _row(param: Param) -> str:
    text = param.help
    if param.choices:
        text += f" ({', '.join(param.choices)})"
    if param.default and "default" not in text:
        text += f" (default {param.default})"
    return f"| `{_cell(param.spelling)}` | {_cell(text)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _statuses() -> Iterator[str]:
    yield "## Exit statuses\n\n| status | name | when |\n|---|---|---|"
    yield "\n".join(f"| {int(s)} | {s.name.lower()} | {_cell(topics.MEANINGS[s][0])} |" for s in ExitStatus) + "\n"


def _codes() -> Iterator[str]:
    yield "## Error codes\n\n| code | meaning |\n|---|---|"
    yield "\n".join(f"| `{code}` | {_cell(meaning)} |" for code, meaning in sorted(CODES.items())) + "\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
