"""Measure imports of files, beside the parser of the standard library alone.

The made-up orders buy the same again after 1,500, and what is bought again is not worked out again: a shop whose orders
are all different imports them more slowly.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks import files, shops
from benchmarks.documents import take_in
from benchmarks.measuring import NEVER, Budget, Result, Scale, spent
from shopctl.adapters.sources import native, shopify


def native_format(directory: Path, scale: Scale) -> list[Result]:
    """Measure JSON Lines, counted by the lines of the orders."""
    path = directory / "orders.jsonl"
    files.write_native(path, scale.documents)

    def parse() -> None:
        with path.open(encoding="utf-8") as file:
            for line in file:
                json.loads(line)

    return [_import("native import, order lines, SQLite", path, native.read, parse, "json.loads", scale)]


def shopify_export(directory: Path, scale: Scale) -> list[Result]:
    """Measure a CSV export of 75 columns, counted by its rows."""
    path = directory / "orders.csv"
    files.write_shopify(path, scale.documents)

    def parse() -> None:
        with path.open(encoding="utf-8", newline="") as file:
            for _ in csv.reader(file):
                pass

    return [_import("Shopify import, rows, SQLite", path, shopify.read, parse, "csv.reader", scale)]


def _import(
    work: str, path: Path, read: Callable[[str], Iterable[Any]], parse: Callable[[], None], against: str, scale: Scale
) -> Result:
    count = scale.documents * files.ROWS
    ours = theirs = NEVER
    for place in range(scale.rounds):
        with shops.shop_at(f"sqlite:///{path.with_suffix(f'.{place}.db')}") as shop:
            shops.make_tax()
            ours = ours.least(spent(lambda shop=shop: take_in(shop, read(str(path)))))  # type: ignore[misc] # mypy cannot infer it
        theirs = theirs.least(spent(parse))
    return Result(work, count / ours.wall, "/s", count / ours.cpu, count / theirs.wall, against, (Budget(80_000),))
