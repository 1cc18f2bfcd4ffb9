"""Hold the shop at work, and make a function an operation: one transaction, checked, journalled, repeatable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from shopctl import journal
from shopctl.config import Config
from shopctl.db.bulk import fetch
from shopctl.db.connection import is_sqlite
from shopctl.db.transactions import transact
from shopctl.domain.access import Actor
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.replay import decode, encode
from shopctl.errors import AuthError, ConflictError, ForbiddenError
from shopctl.models import Operation

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

P = ParamSpec("P")
T = TypeVar("T")

WOULD = {Change.CREATED: Change.WOULD_CREATE, Change.CHANGED: Change.WOULD_CHANGE}


@dataclass
class Shop:
    """A shop opened for one call: its settings, database, clock and who is at work.

    Attributes:
        now: The moment of the call; everything in it happens at this one instant (aware, UTC), unless `tick` moves it.
        command: What was typed, such as `invoice create`; part of the idempotency check.
        key: Idempotency key, may be empty.
        keyed: How often each name was used with the key in the batch that is running.
        atomic: All items of the call or none.
        wait: Seconds to wait for other writers.
        letters: Kinds of letters that customers get of what is done to their orders; None: as configured.
        closing: What an operation still does at its end, in its transaction; each answers notes by document.
        clock: Tells the time to long runs; None where it stands still, as with `--as-of`.
    """

    config: Config
    database: Any
    now: datetime
    actor: Actor
    command: str = ""
    dry_run: bool = False
    atomic: bool = False
    key: str = ""
    wait: float = 10.0
    entries: list[journal.Entry] = field(default_factory=list)
    letters: frozenset[str] | None = None
    closing: list[Callable[[], Mapping[str, str]]] = field(default_factory=list)
    nested: bool = False
    keyed: dict[str, int] | None = None
    clock: Callable[[], datetime] | None = None

    def tick(self) -> datetime:
        """Look at the clock again, between two items of a run that takes long, and tell the moment."""
        if self.clock:
            self.now = self.clock()
        return self.now

    @property
    def zone(self) -> ZoneInfo:
        """The shop's own time zone; calendar days are days there."""
        from zoneinfo import ZoneInfo

        return ZoneInfo(self.config.shop.timezone)

    @property
    def today(self) -> date:
        """The calendar day of the call in the shop's zone."""
        return self.now.astimezone(self.zone).date()

    def record(self, action: str, reference: str, **details: object) -> None:
        """Note something for the journal; it is written when the operation ends."""
        self.entries.append(journal.Entry(action, reference, journal.details_of(details)))

    def require(self, scope: str) -> None:
        """Refuse who may not write in a scope.

        Raises:
            AuthError: Nobody is signed in.
            ForbiddenError: The role lacks the scope.
        """
        if not self.actor.name:
            raise AuthError("auth.required", "nobody is signed in", hint="shopctl login")
        if not self.actor.may(scope):
            raise ForbiddenError(
                "auth.forbidden",
                f"the token {self.actor.token} may not change {scope}"
                if self.actor.token
                else f"{self.actor.name} has the role {self.actor.role}, which may not change {scope}",
                hint="shopctl whoami",
            )

    def rehearse(self, work: Callable[[], list[Outcome[Any]]]) -> list[Outcome[Any]]:
        """Run several operations as one transaction that is rolled back at the end: a dry run of a batch."""
        self.nested = True
        try:
            return transact(self.database, work, wait=self.wait, keep=lambda _: False)
        finally:
            self.nested = False

    def run(
        self, function: Callable[[], list[Outcome[Any]]], operation_id: str, fingerprint: str
    ) -> list[Outcome[Any]]:
        """Run one operation in its transaction; see `operation`."""

        def work() -> list[Outcome[Any]]:
            self.entries, self.closing = [], []
            outcomes = function()
            notes = {document: note for step in self.closing for document, note in step().items()}
            if notes:
                outcomes = [_noted(item, notes) for item in outcomes]
            if not self.dry_run and any(isinstance(item, Done) for item in outcomes) and (self.key or self.entries):
                self._store(operation_id, fingerprint, outcomes)
            journal.append(self.entries, at=self.now, actor=self.actor.signature, operation=operation_id)
            return outcomes

        def spoilt(outcomes: list[Outcome[Any]]) -> bool:
            return self.atomic and any(isinstance(item, Failed) for item in outcomes)

        def keep(outcomes: list[Outcome[Any]]) -> bool:
            return not self.dry_run and not spoilt(outcomes)

        if self.nested:
            with self.database.atomic():
                outcomes = work()
        else:
            outcomes = transact(
                self.database, work, wait=self.wait, keep=keep, stored=lambda: self._stored(operation_id)
            )
        if spoilt(outcomes):
            return [_skipped(item) for item in outcomes]
        return [_would(item) for item in outcomes] if self.dry_run else outcomes

    def _store(self, operation_id: str, fingerprint: str, outcomes: list[Outcome[Any]]) -> None:
        """Keep the answer: an embedded database never loses one, so there only a key asks for it."""
        worth = self.key or not is_sqlite(self.database)
        Operation.create(
            key=operation_id,
            command=self.command,
            input_hash=fingerprint,
            actor=self.actor.name,
            result=json.dumps([encode(item) for item in outcomes]) if worth else "",
            created_at=self.now,
        )

    def _stored(self, operation_id: str) -> list[Outcome[Any]] | None:
        found = fetch(Operation, "SELECT result FROM operations WHERE key = ?", (operation_id,))
        return [decode(item) for item in json.loads(found[0][0])] if found else None

    def operation_id(self, items: Sequence[Any], seen: dict[str, int]) -> str:
        """Name the operation on one item, or on all of an atomic call, by the idempotency key and the item's name.

        The second item of the same name, such as another payment for the same invoice, is an operation of its own.

        Args:
            seen: How often each name came in this call; counted on.
        """
        name = ""
        if len(items) == 1:
            name = items[0] if isinstance(items[0], str) else str(getattr(items[0], "identity", items[0].reference))
        if "@" in name:
            # The journal names the operation for ever, and must not name a person.
            name = hashlib.sha256(f"{self.key}/{name}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
        seen[name] = seen.get(name, 0) + 1
        return f"{self.key}/{name}" + (f"#{seen[name]}" if seen[name] > 1 else "")

    def replayed(self, operation_id: str, fingerprint: str) -> list[Outcome[Any]] | None:
        """Find the answer of an earlier call with the same idempotency key.

        Raises:
            ConflictError: The key was used with other input.
        """
        found = fetch(Operation, "SELECT input_hash, result FROM operations WHERE key = ?", (operation_id,))
        if not found:
            return None
        if found[0][0] != fingerprint:
            raise ConflictError(
                "idempotency.mismatch",
                f"the idempotency key {self.key!r} was used before with other input",
                hint="use a new key for a new call",
                key=self.key,
            )
        if not found[0][1]:
            raise ConflictError(
                "idempotency.mismatch",
                f"what the idempotency key {self.key!r} was answered is erased with a person's data",
                hint="use a new key for a new call",
                key=self.key,
            )
        answers = (decode(item) for item in json.loads(found[0][1]))
        return [replace(one, change=Change.REPLAYED) if isinstance(one, Done) else one for one in answers]


def _would(item: Outcome[Any]) -> Outcome[Any]:
    return replace(item, change=WOULD.get(item.change, item.change)) if isinstance(item, Done) else item


def _noted(item: Outcome[Any], notes: Mapping[str, str]) -> Outcome[Any]:
    """Add the note about the document of an outcome, or about the order of a payment."""
    row = getattr(item, "row", None)
    note = notes.get(getattr(row, "order", "")) or notes.get(getattr(row, "number", ""))
    return replace(item, notes=(*item.notes, note)) if isinstance(item, Done) and note else item


def _skipped(item: Outcome[Any]) -> Outcome[Any]:
    return replace(item, change=Change.SKIPPED) if isinstance(item, Done) else item


def operation(
    scope: str,
) -> Callable[
    [Callable[Concatenate[Shop, Sequence[T], P], list[Outcome[Any]]]],
    Callable[Concatenate[Shop, Sequence[T], P], list[Outcome[Any]]],
]:
    """Make a function over many items one transaction, with dry run, journal and idempotence for nothing.

    The function takes the shop, then its items, and answers one outcome an item. It touches nothing that a rollback
    cannot undo, and never calls another operation.

    Args:
        scope: What the role must be allowed to write.
    """

    def wrap(
        function: Callable[Concatenate[Shop, Sequence[T], P], list[Outcome[Any]]],
    ) -> Callable[Concatenate[Shop, Sequence[T], P], list[Outcome[Any]]]:
        @wraps(function)
        def run(shop: Shop, items: Sequence[T], /, *args: P.args, **options: P.kwargs) -> list[Outcome[Any]]:
            shop.require(scope)
            if not shop.key:
                import uuid

                return shop.run(lambda: function(shop, items, *args, **options), uuid.uuid4().hex, "")
            outcomes: list[Outcome[Any]] = []
            seen = {} if shop.keyed is None else shop.keyed
            for part in [items] if shop.atomic else [[item] for item in items]:
                outcomes += _keyed(shop, function, part, args, options, shop.operation_id(part, seen))
            return outcomes

        return run

    return wrap


def _keyed(
    shop: Shop,
    function: Callable[..., list[Outcome[Any]]],
    items: Sequence[Any],
    args: Sequence[Any],
    options: dict[str, Any],
    operation_id: str,
) -> list[Outcome[Any]]:
    """Run one item, or all of an atomic call, under a key of its own, or answer what an earlier call answered."""
    said = repr((shop.command, items[0] if len(items) == 1 else items, args, sorted(options.items())))
    fingerprint = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
    stored = shop.replayed(operation_id, fingerprint)
    if stored is not None:
        return stored
    return shop.run(lambda: function(shop, items, *args, **options), operation_id, fingerprint)
