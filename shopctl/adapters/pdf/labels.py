"""Say the fixed words of a document, its dates and numbers in the customer's language.

Another language is another entry of `WORDS` with the same keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from shopctl.domain.money import digits_of, format_money

DEFAULT: Final = "en"
WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "decimal": ".",
        "group": ",",
        "date": "%Y-%m-%d",
        "invoice": "Invoice",
        "down_payment": "Down payment invoice",
        "credit_note": "Credit note",
        "order_confirmation": "Order confirmation",
        "draft": "Draft",
        "cancelled": "Cancelled",
        "issued_on": "Date",
        "due_on": "Due date",
        "customer_code": "Customer",
        "buyer_vat": "Your VAT ID",
        "order": "Order",
        "orders": "Orders",
        "orders_count": "{count} (listed below)",
        "reverses": "Reversal of",
        "reference": "Reference",
        "revision": "Revision",
        "ship_to": "Delivery address",
        "vat": "VAT ID",
        "sku": "SKU",
        "description": "Description",
        "quantity": "Qty",
        "unit_price": "Price",
        "discount": "Discount",
        "taxes": "Tax",
        "subtotal": "Amount",
        "untaxed": "Amount without tax",
        "tax_base": "on {base}",
        "total": "Total",
        "paid": "Paid on {date}",
        "paid_so_far": "Paid so far",
        "used": "Used on {date}",
        "due": "Amount due",
        "to_refund": "Remaining credit",
        "settled": "Paid in full, thank you.",
        "early": "{amount} if paid by {date}",
        "written_off_discount": "Discount",
        "written_off_bank-fee": "Bank fee",
        "written_off_rounding": "Rounding difference",
        "written_off_bad-debt": "Written off",
        "credited": "Credited in full, nothing is to pay.",
        "installments": "Instalments",
        "installment": "Due on {date}",
        "payment": "Payment by bank transfer",
        "quote": "Please quote",
        "scan": "Scan to pay",
        "page": "Page {page} of {pages}",
    },
    "de": {
        "decimal": ",",
        "group": ".",
        "date": "%d.%m.%Y",
        "invoice": "Rechnung",
        "down_payment": "Anzahlungsrechnung",
        "credit_note": "Gutschrift",
        "order_confirmation": "Auftragsbestätigung",
        "draft": "Entwurf",
        "cancelled": "Storniert",
        "issued_on": "Datum",
        "due_on": "Fällig am",
        "customer_code": "Kunde",
        "buyer_vat": "Ihre USt-IdNr.",
        "order": "Auftrag",
        "orders": "Aufträge",
        "orders_count": "{count} (siehe unten)",
        "reverses": "Storno zu",
        "reference": "Referenz",
        "revision": "Fassung",
        "ship_to": "Lieferanschrift",
        "vat": "USt-IdNr.",
        "sku": "Art.-Nr.",
        "description": "Bezeichnung",
        "quantity": "Menge",
        "unit_price": "Preis",
        "discount": "Rabatt",
        "taxes": "Steuer",
        "subtotal": "Betrag",
        "untaxed": "Summe ohne Steuer",
        "tax_base": "auf {base}",
        "total": "Gesamtbetrag",
        "paid": "Bezahlt am {date}",
        "paid_so_far": "Bereits bezahlt",
        "used": "Verrechnet am {date}",
        "due": "Zu zahlen",
        "to_refund": "Offenes Guthaben",
        "settled": "Vollständig bezahlt, vielen Dank.",
        "early": "{amount} bei Zahlung bis {date}",
        "written_off_discount": "Skonto",
        "written_off_bank-fee": "Bankgebühr",
        "written_off_rounding": "Rundungsdifferenz",
        "written_off_bad-debt": "Ausgebucht",
        "credited": "Vollständig gutgeschrieben, es ist nichts zu zahlen.",
        "installments": "Raten",
        "installment": "Fällig am {date}",
        "payment": "Zahlung per Überweisung",
        "quote": "Verwendungszweck",
        "scan": "Zahlen mit Code",
        "page": "Seite {page} von {pages}",
    },
}
"""Every word that a document has by itself, by language and key; `date` is a pattern for `strftime`."""


@dataclass(frozen=True, slots=True)
class Language:
    """Speak one language."""

    code: str
    words: dict[str, str]

    def say(self, key: str, **values: object) -> str:
        """Answer a phrase with its gaps filled."""
        return self.words[key].format(**values) if values else self.words[key]

    def date(self, day: date) -> str:
        """Write a date."""
        return day.strftime(self.words["date"])

    def money(self, amount: Decimal, currency: str) -> str:
        """Write an amount with all digits of its currency."""
        return self._grouped(format_money(amount, currency))

    def price(self, amount: Decimal, currency: str) -> str:
        """Write a price of one piece, which may be finer than the currency."""
        digits = max(digits_of(currency), -int(amount.normalize().as_tuple().exponent))
        return self._grouped(f"{amount:.{digits}f}")

    def quantity(self, amount: Decimal) -> str:
        """Write a quantity or percentage without needless zeros."""
        return self._grouped(f"{amount.normalize():f}")

    def _grouped(self, plain: str) -> str:
        whole, _, fraction = plain.lstrip("-").partition(".")
        sign = "-" if plain.startswith("-") else ""
        grouped = f"{int(whole):,}".replace(",", self.words["group"])
        return f"{sign}{grouped}{self.words['decimal']}{fraction}" if fraction else f"{sign}{grouped}"


def language_of(code: str) -> Language:
    """Answer the language of a two-letter code, English for one that is not written yet."""
    known = code[:2].lower()
    known = known if known in WORDS else DEFAULT
    return Language(known, WORDS[known])
