"""Read a YAML file as text: no types guessed, no references, every value with its line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shopctl.errors import ConfigError

LARGEST = 1_000_000
"""Bytes a configuration file may have."""

DEEPEST = 20
"""Levels of nesting a configuration file may have."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value as it stands in the file.

    Attributes:
        value: A text, a list of nodes or a mapping of nodes; `None` where nothing is written.
        line: Where it stands, counted from 1; for a value of a mapping the line of its key.
    """

    value: str | list[Node] | dict[str, Node] | None
    line: int


class _YamlError(Exception):
    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


def read(path: Path) -> Node:
    """Read a configuration file.

    Raises:
        ConfigError: The file cannot be read, is not UTF-8, or is not the plain YAML that a configuration needs.
    """
    import yaml

    text = _text(path)
    try:
        return _document(yaml.parse(text, Loader=yaml.SafeLoader))
    except _YamlError as mistake:
        raise _refusal(path, mistake.line, mistake.problem) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _refusal(path, mark.line + 1 if mark else 1, str(error.problem or error.context)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _refusal(path, line, f"the character U+{ord(text[error.position]):04X} is not allowed") from None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise ConfigError(
            "config.invalid", f"the configuration file {path} cannot be read: {error.strerror}", path=str(path)
        ) from error
    if len(content) > LARGEST:
        raise _refusal(path, None, f"the file has more than {LARGEST:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal(path, content.count(b"\n", 0, error.start) + 1, "the text is not UTF-8") from None


def _refusal(path: Path, line: int | None, problem: str) -> ConfigError:
    where = f"{path} line {line}" if line else f"{path}"
    return ConfigError(
        "config.invalid",
        f"{where}: {problem}",
        hint="every setting is explained in config.example.yaml",
        path=str(path),
        mistakes=[f"line {line}: {problem}" if line else problem],
    )


def _document(events: Iterator[Any]) -> Node:
    """Build the one document of the file; events come from a state machine, so depth costs no stack until checked."""
    import yaml

    document: Node | None = None
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            if document is not None:
                raise _YamlError(_line(event), "a second document starts here; a configuration is one")
            document = _node(next(events), events, 1)
    return document or Node(None, 1)


def _node(event: Any, events: Iterator[Any], depth: int) -> Node:
    import yaml

    line = _line(event)
    if isinstance(event, yaml.AliasEvent) or event.anchor:
        raise _YamlError(line, "anchors and aliases (& and *) are not used here; write the value out or quote the text")
    if event.tag:
        raise _YamlError(line, "tags (!) are not used here; quote the text if it starts with !")
    if depth > DEEPEST:
        raise _YamlError(line, f"more than {DEEPEST} levels are nested")
    if isinstance(event, yaml.ScalarEvent):
        empty = event.value == "" and event.style is None
        return Node(None if empty else event.value, line)
    if isinstance(event, yaml.SequenceStartEvent):
        return Node(list(_items(events, depth)), line)
    return Node(_mapping(events, depth), line)


def _items(events: Iterator[Any], depth: int) -> Iterator[Node]:
    import yaml

    for event in events:
        if isinstance(event, yaml.SequenceEndEvent):
            return
        yield _node(event, events, depth + 1)


def _mapping(events: Iterator[Any], depth: int) -> dict[str, Node]:
    import yaml

    mapping: dict[str, Node] = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            break
        key = _node(event, events, depth + 1)
        if not isinstance(key.value, str):
            raise _YamlError(key.line, "a key must be a word")
        if key.value in mapping:
            raise _YamlError(key.line, f"{key.value} is set twice, first in line {mapping[key.value].line}")
        mapping[key.value] = Node(_node(next(events), events, depth + 1).value, key.line)
    return mapping


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
