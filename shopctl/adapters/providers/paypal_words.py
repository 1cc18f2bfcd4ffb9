"""Know the words of PayPal's exports in the languages of its accounts: headings, states and types of rows.

Another language is another word in each of these tables.
"""

from __future__ import annotations

from typing import Final

_HEADINGS: Final = {
    "date": "date datum fecha data",
    "time": "time uhrzeit heure hora ora tijd",
    "time zone": "time zone|timezone|zeitzone|fuseau horaire|zona horaria|fuso orario|tijdzone|fuso horário",
    "name": "name|nom|nombre|nome|naam",
    "type": "type|typ|tipo|description|beschreibung|descripción|descrizione|omschrijving|descrição",
    "status": "status|état|estado|stato",
    "currency": "currency|währung|devise|divisa|moneda|valuta|moeda",
    "gross": "gross|brutto|avant commission|brut|bruto|lordo|importe bruto|importo lordo|valor bruto",
    "fee": "fee|gebühr|entgelt|commission|comisión|tarifa|tariffa|commissione|kosten|tarief",
    "net": "net|netto|après commission|neto|importe neto|importo netto|líquido|valor líquido",
    "amount": "amount|betrag|montant|importe|importo|bedrag|valor",
    "balance": "balance|guthaben|kontostand|solde|saldo",
    "transaction id": "transaction id|transaktionscode|transaktions-id|numéro de transaction|id. de transacción|"
    "id de transacción|codice transazione|id transazione|transactiereferentie|transactie-id|id da transação",
    "target": "reference txn id|zugehöriger transaktionscode|nº de transaction de référence|"
    "numéro de la transaction de référence|numéro de transaction de référence|id. de referencia de trans.|"
    "id. de transacción de referencia|codice transazione di riferimento|ref. transactiereferentie|"
    "transactiereferentie van verwijzing|id da transação de referência",
    "invoice": "invoice number|invoice id|rechnungsnummer|numéro de facture|número de factura|numero fattura|"
    "numero della fattura|factuurnummer|número da fatura",
    "payer": "from email address|absender e-mail-adresse|de l'adresse email|correo electrónico del remitente|"
    "indirizzo email mittente|van e-mailadres|do endereço de e-mail",
    "subject": "subject|betreff|objet|asunto|oggetto|onderwerp|assunto",
    "note": "note|hinweis|remarque|nota|opmerking|observação",
}


def _split(words: str) -> list[str]:
    return words.split("|") if "|" in words else words.split()


HEADINGS: Final = {word: name for name, words in _HEADINGS.items() for word in _split(words)}
"""What a column is called here, by its heading in small letters."""

DONE: Final = frozenset(
    _split(
        "completed|cleared|processed|paid|refunded|partially refunded|abgeschlossen|teilweise zurückgezahlt|terminé|"
        "terminée|effectué|effectuée|completado|completada|completato|completata|voltooid|concluído|concluída"
    )
)
WAITING: Final = frozenset(
    _split(
        "pending|held|placed|uncleared|unclaimed|created|on hold|ausstehend|offen|en attente|pendiente|pendente|"
        "in sospeso|in attesa|in behandeling"
    )
)
FAILED: Final = frozenset(
    _split(
        "denied|failed|canceled|cancelled|expired|voided|removed|rejected|abgelehnt|fehlgeschlagen|storniert|abgelaufen|"
        "refusé|refusée|échoué|annulé|annulée|rechazado|denegado|fallido|cancelado|rifiutato|annullato|geweigerd|"
        "mislukt|geannuleerd|recusado|negado"
    )
)

CONVERSION: Final = (
    "currency conversion", "währungsumrechnung", "conversion de devise", "conversión de divisa",
    "conversione di valuta", "conversione valuta", "valutaomrekening", "conversão de moeda",
)  # fmt: skip
HOLD: Final = ("hold", "release", "reserve", "einbehalt", "freigabe", "retenue", "bloqueo", "blocco", "retención")
CHARGEBACK: Final = (
    "chargeback", "rückbuchung", "rückbelastung", "rétrofacturation", "contrepassation", "contracargo",
    "storno di addebito", "terugboeking", "estorno",
)  # fmt: skip
REFUND: Final = (
    "refund", "reversal", "rückzahlung", "rückerstattung", "remboursement", "reembolso", "rimborso", "terugbetaling",
)  # fmt: skip
PAYOUT: Final = (
    "withdraw", "transfer to bank", "abbuchung", "auszahlung", "abhebung", "virement", "retrait", "retirada", "retiro",
    "prelievo", "opname", "overboeking naar", "saque",
)  # fmt: skip
FUNDS: Final = ("add funds", "bank deposit", "einzahlung", "bankgutschrift", "alimentation", "ingreso de fondos")
FEE: Final = ("fee", "gebühr", "entgelt", "commission", "comisión", "tariffa", "commissione", "kosten", "tarifa")
"""Words by which types of rows are told apart, in the order in which they are asked for."""


def kind_of(text: str, came_in: bool) -> str:
    """Tell the kind of a row by its type.

    Args:
        text: The type as it is written.
        came_in: Whether the money came in.
    """
    words = text.casefold()

    def has(found: tuple[str, ...]) -> bool:
        return any(word in words for word in found)

    if has(CONVERSION) or has(HOLD):
        return "other"
    if has(FEE) and not came_in:
        return "fee"
    if has(CHARGEBACK) or has(REFUND):
        taken = "chargeback" if has(CHARGEBACK) else "refund"
        return "reversal" if came_in else taken
    if has(PAYOUT):
        return "payout"
    if has(FUNDS):
        return "transfer"
    return "charge" if came_in else "other"
