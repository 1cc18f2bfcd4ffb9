"""Show what a check of the books found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shopctl.commands.call import Call
    from shopctl.output.columns import Column
    from shopctl.output.sheets import Sheet
    from shopctl.services.checking import CheckReport


def show_report(call: Call, report: CheckReport) -> None:
    """Print a page for people, the whole report as JSON, or the violations in any other format."""
    form = call.out.explicit_format
    if form == "json":
        from shopctl.output.machine import json_encoder

        call.out.raw(json_encoder()(_document(report)) + "\n")
    elif form not in ("", "table") or call.options.fields:
        call.out.list("db.check", _columns(), report.violations, key="reference", empty="The books are sound.")
    elif not (call.options.quiet and report.ok and not form):
        call.out.show("db.check", _columns(), report, _sheet(report))


def _document(report: CheckReport) -> dict[str, object]:
    return {
        "ok": report.ok,
        "schema": report.schema,
        "db": report.db,
        "rules": {name: result._asdict() for name, result in report.rules.items()},
        "violations": [violation._asdict() for violation in report.violations],
        "heads": {
            name: {"no": head.last, "number": head.number, "hash": head.hash} for name, head in report.heads.items()
        },
    }


def _columns() -> tuple[Column, ...]:
    from shopctl.output.columns import Column, Kind

    return (
        Column("rule", "RULE", Kind.CODE, "The rule that is broken"),
        Column("table", "TABLE", Kind.CODE, "The table of the row"),
        Column("id", "ID", Kind.COUNT, "The key of the row"),
        Column("reference", "REFERENCE", Kind.CODE, "The document"),
        Column("expected", "EXPECTED", Kind.TEXT, "What it should be", lambda row: _word(row.expected)),
        Column("found", "FOUND", Kind.TEXT, "What it is", lambda row: _word(row.found)),
        Column("hint", "HINT", Kind.TEXT, "Where to look"),
    )


def _word(value: object) -> object:
    return None if value is None else str(value)


def _sheet(report: CheckReport) -> Sheet:
    from shopctl.output.sheets import Sheet
    from shopctl.services import checking

    sentences = {info.id: (info.severity, info.sentence) for info in checking.describe()}
    page = Sheet()
    page.table(
        ("", "RULE", "CHECKED", "BAD", "WHAT IT SAYS"),
        [
            (_mark(result.bad, sentences[name][0]), name, result.checked, result.bad, sentences[name][1])
            for name, result in report.rules.items()
        ],
        "ccrrl",
    )
    if report.violations:
        page.section("Violations")
        for one in report.violations:
            where = one.reference or f"{one.table} {'' if one.id is None else one.id}".strip()
            page.text(f"{one.rule}  {where}: expected {_shown(one.expected)}, found {_shown(one.found)}")
            if one.hint:
                page.text(f"    {one.hint}")
    return page.blank().text(_closing(report))


def _closing(report: CheckReport) -> str:
    bad = sum(result.bad for result in report.rules.values())
    if not bad:
        return f"✓ the books are sound: {len(report.rules)} rules hold"
    hidden = bad - len(report.violations)
    more = f", {hidden} of them not listed: --limit 0 lists all" if hidden > 0 else ""
    places = "1 place breaks" if bad == 1 else f"{bad} places break"
    return f"{'!' if report.ok else '✗'} {places} a rule{more}"


def _mark(bad: int, severity: str) -> str:
    return "✓" if not bad else "✗" if severity == "fatal" else "!"


def _shown(value: object) -> str:
    return "nothing" if value is None or value == "" else str(value)


def show_rules(call: Call, infos: Sequence[Any]) -> None:
    """List what the rules say and protect."""
    from shopctl.output.columns import Column, Kind

    columns = (
        Column("id", "RULE", Kind.CODE, "Its name for --rule"),
        Column("severity", "SEVERITY", Kind.STATUS, "fatal: exit status 1; warning: told only"),
        Column("sentence", "WHAT IT SAYS", Kind.TEXT, "The rule"),
        Column("protects", "PROTECTS", Kind.LIST, "Columns a change of which would be noticed", shown="machine"),
    )
    call.out.list("db.rules", columns, infos, key="id", empty="There is no such rule.")
