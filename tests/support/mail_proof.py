"""Let several senders deliver letters to a server that misbehaves, kill them at the worst moments, and count.

A process of its own forks the senders, so that a life costs little: `python -m tests.support.mail_proof URL PORT SEED KILLS`.
"""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple, Self

from shopctl.adapters.smtp import SmtpTransport
from shopctl.config import Email as EmailSettings
from shopctl.config import Smtp
from shopctl.db.bulk import fetch
from shopctl.domain.mail import Envelope, Taken
from shopctl.errors import ShopError
from shopctl.models import Email
from shopctl.services import queueing
from shopctl.services.delivering import deliver
from shopctl.services.letters import Letter
from shopctl.services.queueing import Candidate, Queued
from shopctl.shop import Shop
from tests.services.mail_shop import CONFIG, PlainPrinter, opened
from tests.support.shops import NOW

SENDERS = 4
MOST_LIVES = 4_000

PLANS = (
    ("fine", 60), ("drop before the dot", 5), ("drop after the dot, taken", 6), ("drop after the dot, not taken", 5),
    ("nonsense after the dot, taken", 3), ("451 to the recipient", 6), ("550 to the recipient", 3),
    ("554 to the content", 3), ("421 to the sender", 4), ("nonsense to the recipient", 4), ("hang", 1),
    ("hang after the dot, taken", 1),
)  # fmt: skip
"""What the server does with a letter, and how often in a hundred."""


class MixedServer:
    """Does with each letter one of `PLANS`, by chance; several connections at once.

    Attributes:
        taken: How often it took each letter, whether or not it said so, by message id.
        plans: How often it did what.
    """

    def __init__(self, seed: int) -> None:
        self.taken: Counter[str] = Counter()
        self.plans: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._accepting = threading.Thread(target=self._serve)
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            pass
        self._accepting.join()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._over.is_set():
                connection.close()
                return
            thread = threading.Thread(target=self._talk, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _talk(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plan = ""
        with connection, suppress(OSError), connection.makefile("rb") as stream:
            connection.sendall(b"220 ready\r\n")
            while line := stream.readline():
                verb = line.split(b" ", 1)[0].strip().upper()
                if verb == b"MAIL":
                    plan = self._plan()
                answer = self._answer(verb, plan)
                if answer is None:
                    self._over.wait(5)
                    return
                connection.sendall(answer + b"\r\n")
                if verb == b"QUIT" or answer.startswith(b"421"):
                    return
                if verb == b"DATA" and not self._content(connection, stream, plan):
                    return

    def _plan(self) -> str:
        with self._lock:
            (plan,) = self._chance.choices([name for name, _ in PLANS], [weight for _, weight in PLANS])
            self.plans[plan] += 1
        return plan

    def _answer(self, verb: bytes, plan: str) -> bytes | None:
        if verb == b"RCPT":
            said = {"451": b"451 greylisted", "550": b"550 no such user", "non": b"hm?", "hang": None}
            return next(
                (reply for begin, reply in said.items() if plan.startswith(begin) and "dot" not in plan), b"250 ok"
            )
        if verb == b"MAIL" and plan.startswith("421"):
            return b"421 shutting down"
        return {b"DATA": b"354 go ahead", b"QUIT": b"221 bye"}.get(verb, b"250 fine")

    def _content(self, connection: socket.socket, stream: Any, plan: str) -> bool:
        """Read a letter and do with it what is planned; False to close the connection."""
        if plan == "drop before the dot":
            return False
        content = b""
        while (line := stream.readline()) != b".\r\n":
            if not line:
                return False  # the sender died
            content += line
        (name,) = re.findall(rb"^Message-ID: (\S+)", content, re.MULTILINE)
        if plan.startswith("554"):
            connection.sendall(b"554 spam\r\n")
            return True
        if not plan.endswith("not taken"):
            with self._lock:
                self.taken[name.decode()] += 1
        if plan.startswith("drop"):
            return False
        if plan.startswith("hang"):
            self._over.wait(5)
            return False
        connection.sendall(b"?\r\n" if plan.startswith("non") else b"250 2.0.0 kept\r\n")
        return True


class DyingTransport(SmtpTransport):
    """Kills its process at a chosen moment of a chosen letter."""

    def __init__(self, settings: Smtp, letters: int, moment: str) -> None:
        super().__init__(settings)
        self._left = letters
        self._moment = moment

    def send(self, message: bytes, envelope: Envelope, before_content: Callable[[], None]) -> Taken:
        self._left -= 1
        self._die("claimed")

        def handing_over() -> None:
            before_content()
            self._die("handed over")

        taken = super().send(message, envelope, handing_over)
        self._die("answered")
        return taken

    def _die(self, moment: str) -> None:
        if self._left == 0 and moment == self._moment:
            os.kill(os.getpid(), signal.SIGKILL)


def queued(shop: Shop, count: int) -> None:
    """Queue letters, each under a key of its own."""

    def letter(number: int) -> Candidate:
        words = Letter(f"Letter {number}", f"This is letter {number}.\n", "")
        return Candidate(f"note:{number}", f"S{number}", lambda key: Queued(key, f"S{number}", "note", f"r{number}@example.org", words))  # fmt: skip

    def work() -> list[Any]:
        queueing.queue(shop, [letter(number) for number in range(count)], {})
        return []

    shop.run(work, "proof", "")


class Count(NamedTuple):
    """What must be true in the end, and what was seen on the way."""

    twice: int
    unsent: int
    lost: int
    open: int
    sent: int
    uncertain: int
    failed: int
    plans: Counter[str]


def proof(url: str, letters: int, *, seed: int, kills: int) -> Count:
    """Queue letters, let them be delivered through thick and thin, and count what became of them."""
    with opened(url) as shop:
        queued(shop, letters)
    with MixedServer(seed) as server:
        command = [sys.executable, "-m", "tests.support.mail_proof", url, str(server.port), str(seed), str(kills)]
        subprocess.run(command, check=True, cwd=Path(__file__).parents[2], timeout=600)
    with opened(url):
        states = dict(fetch(Email, "SELECT message_id, state FROM emails"))
    per = Counter(states.values())
    return Count(
        twice=sum(times > 1 for times in server.taken.values()),
        unsent=sum(state == "sent" and not server.taken[name] for name, state in states.items()),
        lost=letters - len(states)
        + sum(state not in ("sent", "uncertain") and server.taken[name] > 0 for name, state in states.items()),
        open=per["queued"] + per["sending"],
        sent=per["sent"], uncertain=per["uncertain"], failed=per["failed"], plans=server.plans,
    )  # fmt: skip


def _settings(port: int) -> Any:
    smtp = Smtp(host="127.0.0.1", port=port, security="none", timeout_seconds=1)
    return replace(CONFIG, email=EmailSettings(sender="billing@northwind.example", smtp=smtp, senders=SENDERS))


def _life(url: str, port: int, number: int, chance: random.Random, *, dies: bool) -> None:
    """Be one sender, until nothing is due or it is killed; each life has another time on its clock."""
    config = _settings(port)
    moment = chance.choice(("claimed", "handed over", "answered", "any"))
    if dies and moment == "any":
        signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.02, 0.3))  # nobody handles it, so it ends the process
    transport = DyingTransport(config.email.smtp, chance.randint(1, 12) if dies else 0, moment)
    with opened(url, config) as shop:
        shop.now = NOW + timedelta(hours=number)
        with suppress(ShopError):
            for _ in deliver(shop, transport, PlainPrinter()):
                pass


def _is_over(url: str) -> bool:
    with opened(url):
        return not fetch(Email, "SELECT 1 FROM emails WHERE state IN ('queued', 'sending') LIMIT 1")


def _senders(url: str, port: int, seed: int, kills: int) -> None:
    """Keep four senders alive until no letter waits; the first of them are killed."""
    chance = random.Random(seed)
    living: set[int] = set()
    for number in range(MOST_LIVES):
        if len(living) == SENDERS:
            living.discard(os.wait()[0])
        if number >= SENDERS and number % SENDERS == 0 and _is_over(url):
            break
        begin = random.Random(chance.random())
        child = os.fork()
        if not child:
            try:
                _life(url, port, number, begin, dies=number < kills)
            finally:
                os._exit(0)
        living.add(child)
    for _ in living:
        os.wait()
    assert _is_over(url)


if __name__ == "__main__":
    _senders(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
