"""Name what a check of the books answers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

Value = Decimal | int | str | None
"""An amount or quantity, a count, a word, or nothing."""

Severity = Literal["fatal", "warning"]


class RuleInfo(NamedTuple):
    """A rule of the books; `protects` names the `table.column`s a change of which it would notice."""

    id: str
    severity: Severity
    sentence: str
    protects: tuple[str, ...]


class RuleResult(NamedTuple):
    """How many rows a rule looked at, and how many places break it."""

    checked: int
    bad: int


class Violation(NamedTuple):
    """A place where a rule does not hold; `id` is None where the row itself is missing or there is no table."""

    rule: str
    table: str
    id: int | None
    reference: str
    expected: Value
    found: Value
    hint: str


class Head(NamedTuple):
    """The end of a series: its last number, or the last entry of the journal with its hash."""

    last: int
    number: str
    hash: str


class CheckReport(NamedTuple):
    """What a check found; `ok` as long as no fatal rule is broken."""

    ok: bool
    schema: int
    db: Literal["sqlite", "postgresql"]
    rules: Mapping[str, RuleResult]
    violations: tuple[Violation, ...]
    heads: Mapping[str, Head]
