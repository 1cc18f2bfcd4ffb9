"""Erase the personal data of customers.

Posted documents and statements of banks are kept as the law asks, with the identity that they tell; everything else
that tells who somebody is goes. Source: Regulation (EU) 2016/679, article 17 (3) b.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from shopctl.db.bulk import among, change_rows, fetch, within
from shopctl.domain.numbering import draft_address
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.people import Person, Ties, obstacles
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Address, Customer, Delivery, Email, EmailAttempt, Invoice, KnownAccount, Operation, Order
from shopctl.services import order_lines, reminder_holds, suppressing, words
from shopctl.services.customer_pages import codes_of, documents_of
from shopctl.services.customer_records import CustomerHead, Stored, found_and_locked
from shopctl.services.customers import unknown
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation

ERASED: Final = "erased with the customer's personal data"

KEPT_EMPTY: Final = ("customer_id", "billing", "shipping", "note")
"""Columns of orders that an import must not fill again."""


@operation("customers")
def anonymize(shop: Shop, references: Sequence[str]) -> list[Outcome[CustomerHead]]:
    """Erase the personal data of customers: identity, addresses, notes, tags, letters, addresses on orders.

    Posted documents stay as they are. What was erased before is `unchanged`. Answers name the code, however the
    customer was named, for they are kept.

    Raises (as outcomes): customer.unknown, customer.in_use.
    """
    keys, found = found_and_locked(references)
    ties = _ties(list(found))
    first = first_spellings(references, keys.__getitem__)
    outcomes: dict[str, Outcome[CustomerHead]] = {}
    going: dict[str, Stored] = {}
    for reference in dict.fromkeys(first.values()):
        key = keys[reference]
        try:
            if key is None:
                raise unknown(reference)
            if found[key].anonymized:
                note = f"the personal data of {found[key].code} are erased already"
                outcomes[reference] = Done(found[key].code, Change.UNCHANGED, found[key].head, (note,))
                continue
            _require_free_of_ties(found[key], ties.get(key, Ties()))
            going[reference] = found[key]
        except ShopError as error:
            outcomes[reference] = Failed(reference, error)
    _erase(shop, list(going.values()))
    for reference, one in going.items():
        shop.record("customer.anonymized", one.code)
        head = Stored(one.key, one.code, Person(), anonymized=True).head
        outcomes[reference] = Done(one.code, Change.CHANGED, head, ("posted documents keep the identity they copied",))
    return in_order(references, first, outcomes)


def _require_free_of_ties(stored: Stored, ties: Ties) -> None:
    found = obstacles(stored.code, ties)
    if found:
        raise RefusedError(
            "customer.in_use",
            f"customer {stored.code} cannot be anonymised: {'; '.join(sentence for sentence, _ in found)}",
            hint="; ".join(command for _, command in found),
            customer=stored.code,
        )


_TIES: Final = {
    "orders": "SELECT customer_id, number FROM orders WHERE {} AND (state = 'sent' OR (state = 'confirmed' "
    "AND (invoice_status = 'to_invoice' OR delivery_status IN ('to_ship', 'partial')))) ORDER BY number",
    "drafts": "SELECT customer_id, id FROM invoices WHERE {} AND state = 'draft' ORDER BY id",
    "open_invoices": "SELECT customer_id, number FROM invoices WHERE {} AND state = 'posted' AND type = 'invoice' "
    "AND allocated < amount_total ORDER BY number",
    "credits": "SELECT customer_id, number FROM invoices WHERE {} AND state = 'posted' AND type = 'credit_note' "
    "AND allocated < amount_total UNION ALL SELECT customer_id, number FROM payments WHERE {} "
    "AND direction = 'inbound' AND (state IN ('pending', 'authorized') "
    "OR (state = 'done' AND allocated + returned < amount)) ORDER BY 2",
    "letters": "SELECT i.customer_id, e.document FROM emails e JOIN invoices i ON i.id = e.invoice_id "
    "WHERE i.{} AND e.state = 'sending' ORDER BY 2",
}


def _ties(keys: Sequence[int]) -> dict[int, Ties]:
    """Step: find what is not finished with customers."""
    condition, values = among(Customer, "customer_id", keys)
    found: dict[int, dict[str, list[str]]] = {}
    for name, statement in _TIES.items():
        times = statement.count("{}")
        for key, number in fetch(Customer, statement.format(*[condition] * times), values * times):
            told = draft_address(number) if name == "drafts" else number
            found.setdefault(key, {}).setdefault(name, []).append(told)
    return {key: Ties(**{name: tuple(numbers) for name, numbers in one.items()}) for key, one in found.items()}


def _erase(shop: Shop, going: Sequence[Stored]) -> None:
    """Step: erase what tells who customers are, those that were merged into them included."""
    keys = [one.key for one in going]
    if not keys:
        return
    references = [*codes_of(keys), *documents_of(keys)]
    _erase_letters(keys, references)
    _erase_on_orders(keys)
    reminder_holds.forget(references)
    mine: Any = Customer.select(Customer.id).where(within(Customer.id, keys) | within(Customer.merged_into, keys))
    people = [key for (key,) in mine.tuples()]
    emails: Any = Customer.select(Customer.email).where(within(Customer.id, people) & (Customer.email != ""))
    addresses = {suppressing.folded(email) for (email,) in emails.tuples()}
    suppressing.forget(addresses)
    empty: dict[str, Any] = dict.fromkeys(
        ("name", "company", "email", "phone", "vat", "language", "country", "tags", "terms", "marketing_source",
         "marketing_text", "note", "fingerprint"), "",
    )  # fmt: skip
    empty |= dict.fromkeys(("email_folded", "contact_key", "marketing", "marketing_at"))
    Customer.update(**empty, anonymized_at=shop.now).where(within(Customer.id, people)).execute()
    Address.delete().where(within(Address.customer, people)).execute()
    KnownAccount.delete().where(within(KnownAccount.customer, people)).execute()
    words.refresh("customer", people)
    _erase_answers({*references, *addresses})


def _erase_on_orders(keys: Sequence[int]) -> None:
    mine: Any = Order.select(Order.id).where(within(Order.customer, keys))
    orders = [key for (key,) in mine.tuples()]
    Order.update(billing="", shipping="", note="").where(within(Order.id, orders)).execute()
    Delivery.update(note="", tracking="").where(within(Delivery.order, orders)).execute()
    order_lines.mark(dict.fromkeys(orders, KEPT_EMPTY))


def _erase_letters(keys: Sequence[int], references: Sequence[str]) -> None:
    """Empty the letters about documents of customers; those that wait are cancelled, and their facts stay."""
    mine: Any = Invoice.select(Invoice.id).where(within(Invoice.customer, keys))
    condition, values = among(Email, "document", references)
    found = {key for (key,) in fetch(Email, f"SELECT id FROM emails WHERE {condition}", values)}  # noqa: S608
    about: Any = Email.select(Email.id).where(within(Email.invoice, [key for (key,) in mine.tuples()]))
    found |= {key for (key,) in about.tuples()}
    change_rows(
        Email,
        "recipient = '', cc = '', subject = '', text = '', html = '', reply = :reply, refused = '', "
        "state = CASE WHEN state IN ('queued', 'held') THEN 'cancelled' ELSE state END",
        "id = :id AND state <> 'sending'",
        ("id", "reply"),
        [(key, ERASED) for key in sorted(found)],
    )
    # Servers quote the address in their replies.
    EmailAttempt.update(reply=ERASED).where(within(EmailAttempt.email, sorted(found))).execute()


_WORD: Final = re.compile(r'"([^"\\]*)"')


def _erase_answers(references: set[str]) -> None:
    """Forget the stored answers of calls that tell of customers or of their documents."""
    told = fetch(Operation, "SELECT id, result FROM operations WHERE result <> ''")
    mine = [key for key, result in told if not references.isdisjoint(_WORD.findall(result))]
    Operation.update(result="").where(within(Operation.id, mine)).execute()
