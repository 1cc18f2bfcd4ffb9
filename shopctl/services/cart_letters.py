"""Write the letters that ask a customer back to a cart: what is in it, and how to get there. They name no prices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.config import Config
from shopctl.domain.mail import one_line
from shopctl.domain.markup import is_web_address
from shopctl.services import letterheads, order_words
from shopctl.services.cart_words import WORDS
from shopctl.services.letters import WRITINGS, Letter, language_of, rendered


class Item(NamedTuple):
    """A product in a cart."""

    name: str
    quantity: Decimal


class Reader(NamedTuple):
    """Who gets the letter; `language` is one that letters are written in."""

    name: str
    language: str


class CartAsked(NamedTuple):
    """What a letter about a cart is to say.

    Attributes:
        number: Of the cart.
        step: Which letter about it this is, counted from 1; the last of several says that it is the last.
        steps: How many there are.
        link: Where it leads back to; empty for no link.
        unsubscribe: Where its reader asks for no more such letters, on the web or by mail; empty where nothing is set.
        basis: What makes it lawful, one of `abandonment.BASES`, which it tells its reader; empty where nobody knows.
        first: No letter about the cart was sent before, whatever its step: it does not remind of others.
    """

    number: str
    reader: Reader
    items: Sequence[Item]
    step: int = 1
    steps: int = 1
    link: str = ""
    unsubscribe: str = ""
    basis: str = ""
    first: bool = False

    @property
    def stage(self) -> str:
        """How it speaks: `first`, `again` or `last`."""
        return "first" if self.first or self.step == 1 else "last" if self.step >= self.steps else "again"


def reader_of(name: str, language: str, config: Config) -> Reader:
    """Tell how somebody is written to: in their own language, else that of the shop, else English."""
    return Reader(name, language_of((language or config.shop.language)[:2].lower()))


def cart_letter(config: Config, asked: CartAsked) -> Letter:
    """Write a letter about one cart."""
    return rendered("cart", asked.reader.language, values(config, asked))


def values(config: Config, asked: CartAsked) -> dict[str, Any]:
    """Turn a letter about a cart into what templates may see; what is no link to the web or by mail is left out."""
    language = asked.reader.language
    head, words, shared = letterheads.of(config), WORDS[language], order_words.WORDS[language]
    name, number = one_line(asked.reader.name), WRITINGS[language].number
    title = words[f"title_{asked.stage}{'_at' if head.seller else ''}"].format(seller=head.seller)
    link, unsubscribe = (one if is_web_address(one) else "" for one in (asked.link, asked.unsubscribe))
    return {
        "language": language,
        "title": title,
        "subject": title,
        "seller": head.seller,
        "name": name,
        "greeting": shared["greeting"].format(name=name) if name else shared["greeting_nobody"],
        "message": [],
        "opening": words[f"opening_{asked.stage}_{'one' if len(asked.items) == 1 else 'many'}"],
        "number": one_line(asked.number),
        "step": asked.step,
        "last": asked.stage == "last",
        "items": [{"name": one_line(item.name), "quantity": number(item.quantity)} for item in asked.items],
        "link": link,
        "link_label": words["link"],
        "question": words["question"],
        "why": words[f"why_{asked.basis}" if asked.basis else "why"],
        "unsubscribe": unsubscribe,
        "unsubscribe_label": words["unsubscribe"],
        "colon": shared["colon"],
        "asks": False,
        "installments": [],
        "picture": "",
        "picture_label": "",
        **letterheads.closing(head, language),
    }
