"""Every command that the guide, the help topics and the samples tell somebody to type exists, with its options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shopctl.commands import framework

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    path
    for pattern in (
        "README.md", "config.example.yaml", "docs/guide/*.md", "docs/interchange.md", "shopctl/topics/*.txt",
        "examples/demo.sh", "examples/cron/*",
    )
    for path in ROOT.glob(pattern)
)  # fmt: skip
NODES = {node.path: node for node in framework.tree()}
NOUNS = {path.partition(" ")[0] for path in NODES}
COMMAND = re.compile(r"(?<![\w./~-])shopctl ((?:[a-z][a-z-]*(?=[\s`).,;:|'\"]|$) ?)+)([^\n`|;&>#]*)")
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*|-[A-Za-z](?![\w-]))")
GLOBAL = {*OPTION.findall((ROOT / "shopctl/commands/global_declarations.py").read_text("utf-8")), "--help", "--version"}


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Find `shopctl NOUN VERB` with what follows on the line, in code; sentences speak of shopctl as well."""
    joined = text.replace("\\\n", " ")
    code = "\n".join(CODE.findall(joined)) if "```" in joined else joined
    for words, rest in COMMAND.findall(code):
        if "```" in joined or words.split()[0] in NOUNS:
            yield words.strip(), rest


def named(words: str) -> str:
    """Answer the longest command that the words begin with; empty for none."""
    parts = words.split()
    paths = [" ".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return next((path for path in paths if path in NODES), "")


def mistakes(text: str) -> list[str]:
    """List what is written and does not exist."""
    found = []
    for words, rest in commands(text):
        path = named(words)
        if not path:
            if words.split()[0] not in NOUNS or len(words.split()) > 1:
                found.append(f"shopctl {words}")
            continue
        if path == "filter save":
            continue  # it takes the options of the list whose search it keeps
        known = GLOBAL | {word for param in NODES[path].params for word in OPTION.findall(param.spelling)}
        said = re.sub(r"'[^']*'|\"[^\"]*\"", "", rest)
        found += [f"shopctl {path} {option}" for option in OPTION.findall(said) if option not in known]
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_written_command_exists(page):
    assert mistakes(page.read_text("utf-8")) == []


def test_a_command_or_option_that_is_none_is_found():
    text = "```sh\nshopctl orders lst -q\nshopctl orders list --unpaidd | shopctl orders confirm - --yes\n```\n"

    assert mistakes(text) == ["shopctl orders lst", "shopctl orders list --unpaidd"]
