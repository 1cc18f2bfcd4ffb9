"""Deliver the queued letters: as close to exactly once as mail servers allow.

A letter is claimed and the claim committed before the server hears of it; the last step before its content is handed
over is committed too. So whatever breaks, it is known later whether the letter certainly did not go out (it is tried
again), certainly did, or might have (`uncertain`: never sent again without being asked).

Source: RFC 1047; RFC 5321, 4.2 and 6.1.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Final

from shopctl.domain.mail import SENDER, DeliveryError, Taken, one_line
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import ConfigError, RefusedError, ShopError, TemporaryError
from shopctl.services import outbox, rechecking, slots
from shopctl.services.outbox import Claim, Later
from shopctl.services.outgoing import Outgoing, outgoing
from shopctl.services.queueing import EmailRow, sending_command
from shopctl.services.rechecking import Verdict
from shopctl.services.transports import Printer, Transport, require_settings
from shopctl.shop import Shop

PAUSES: Final = (1, 5, 15, 60, 240)
"""Minutes to wait after each attempt that failed; after one more the letter has failed for good."""

MOST_ATTEMPTS: Final = len(PAUSES) + 1

MOST_LOST: Final = 5
"""Broken connections in a row after which the server is left alone until the next run."""

LONGEST_REPLY: Final = 500

GLANCE: Final = 0.1
"""Seconds after which a run that waits looks whether it was asked to stop."""

IDLE: Final = 5.0
"""Seconds for which a connection is kept while nothing may leave."""


def deliver(
    shop: Shop,
    transport: Transport,
    printer: Printer,
    *,
    maximum: int = 0,
    only: Sequence[int] = (),
    stopping: Callable[[], bool] = lambda: False,
    rest: Callable[[float], None] = time.sleep,
) -> Iterator[Outcome[EmailRow]]:
    """Deliver the letters that are due, oldest first, and tell each outcome once it is stored.

    Args:
        transport: Connected only if there is something to send.
        maximum: How many letters at most; 0 for all.
        only: Keys of the letters to deliver, whether they are due or wait for a later attempt; none for all.
        stopping: Asked between letters and while waiting; True ends the run.
        rest: Waits for so many seconds.

    Raises:
        ConfigError: Settings are missing, or the server refuses sign-in or sender; the letters stay queued.
        TemporaryError: The server does not answer, or as many runs are at work as may be.

    Raises (as outcomes): email.rejected, email.server, email.uncertain, email.address, print.glyphs.
    """
    shop.require("emails")
    require_settings(shop.config)
    if shop.dry_run:
        for row in outbox.due(shop, maximum, only):
            yield Done(row.document, Change.WOULD_CHANGE, row)
        return
    with slots.taken(shop) as slot:
        for row in outbox.orphans(shop, MOST_ATTEMPTS, slot):
            uncertain = row.state == "uncertain"
            yield Failed(
                row.document, _uncertain(row.id, row.document, row.reply) if uncertain else _undeliverable(row)
            )
        yield from _Run(shop, transport, printer, slot, stopping, rest).letters(maximum, only)


class _Run:
    """One run over the queue, with one connection at a time."""

    def __init__(
        self, shop: Shop, transport: Transport, printer: Printer, slot: str, stopping: Callable[[], bool],
        rest: Callable[[float], None],
    ) -> None:  # fmt: skip
        self.shop = shop
        self.transport = transport
        self.printer = printer
        self.slot = slot
        self.stopping = stopping
        self.rest = rest
        self.connected = False
        self.lost = 0

    def letters(self, maximum: int, only: Sequence[int]) -> Iterator[Outcome[EmailRow]]:
        """Send letter after letter until nothing is due, the maximum is reached, or it is time to stop."""
        count = 0
        left = list(only)
        try:
            while (not maximum or count < maximum) and not (only and not left) and self._goes_on(left, count):
                claim = outbox.claim(self.shop, self.slot, left)
                if isinstance(claim, Later):
                    continue  # another run was faster; the next round waits
                if claim is None:
                    return
                count += 1
                left = [key for key in left if key != claim.id]
                yield self._outcome(claim)
        finally:
            self.transport.close()

    def _goes_on(self, only: Sequence[int], count: int) -> bool:
        """Wait until a letter may leave, and connect; False if none is due or the run was asked to stop."""
        self.shop.tick()
        if self.stopping() or not outbox.is_waiting(self.shop, only):
            return False
        # A clock that stands still tells nothing about the last minute: letters leave at even distances then.
        left = 0.0 if self.shop.clock is None and not count else outbox.pause(self.shop)
        if left > IDLE:
            self._disconnect()
        while left > 0:
            self.rest(min(left, GLANCE))
            left -= GLANCE
            if self.stopping():
                return False
        self.shop.tick()
        self._connect()
        return True

    def _connect(self) -> None:
        if self.connected:
            return
        if self.lost >= MOST_LOST:
            raise TemporaryError(
                "email.server",
                f"the mail server broke the connection {self.lost} times in a row",
                hint="the letters stay queued; try again later, or shopctl doctor",
            )
        self.transport.open()
        self.connected = True

    def _disconnect(self) -> None:
        if self.connected:
            self.connected = False
            self.transport.close()

    def _outcome(self, claim: Claim) -> Outcome[EmailRow]:
        try:
            verdict = rechecking.verdict(self.shop, claim)
            if verdict.gone:
                row = outbox.settle(self.shop, claim, "cancelled", verdict.gone, attempts=claim.attempts - 1)
                return Done(claim.document, Change.SKIPPED, row, (row.reply,))
            letter = outgoing(self.shop, claim, verdict, self.printer, patient=claim.attempts < MOST_ATTEMPTS)
        except RefusedError as error:
            outbox.settle(self.shop, claim, "failed", error.message)
            return Failed(claim.document, error)
        except ConfigError as error:
            self._give_back(claim, error.message)
            raise
        return self._handed(claim, verdict, letter)

    def _handed(self, claim: Claim, verdict: Verdict, letter: Outgoing) -> Outcome[EmailRow]:
        def before_content() -> None:
            self.shop.tick()
            outbox.hand_over(self.shop, claim, verdict.letter)

        try:
            taken = self.transport.send(letter.message, letter.envelope, before_content)
        except DeliveryError as error:
            self.shop.tick()
            return self._unsent(claim, error)
        self.lost = 0
        return self._sent(claim, taken._replace(refused=(*letter.left_out, *taken.refused)))

    def _sent(self, claim: Claim, taken: Taken) -> Outcome[EmailRow]:
        refused = [f"{address}: {_shown(reply)}" for address, reply in taken.refused]
        row = outbox.settle(
            self.shop, claim, "sent", _shown(taken.reply), step="end", sent_at=self.shop.tick(),
            refused="\n".join(refused),
        )  # fmt: skip
        return Done(claim.document, Change.CHANGED, row, tuple(f"no copy to {one}" for one in refused))

    def _unsent(self, claim: Claim, error: DeliveryError) -> Outcome[EmailRow]:
        self.lost = self.lost + 1 if error.lost else 0
        if error.lost:
            self._disconnect()
        reply = _shown(f"{error.code} {error.reply}" if error.code else error.reply)
        if not error.certain:
            outbox.settle(self.shop, claim, "uncertain", reply, step=error.phase)
            return Failed(claim.document, _uncertain(claim.id, claim.document, reply))
        if error.phase == SENDER and _is_final(error):
            self._give_back(claim, reply)
            raise ConfigError(
                "email.rejected",
                f"the mail server takes no mail from {self.shop.config.email.sender}: {reply}",
                hint="check email.from and email.smtp.user; the letters stay queued",
            )
        if _is_final(error) or claim.attempts >= MOST_ATTEMPTS:
            row = outbox.settle(self.shop, claim, "failed", reply, step=error.phase)
            return Failed(claim.document, _undeliverable(row))
        return Failed(claim.document, self._later(claim, reply, error.phase))

    def _later(self, claim: Claim, reply: str, step: str) -> ShopError:
        minutes = PAUSES[claim.attempts - 1]
        then = self.shop.now + timedelta(minutes=minutes)
        outbox.settle(self.shop, claim, "queued", reply, step=step, not_before=then)
        return TemporaryError(
            "email.server",
            f"the letter about {claim.document} was not taken: {reply}",
            hint=f"it is tried again after {minutes} minute{'s' if minutes > 1 else ''}",
            attempts=claim.attempts,
        )

    def _give_back(self, claim: Claim, reason: str) -> None:
        """Queue a letter as it was: the attempt was not its fault."""
        outbox.settle(self.shop, claim, "queued", _shown(reason), attempts=claim.attempts - 1)


def _is_final(error: DeliveryError) -> bool:
    """Tell whether trying again is of no use; a full mailbox is emptied some day, whatever its code says."""
    full = any(word in error.reply.lower() for word in ("5.2.2", "quota", "mailbox full", "mailbox is full"))
    return 500 <= error.code < 600 and not full


def _shown(reply: str) -> str:
    return one_line(reply)[:LONGEST_REPLY]


def _uncertain(key: int, document: str, reply: str) -> RefusedError:
    return RefusedError(
        "email.uncertain",
        f"nobody knows whether the letter about {document} was delivered: {reply}",
        hint=f"ask the customer; then shopctl email resolve {key} --sent, or --resend if it did not arrive",
    )


def _undeliverable(row: EmailRow) -> RefusedError:
    return RefusedError(
        "email.rejected",
        f"the letter about {row.document} to {row.recipient} could not be delivered: {row.reply}",
        hint=sending_command(row.kind, row.document, "--to ADDRESS"),
        attempts=row.attempts,
    )
