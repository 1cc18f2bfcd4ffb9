"""Know how the tables of banks are laid out: mappings in YAML, those that come with shopctl and own ones.

A mapping names the column of each thing; `A | B` takes the first column that is there, `(A)` may be missing, and a list
joins several texts. See docs/guide/bank.md.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from shopctl.adapters.sources.items import nearest, shown
from shopctl.config import yaml_file
from shopctl.config.yaml_file import Node
from shopctl.errors import ConfigError, NotFoundError, UsageError

FOLDER: Final = Path(__file__).parent / "mappings"
"""The mappings that come with shopctl, by file name."""

FIELDS: Final = (
    "date", "value_date", "amount", "debit", "credit", "side", "fee", "currency", "account", "balance", "name", "iban",
    "reference", "text", "end_to_end", "bank_reference", "state",
)  # fmt: skip
TEXTS: Final = frozenset({"name", "reference", "text"})
"""Fields that may be joined of several columns."""

_SETTINGS: Final = frozenset(
    {"bank", "columns", "dates", "decimal", "delimiter", "encoding", "header", "account", "currency", "debits",
     "pending", "inverse"}
)  # fmt: skip
_PARTS: Final = re.compile("YYYY|YY|MM|DD")
_DATES: Final = re.compile(r"(?:YYYY|YY|MM|DD|[-./ ])+\*?")


class Column(NamedTuple):
    """Where something stands: the first column that is there, by header or by its number from 1."""

    names: tuple[str, ...]
    optional: bool


class Mapping(NamedTuple):
    """How a table is laid out.

    Attributes:
        name: The name of the mapping.
        columns: The columns of each field; several only for texts.
        dates: As `DD.MM.YYYY`; a final `*` for a time that is left out.
        decimal: The sign before the decimals, a point or a comma.
        delimiter: The sign between columns; empty to find it out.
        encoding: What the file is written in when it is not UTF-8.
        header: Whether there is a row with the names of the columns; without one columns are numbers.
        account, currency: What the file does not tell.
        debits: What stands in `side` for money that went out.
        pending: What stands in `state` for what is not booked yet.
        inverse: Whether money that went out is above zero.
    """

    name: str
    columns: dict[str, tuple[Column, ...]]
    dates: str
    decimal: str = "."
    delimiter: str = ""
    encoding: str = "cp1252"
    header: bool = True
    account: str = ""
    currency: str = ""
    debits: frozenset[str] = frozenset()
    pending: frozenset[str] = frozenset()
    inverse: bool = False

    def required(self) -> tuple[Column, ...]:
        """List the columns without which a table is not laid out like this."""
        return tuple(one for columns in self.columns.values() for one in columns if not one.optional)


@lru_cache(maxsize=1)
def built_in() -> tuple[Mapping, ...]:
    """List the mappings that come with shopctl, those with most columns first."""
    found = [_read(path) for path in FOLDER.glob("*.yaml")]
    return tuple(sorted(found, key=lambda one: (-len(one.required()), one.name)))


def find(wanted: str) -> Mapping:
    """Find a mapping by its name, or read the file of that path.

    Raises:
        NotFoundError: There is neither.
        UsageError: `file.format`, the file is no mapping.
    """
    for mapping in built_in():
        if mapping.name == wanted:
            return mapping
    path = Path(wanted).expanduser()
    if path.is_file():
        return _read(path)
    names = [one.name for one in built_in()]
    raise NotFoundError(
        "file.missing",
        f"there is no mapping {shown(wanted)}, neither built in nor a file",
        hint=nearest(wanted, names) or f"built in: {', '.join(sorted(names))}",
    )


def _read(path: Path) -> Mapping:
    try:
        root = yaml_file.read(path)
    except ConfigError as error:
        raise UsageError("file.format", error.message, hint="see shopctl help mappings") from error
    settings = _Settings(path)
    known = settings.mapping(root, "the mapping")
    settings.check(known, _SETTINGS)
    texts = {name: settings.text(known[name], name) for name in known if name in _PLAIN}
    columns = settings.columns(known.get("columns") or Node(None, 1))
    mapping = Mapping(
        path.stem, columns, texts.get("dates", ""), texts.get("decimal", "."), texts.get("delimiter", ""),
        texts.get("encoding", "cp1252"), settings.flag(known.get("header"), default=True), texts.get("account", ""),
        texts.get("currency", ""), settings.words(known.get("debits")), settings.words(known.get("pending")),
        settings.flag(known.get("inverse"), default=False),
    )  # fmt: skip
    settings.agree(mapping)
    return mapping


_PLAIN: Final = ("dates", "decimal", "delimiter", "encoding", "account", "currency")


class _Settings:
    """Checks the values of a mapping and says what is wrong in which line."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def refusal(self, line: int, reason: str, hint: str = "") -> UsageError:
        return UsageError(
            "file.format",
            f"line {line} of the mapping {self.path}: {reason}",
            hint=hint or "see shopctl help mappings",
            line=line,
        )

    def mapping(self, node: Node, what: str) -> dict[str, Node]:
        if not isinstance(node.value, dict):
            raise self.refusal(node.line, f"{what} is not a list of names with values")
        return node.value

    def check(self, found: dict[str, Node], known: frozenset[str] | tuple[str, ...]) -> None:
        for name, node in found.items():
            if name not in known:
                raise self.refusal(
                    node.line,
                    f"there is no setting {shown(name)}",
                    nearest(name, known) or f"known: {', '.join(known)}",
                )

    def text(self, node: Node, name: str) -> str:
        if not isinstance(node.value, str):
            raise self.refusal(node.line, f"{name} needs one value")
        return node.value

    def flag(self, node: Node | None, *, default: bool) -> bool:
        if node is None:
            return default
        if node.value not in ("true", "false"):
            raise self.refusal(node.line, f"{shown(node.value)} is neither true nor false")
        return node.value == "true"

    def words(self, node: Node | None) -> frozenset[str]:
        if node is None:
            return frozenset()
        nodes = node.value if isinstance(node.value, list) else [node]
        return frozenset(self.text(one, "the list").strip().casefold() for one in nodes)

    def columns(self, node: Node) -> dict[str, tuple[Column, ...]]:
        found = self.mapping(node, "columns")
        self.check(found, FIELDS)
        columns = {}
        for name, one in found.items():
            several = one.value if isinstance(one.value, list) else [one]
            if len(several) > 1 and name not in TEXTS:
                raise self.refusal(one.line, f"{name} is one column", "write alternatives as: A | B")
            columns[name] = tuple(_column(self.text(part, name)) for part in several)
        return columns

    def agree(self, mapping: Mapping) -> None:
        """Refuse a mapping that could not be used."""
        columns = mapping.columns
        if "date" not in columns or not ("amount" in columns or {"debit", "credit"} <= columns.keys()):
            raise self.refusal(1, "columns needs date, and amount or both debit and credit")
        parts = sorted(_PARTS.findall(mapping.dates))
        if not _DATES.fullmatch(mapping.dates) or parts not in (["DD", "MM", "YY"], ["DD", "MM", "YYYY"]):
            raise self.refusal(1, f"dates {shown(mapping.dates)} is not a form such as DD.MM.YYYY or YYYY-MM-DD")
        if mapping.decimal not in (".", ","):
            raise self.refusal(1, f"decimal {shown(mapping.decimal)} is neither . nor ,")
        if "side" in columns and not mapping.debits:
            raise self.refusal(1, "debits has to say what side says for money that went out", "debits: [D]")
        if len(mapping.delimiter) > 1:
            raise self.refusal(1, f"delimiter {shown(mapping.delimiter)} is not one sign")
        if not _is_encoding(mapping.encoding):
            raise self.refusal(1, f"encoding {shown(mapping.encoding)} is not known", "encoding: cp1252")
        numbers = all(name.isdecimal() and int(name) for one in mapping.required() for name in one.names)
        if not mapping.header and not (numbers and mapping.delimiter):
            raise self.refusal(1, "a table without header needs delimiter, and columns by their number from 1")


def _is_encoding(name: str) -> bool:
    try:
        "".encode(name)
    except LookupError:
        return False
    return True


def _column(text: str) -> Column:
    optional = text.startswith("(") and text.endswith(")")
    return Column(tuple(one.strip() for one in (text[1:-1] if optional else text).split("|")), optional)
