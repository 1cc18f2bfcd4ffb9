"""Print what the budgets promise and what is measured: `python -m benchmarks [--only NAME] [--quick] [--json]`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    carts,
    documents,
    groups,
    imports,
    letters,
    mail,
    matching,
    memory,
    printing,
    processes,
    reminders,
    statements,
)
from benchmarks.measuring import FULL, QUICK, Result, Scale

Benchmark = Callable[[Path, Scale], list[Result]]

BENCHMARKS: dict[str, Benchmark] = {
    "documents": documents.on_sqlite,
    "large": documents.large,
    "orders": documents.orders,
    "postgresql": documents.on_postgresql,
    "native": imports.native_format,
    "shopify": imports.shopify_export,
    "memory": memory.batch_of_invoices,
    "light": processes.light,
    "lists": processes.lists,
    "groups": groups.everything,
    "export": processes.export,
    "month": matching.month,
    "bank": matching.large_file,
    "statements": statements.reading,
    "pdf": printing.invoices,
    "reminders": reminders.queueing,
    "letters": letters.writing,
    "mail": mail.everything,
    "carts": carts.letters,
}

HEADINGS = ("WORK", "FIGURE", "PER CPU S", "REFERENCE", "RATIO", "BUDGET", "MET")


def main() -> int:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=BENCHMARKS, metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="little work, for a first look")
    parser.add_argument("--keep", metavar="DIR", help="keep the large shops there, and use them again")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    options = parser.parse_args()
    # The byte code of what is measured has to be written, as in an installation.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if options.keep:
        os.environ["SHOPCTL_BENCH_KEEP"] = str(Path(options.keep).absolute())
    scale = QUICK if options.quick else FULL
    found: list[Result] = []
    for name in options.only or BENCHMARKS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        found += _measured(name, scale)
    if options.json:
        print(json.dumps([_plain(result) for result in found], indent=2))
    else:
        print(_table(found))
    return 0


def _measured(name: str, scale: Scale) -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="shopctl-bench-") as directory:
        return BENCHMARKS[name](Path(directory), scale)


def _plain(result: Result) -> dict[str, object]:
    budgets = [{"budget": str(budget), "met": budget.kept(result)} for budget in result.budgets]
    return {**result._asdict(), "ratio": result.ratio, "budgets": budgets}


def _table(results: list[Result]) -> str:
    rows = [HEADINGS, *(_row(result) for result in results)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) if not 0 < place < 5 else cell.rjust(width)
                 for place, (cell, width) in enumerate(zip(row, widths, strict=True))]  # fmt: skip
        lines.append("  ".join(cells).rstrip())
    load = os.getloadavg()[0]
    if load > (os.cpu_count() or 1):
        lines.append(f"\nThe machine was busy (load {load:.1f}): trust the ratios, not the figures.")
    return "\n".join(lines)


def _row(result: Result) -> tuple[str, ...]:
    met = ["yes" if budget.kept(result) else "NO" for budget in result.budgets]
    return (
        result.work,
        _number(result.figure, result.unit),
        _number(result.cpu, result.unit if result.unit == "ms" else "/s"),
        f"{_number(result.reference, result.unit)} {result.against}" if result.reference else "",
        f"{result.ratio:.2f} x" if result.ratio else "",
        ", ".join(map(str, result.budgets)),
        ", ".join(met),
    )


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}{unit}" if unit == "/s" else f"{value:.1f} {unit}"


if __name__ == "__main__":
    sys.exit(main())
