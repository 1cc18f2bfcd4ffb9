"""Measure how well and how fast transfers are matched: a month as people write them, and a large file of a bank."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from benchmarks import shops, transfers
from benchmarks.measuring import Budget, Result, Scale, Spent, spent
from benchmarks.transfers import Counts, Transfer
from shopctl import batch, models
from shopctl.adapters.bank import sniffing
from shopctl.config import Config
from shopctl.config.settings import Invoicing
from shopctl.db.bulk import change_rows
from shopctl.domain.outcomes import Failed
from shopctl.services import assigning, bank_importing, claims, invoicing
from shopctl.services.deciding import Request
from shopctl.services.matching import Matches
from shopctl.shop import Shop

SEEDS = (1, 2, 3)


def month(_: Path, scale: Scale) -> list[Result]:
    """Measure precision and recall over months of transfers, each with other customers, prices and mistakes."""
    counts = Counts(0, 0, 0, 0)
    took = Spent(0, 0)
    for seed in SEEDS:
        random = Random(seed)
        debts = transfers.debts_of(random, scale.documents * 13 // 10)
        made = transfers.transfers_of(random, debts, scale.documents)
        found: list[Counts] = []
        one = spent(lambda made=made, debts=debts, found=found: found.append(transfers.judged(made, debts)["all"]))  # type: ignore[misc]
        took = Spent(took.wall + one.wall, took.cpu + one.cpu)
        counts = Counts(*(a + b for a, b in zip(counts, found[0], strict=True)))
    what = f"of {counts.transfers:,} transfers"
    return [
        Result(f"applied matches that are right, {what}", counts.precision * 100, "%", budgets=(Budget(99.9),)),
        Result(f"transfers matched beyond doubt, {what}", counts.recall * 100, "%"),
        Result("transfers matched, in memory", counts.transfers / took.wall, "/s", counts.transfers / took.cpu),
    ]


def large_file(directory: Path, scale: Scale) -> list[Result]:
    """Measure a file of a bank against as many open invoices: import and match, then apply."""
    count = scale.documents * 10
    with shops.shop_at(f"sqlite:///{directory / 'bank.db'}") as shop:
        shop.config = Config(invoicing=Invoicing(reference="rf"))
        _bill(shop, count)
        shop.now = shops.NOW + timedelta(days=14)
        random = Random(1)
        made = transfers.transfers_of(random, claims.due(shop), count)
        path = directory / "statement.xml"
        _write(path, made)
        matches: list[Matches] = []
        imported = spent(lambda: _import(shop, path))
        matched = spent(lambda: matches.append(Matches(shop)))
        chosen = matches[0].chosen()
        applied = spent(
            lambda: [one for one in batch.run(shop, chosen, lambda part: assigning.assign(shop, part)) if _good(one)]
        )
    what = f"{count:,} bank lines against as many invoices"
    return [
        Result(f"import and match of {what}", imported.wall + matched.wall, "s", budgets=(Budget(30, at_most=True),)),
        Result("of that the import", imported.wall, "s"),
        Result("sure matches applied, SQLite", len(chosen) / applied.wall, "/s", len(chosen) / applied.cpu),
    ]


def _good(outcome: object) -> bool:
    assert not isinstance(outcome, Failed), outcome
    return True


def _bill(shop: Shop, count: int) -> None:
    """Make so many open invoices of customers with names of people and firms."""
    numbers = shops.fill(shop, count)
    random = Random(0)
    names = [(key, transfers.name_of(random)) for key in range(1, count // 10 + 1)]
    with shop.database.atomic():
        change_rows(models.Customer, "name = :name", "id = :id", ("id", "name"), names)
    for _ in batch.run(shop, numbers, lambda part: invoicing.create(shop, part, Request(confirm=True))):
        pass


def _import(shop: Shop, path: Path) -> None:
    found = bank_importing.incoming(shop, path.name, sniffing.read(str(path)))
    for outcome in batch.run(shop, list(found), lambda part: bank_importing.store(shop, part), chunk=1):
        assert _good(outcome)


def _write(path: Path, made: Iterable[Transfer]) -> None:
    """Write a statement in the format camt.053.001.02, without the accounts of the payers."""
    with path.open("w", encoding="utf-8") as file:
        file.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>1</Id>'
            "<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        )
        for place, (line, _, _) in enumerate(made):
            file.write(
                f'<Ntry><Amt Ccy="EUR">{line.amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>'
                f"<BookgDt><Dt>{line.date}</Dt></BookgDt><AcctSvcrRef>B{place}</AcctSvcrRef><NtryDtls><TxDtls>"
                f"<RltdPties><Dbtr><Nm>{escape(line.name)}</Nm></Dbtr></RltdPties>"
                f"<RmtInf><Ustrd>{escape(line.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
            )
        file.write("</Stmt></BkToCstmrStmt></Document>\n")
