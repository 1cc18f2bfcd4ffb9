"""Say what letters about carts say, beside the words that they share with letters about orders.

Another language is another entry with the same keys; what ends in `_many` is said of several products.
"""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "title_first": "Your cart is still here",
        "title_first_at": "Your cart at {seller} is still here",
        "title_again": "Still interested in your cart?",
        "title_again_at": "Still interested in your cart at {seller}?",
        "title_last": "Last reminder of your cart",
        "title_last_at": "Last reminder of your cart at {seller}",
        "opening_first_one": "You left something in your cart. We have kept it for you:",
        "opening_first_many": "You left some things in your cart. We have kept them for you:",
        "opening_again_one": "This is still waiting in your cart:",
        "opening_again_many": "These things are still waiting in your cart:",
        "opening_last_one": "This is our last letter about your cart. It still holds:",
        "opening_last_many": "This is our last letter about your cart. It still holds:",
        "link": "Go on where you stopped",
        "question": "Did something not work, or is a question open? Just answer this letter.",
        "why": "You get this letter because you gave us this address when you filled your cart.",
        "unsubscribe": "No more letters about carts, please",
    },
    "de": {
        "title_first": "Ihr Warenkorb ist noch da",
        "title_first_at": "Ihr Warenkorb bei {seller} ist noch da",
        "title_again": "Haben Sie noch Interesse an Ihrem Warenkorb?",
        "title_again_at": "Haben Sie noch Interesse an Ihrem Warenkorb bei {seller}?",
        "title_last": "Letzte Erinnerung an Ihren Warenkorb",
        "title_last_at": "Letzte Erinnerung an Ihren Warenkorb bei {seller}",
        "opening_first_one": "Sie haben etwas in Ihrem Warenkorb gelassen. Wir haben es für Sie aufgehoben:",
        "opening_first_many": "Sie haben etwas in Ihrem Warenkorb gelassen. Wir haben es für Sie aufgehoben:",
        "opening_again_one": "Ihr Warenkorb wartet noch auf Sie. Darin liegt:",
        "opening_again_many": "Ihr Warenkorb wartet noch auf Sie. Darin liegen:",
        "opening_last_one": "Sie erhalten unsere letzte Nachricht zu Ihrem Warenkorb. Darin liegt noch:",
        "opening_last_many": "Sie erhalten unsere letzte Nachricht zu Ihrem Warenkorb. Darin liegen noch:",
        "link": "Hier weitermachen",
        "question": "Hat etwas nicht geklappt, oder ist eine Frage offen? Antworten Sie einfach auf diese Nachricht.",
        "why": "Sie erhalten diese Nachricht, weil Sie beim Füllen Ihres Warenkorbs diese Adresse angegeben haben.",
        "unsubscribe": "Bitte keine Nachrichten zu Warenkörben mehr",
    },
    "fr": {
        "title_first": "Votre panier vous attend",
        "title_first_at": "Votre panier chez {seller} vous attend",
        "title_again": "Votre panier vous intéresse-t-il toujours ?",
        "title_again_at": "Votre panier chez {seller} vous intéresse-t-il toujours ?",
        "title_last": "Dernier rappel au sujet de votre panier",
        "title_last_at": "Dernier rappel au sujet de votre panier chez {seller}",
        "opening_first_one": "Vous avez laissé un article dans votre panier. Nous vous l’avons gardé :",
        "opening_first_many": "Vous avez laissé des articles dans votre panier. Nous vous les avons gardés :",
        "opening_again_one": "Cet article attend toujours dans votre panier :",
        "opening_again_many": "Ces articles attendent toujours dans votre panier :",
        "opening_last_one": "Ceci est notre dernier message au sujet de votre panier. Il contient toujours :",
        "opening_last_many": "Ceci est notre dernier message au sujet de votre panier. Il contient toujours :",
        "link": "Reprendre où vous en étiez",
        "question": "Un problème, ou une question ? Répondez simplement à ce message.",
        "why": "Vous recevez ce message car vous avez indiqué cette adresse en remplissant votre panier.",
        "unsubscribe": "Ne plus recevoir de messages au sujet de paniers",
    },
    "es": {
        "title_first": "Su carrito sigue aquí",
        "title_first_at": "Su carrito en {seller} sigue aquí",
        "title_again": "¿Le sigue interesando su carrito?",
        "title_again_at": "¿Le sigue interesando su carrito en {seller}?",
        "title_last": "Último aviso sobre su carrito",
        "title_last_at": "Último aviso sobre su carrito en {seller}",
        "opening_first_one": "Ha dejado un artículo en su carrito. Se lo hemos guardado:",
        "opening_first_many": "Ha dejado artículos en su carrito. Se los hemos guardado:",
        "opening_again_one": "Este artículo sigue esperando en su carrito:",
        "opening_again_many": "Estos artículos siguen esperando en su carrito:",
        "opening_last_one": "Este es nuestro último mensaje sobre su carrito. Todavía contiene:",
        "opening_last_many": "Este es nuestro último mensaje sobre su carrito. Todavía contiene:",
        "link": "Continuar donde lo dejó",
        "question": "¿Algo no ha funcionado o le queda alguna duda? Responda simplemente a este mensaje.",
        "why": "Recibe este mensaje porque indicó esta dirección al llenar su carrito.",
        "unsubscribe": "No quiero más mensajes sobre carritos",
    },
}
"""Every phrase by language and key."""
