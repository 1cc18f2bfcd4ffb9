"""Say what reminders of money say, beside the words that they share with letters about orders.

Another language is another entry with the same keys; `{gaps}` are filled with texts that are written already. What
ends in `_many` is said of several documents.
"""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "what_soon": "Payment due soon",
        "what_first": "Payment reminder",
        "what_second": "Second payment reminder",
        "what_further": "Further payment reminder",
        "what_last": "Last payment reminder",
        "title_one": "{what} for {document}",
        "title_many": "{what} for {count} documents",
        "invoice": "invoice {number}",
        "order": "order {number}",
        "opening_soon_one": "This is to let you know that the following amount falls due soon.",
        "opening_soon_many": "This is to let you know that the following amounts fall due soon.",
        "opening_first_one": "Perhaps it slipped your attention: we have not received the following payment yet.",
        "opening_first_many": "Perhaps it slipped your attention: we have not received the following payments yet.",
        "opening_again_one": "We have written to you before, and the following payment has still not arrived.",
        "opening_again_many": "We have written to you before, and the following payments have still not arrived.",
        "opening_last_one": (
            "In spite of our reminders the following payment has not arrived. This is our last reminder."
        ),
        "opening_last_many": (
            "In spite of our reminders the following payments have not arrived. This is our last reminder."
        ),
        "unless_invoice": "If we do not receive the money, we will have to take further steps to collect it.",
        "unless_order_one": "If we do not receive the money, we will have to cancel your order.",
        "unless_order_many": "If we do not receive the money, we will have to cancel your orders.",
        "documents": "What is due",
        "of": "of {day}",
        "due": "due on {day}",
        "late_one": "1 day late",
        "late_many": "{days} days late",
        "amount": "Amount due",
        "total": "In all",
        "charges": "Charged for this reminder",
        "fee": "Fee for {document}: {amount}",
        "interest": "Interest on {document}: {amount}",
        "charge": "{line} (invoice {charge})",
        "pay_many": "Please pay {due} in all, and quote the reference of each document.",
        "meanwhile": "If you have paid in the meantime, please disregard this letter.",
    },
    "de": {
        "what_soon": "Zahlung bald fällig",
        "what_first": "Zahlungserinnerung",
        "what_second": "Zweite Zahlungserinnerung",
        "what_further": "Weitere Zahlungserinnerung",
        "what_last": "Letzte Zahlungserinnerung",
        "title_one": "{what} zu {document}",
        "title_many": "{what} zu {count} Belegen",
        "invoice": "Rechnung {number}",
        "order": "Auftrag {number}",
        "opening_soon_one": "Ihnen zur Erinnerung: Der folgende Betrag ist bald fällig.",
        "opening_soon_many": "Ihnen zur Erinnerung: Die folgenden Beträge sind bald fällig.",
        "opening_first_one": (
            "Ihnen ist es vielleicht entgangen: Die folgende Zahlung ist noch nicht bei uns eingegangen."
        ),
        "opening_first_many": (
            "Ihnen ist es vielleicht entgangen: Die folgenden Zahlungen sind noch nicht bei uns eingegangen."
        ),
        "opening_again_one": (
            "Sie haben bereits eine Nachricht von uns erhalten, "
            "und die folgende Zahlung ist immer noch nicht eingegangen."
        ),
        "opening_again_many": (
            "Sie haben bereits eine Nachricht von uns erhalten, "
            "und die folgenden Zahlungen sind immer noch nicht eingegangen."
        ),
        "opening_last_one": (
            "Ihre folgende Zahlung ist trotz unserer Erinnerungen nicht eingegangen. Dies ist unsere letzte Erinnerung."
        ),
        "opening_last_many": (
            "Ihre folgenden Zahlungen sind trotz unserer Erinnerungen nicht eingegangen. "
            "Dies ist unsere letzte Erinnerung."
        ),
        "unless_invoice": "Geht das Geld nicht ein, müssen wir weitere Schritte einleiten.",
        "unless_order_one": "Geht das Geld nicht ein, müssen wir Ihren Auftrag stornieren.",
        "unless_order_many": "Geht das Geld nicht ein, müssen wir Ihre Aufträge stornieren.",
        "documents": "Was offen ist",
        "of": "vom {day}",
        "due": "fällig am {day}",
        "late_one": "1 Tag überfällig",
        "late_many": "{days} Tage überfällig",
        "amount": "Offener Betrag",
        "total": "Insgesamt",
        "charges": "Für diese Erinnerung berechnet",
        "fee": "Gebühr zu {document}: {amount}",
        "interest": "Zinsen zu {document}: {amount}",
        "charge": "{line} (Rechnung {charge})",
        "pay_many": "Bitte zahlen Sie insgesamt {due} und nennen Sie den Verwendungszweck jedes Belegs.",
        "meanwhile": "Haben Sie inzwischen bezahlt, betrachten Sie dieses Schreiben bitte als gegenstandslos.",
    },
    "fr": {
        "what_soon": "Échéance prochaine",
        "what_first": "Rappel de paiement",
        "what_second": "Deuxième rappel de paiement",
        "what_further": "Nouveau rappel de paiement",
        "what_last": "Dernier rappel de paiement",
        "title_one": "{what} : {document}",
        "title_many": "{what} : {count} documents",
        "invoice": "facture {number}",
        "order": "commande {number}",
        "opening_soon_one": "Nous vous informons que le montant suivant arrive bientôt à échéance.",
        "opening_soon_many": "Nous vous informons que les montants suivants arrivent bientôt à échéance.",
        "opening_first_one": ("Cela vous a peut-être échappé : nous n’avons pas encore reçu le paiement suivant."),
        "opening_first_many": ("Cela vous a peut-être échappé : nous n’avons pas encore reçu les paiements suivants."),
        "opening_again_one": "Nous vous avons déjà écrit, et le paiement suivant ne nous est toujours pas parvenu.",
        "opening_again_many": (
            "Nous vous avons déjà écrit, et les paiements suivants ne nous sont toujours pas parvenus."
        ),
        "opening_last_one": (
            "Malgré nos rappels, le paiement suivant ne nous est pas parvenu. Ceci est notre dernier rappel."
        ),
        "opening_last_many": (
            "Malgré nos rappels, les paiements suivants ne nous sont pas parvenus. Ceci est notre dernier rappel."
        ),
        "unless_invoice": "Sans paiement de votre part, nous devrons engager d’autres démarches.",
        "unless_order_one": "Sans paiement de votre part, nous devrons annuler votre commande.",
        "unless_order_many": "Sans paiement de votre part, nous devrons annuler vos commandes.",
        "documents": "Ce qui reste à payer",
        "of": "du {day}",
        "due": "échéance le {day}",
        "late_one": "1 jour de retard",
        "late_many": "{days} jours de retard",
        "amount": "Montant dû",
        "total": "Total",
        "charges": "Facturé pour ce rappel",
        "fee": "Frais pour la {document} : {amount}",
        "interest": "Intérêts pour la {document} : {amount}",
        "charge": "{line} (facture {charge})",
        "pay_many": "Merci de payer {due} au total, en indiquant la référence de chaque document.",
        "meanwhile": "Si vous avez payé entre-temps, merci de ne pas tenir compte de ce message.",
    },
    "es": {
        "what_soon": "Próximo vencimiento",
        "what_first": "Recordatorio de pago",
        "what_second": "Segundo recordatorio de pago",
        "what_further": "Nuevo recordatorio de pago",
        "what_last": "Último recordatorio de pago",
        "title_one": "{what}: {document}",
        "title_many": "{what}: {count} documentos",
        "invoice": "factura {number}",
        "order": "pedido {number}",
        "opening_soon_one": "Le informamos de que el siguiente importe vence próximamente.",
        "opening_soon_many": "Le informamos de que los siguientes importes vencen próximamente.",
        "opening_first_one": "Quizá se le haya pasado por alto: todavía no hemos recibido el siguiente pago.",
        "opening_first_many": "Quizá se le haya pasado por alto: todavía no hemos recibido los siguientes pagos.",
        "opening_again_one": "Ya le habíamos escrito, y seguimos sin recibir el siguiente pago.",
        "opening_again_many": "Ya le habíamos escrito, y seguimos sin recibir los siguientes pagos.",
        "opening_last_one": (
            "A pesar de nuestros recordatorios no hemos recibido el siguiente pago. "
            "Este es nuestro último recordatorio."
        ),
        "opening_last_many": (
            "A pesar de nuestros recordatorios no hemos recibido los siguientes pagos. "
            "Este es nuestro último recordatorio."
        ),
        "unless_invoice": "Si no recibimos el dinero, tendremos que iniciar otras gestiones de cobro.",
        "unless_order_one": "Si no recibimos el dinero, tendremos que cancelar su pedido.",
        "unless_order_many": "Si no recibimos el dinero, tendremos que cancelar sus pedidos.",
        "documents": "Lo que está pendiente",
        "of": "del {day}",
        "due": "vencimiento el {day}",
        "late_one": "1 día de retraso",
        "late_many": "{days} días de retraso",
        "amount": "Importe pendiente",
        "total": "En total",
        "charges": "Cobrado por este recordatorio",
        "fee": "Gastos de {document}: {amount}",
        "interest": "Intereses de {document}: {amount}",
        "charge": "{line} (factura {charge})",
        "pay_many": "Le rogamos que pague {due} en total e indique el concepto de cada documento.",
        "meanwhile": "Si ya ha realizado el pago, no tenga en cuenta este mensaje.",
    },
}
"""Every phrase by language and key."""
