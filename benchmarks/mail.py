"""Measure letters on their way to a mail server of this machine, and prove what must never happen to them."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from benchmarks import shops
from benchmarks.measuring import Budget, Result, Scale
from shopctl.adapters.pdf import FontSettings, Printer
from shopctl.adapters.smtp import SmtpTransport
from shopctl.config import Config, Email, Smtp
from shopctl.domain.outcomes import Done
from shopctl.services import invoicing
from shopctl.services.deciding import Request
from shopctl.services.delivering import deliver
from shopctl.shop import Shop
from tests.adapters.mail_server import RealServer
from tests.support import mail_proof
from tests.support import shops as shops_of_tests


def speed(directory: Path, scale: Scale) -> list[Result]:
    """Measure one run that prints invoices and delivers them to a real server."""
    count = min(1_000, scale.documents // 10)
    with shops.shop_at(f"sqlite:///{directory / 'letters.db'}") as shop, RealServer() as server:
        queued(shop, count)
        shop.config = settings(shop, server.port)
        begin, cpu = time.perf_counter(), time.process_time()
        sent = [one for one in deliver(shop, SmtpTransport(shop.config.email.smtp), Printer(FontSettings()))
                if isinstance(one, Done)]  # fmt: skip
        wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
        assert len(sent) == len(server.kept.envelopes) == count
    work = f"{count:,} letters with PDF, delivered"
    return [Result(work, wall, "s", cpu, budgets=(Budget(0.06 * count, at_most=True),))]


def proof(directory: Path, scale: Scale) -> list[Result]:
    """Let four senders deliver to a server that misbehaves, kill them, and count what must be nothing."""
    count = min(1_000, scale.documents // 10)
    url = f"sqlite:///{directory / 'proof.db'}"
    shops_of_tests.prepare(url)
    begin = time.perf_counter()
    found = mail_proof.proof(url, count, seed=7, kills=count // 5)
    wall = time.perf_counter() - begin
    work = f"{count:,} letters, {count // 5} kills, 4 senders"
    none = (Budget(0, at_most=True),)
    return [
        Result(f"{work}: delivered", wall, "s"),
        Result(f"{work}: mailed twice", found.twice, "", budgets=none),
        Result(f"{work}: sent that no server took", found.unsent, "", budgets=none),
        Result(f"{work}: lost", found.lost, "", budgets=none),
        Result(f"{work}: neither sent, failed nor in doubt", found.open, "", budgets=none),
        Result(f"{work}: sent", found.sent, ""),
        Result(f"{work}: refused for good", found.failed, ""),
        Result(f"{work}: in doubt, for somebody to resolve", found.uncertain, ""),
    ]


def everything(directory: Path, scale: Scale) -> list[Result]:
    """Measure, then prove."""
    return [*speed(directory, scale), *proof(directory, scale)]


def queued(shop: Shop, count: int) -> None:
    """Invoice made-up orders and queue a letter for each."""
    numbers = shops.fill(shop, count)
    for start in range(0, count, 500):
        invoicing.create(shop, numbers[start : start + 500], Request(confirm=True, send=True))


def settings(shop: Shop, port: int) -> Config:
    """Name a server of this machine in the settings of a shop."""
    smtp = Smtp(host="127.0.0.1", port=port, security="none", timeout_seconds=5)
    return replace(shop.config, email=Email(sender="Shop <billing@shop.example>", smtp=smtp))
