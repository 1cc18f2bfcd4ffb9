"""Run the rules over one unchanging view of the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from shopctl.db.connection import is_sqlite
from shopctl.errors import UsageError
from shopctl.services import counters, schema
from shopctl.services.checking.reading import Books, Rule
from shopctl.services.checking.report import CheckReport, Head, RuleInfo, RuleResult, Violation
from shopctl.services.checking.rules import RULES
from shopctl.shop import Shop


def describe() -> list[RuleInfo]:
    """List the rules with what they protect, in the order in which they are checked."""
    return [rule.info for rule in RULES]


def check(shop: Shop, *, rules: Sequence[str] = (), limit: int = 20) -> CheckReport:
    """Recompute from the facts what is stored and list what differs; nothing is written or mended.

    Args:
        shop: Its clock decides what is in the future.
        rules: Which rules; empty for all.
        limit: How many places to list of each rule, 0 for all; the counts are always complete.

    Raises:
        UsageError: There is no such rule.
    """
    chosen = _chosen(rules)
    database = shop.database
    with snapshot(database):
        books = Books(shop)
        results: dict[str, RuleResult] = {}
        violations: list[Violation] = []
        broken = False
        for rule in chosen:
            result, found = _apply(rule, books, limit)
            results[rule.info.id] = result
            violations += found
            broken = broken or (bool(result.bad) and rule.info.severity == "fatal")
        return CheckReport(
            ok=not broken,
            schema=schema.version_of(database),
            db="sqlite" if is_sqlite(database) else "postgresql",
            rules=results,
            violations=tuple(violations),
            heads=_heads(books),
        )


def _chosen(names: Sequence[str]) -> tuple[Rule, ...]:
    wanted = {name.strip().upper() for name in names}
    unknown = sorted(wanted - {rule.info.id for rule in RULES})
    if unknown:
        raise UsageError(
            "usage",
            f"there is no rule {unknown[0]}; the rules are {', '.join(rule.info.id for rule in RULES)}",
            hint="shopctl db check --describe",
            rule=unknown[0],
        )
    return tuple(rule for rule in RULES if not wanted or rule.info.id in wanted)


@contextmanager
def snapshot(database: Any) -> Iterator[None]:
    """Begin a transaction in which nothing changes, whoever writes meanwhile."""
    if is_sqlite(database):
        with database.atomic("DEFERRED"):
            yield
        return
    with database.atomic():
        database.execute_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _apply(rule: Rule, books: Books, limit: int) -> tuple[RuleResult, list[Violation]]:
    bad = 0
    listed: list[Violation] = []
    for part in rule.parts:
        places = part(books)
        shown = list(islice(places, limit - len(listed) if limit else None))
        listed += [Violation(rule.info.id, *place) for place in shown]
        bad += len(shown) + sum(1 for _ in places)
    checked = sum(
        books.rows(f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608  # a name from the rules
        for table in rule.counted
    )
    return RuleResult(checked, bad), listed


def _heads(books: Books) -> dict[str, Head]:
    """Tell where every series ends, to be written down elsewhere and compared later."""
    heads = {}
    known = counters.names(books.shop)
    for name, period, after, hashed in books.rows(
        "SELECT name, period, next, last_hash FROM series ORDER BY name, period"
    ):
        number = ""
        if name in known and after > 1:
            form = counters.scheme(books.shop, name)
            number = form.number(form.first_day(period), after - 1)
        heads[f"{name}/{period}" if period else name] = Head(after - 1, number, hashed)
    return heads
