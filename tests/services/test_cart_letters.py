"""What customers read about carts that they left."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from shopctl.config import Config
from shopctl.services.cart_letters import CartAsked, Item, Reader, cart_letter
from shopctl.services.cart_words import WORDS
from shopctl.services.letters import WRITINGS
from tests.services.mail_shop import CONFIG
from tests.services.test_letters import visible

LINK = "https://shop.example.com/cart?id=C-1"
LEAVE = "https://shop.example.com/unsubscribe?t=1&x=2"


def letter(step, steps=3, language="en", link=LINK, unsubscribe=LEAVE, items=1):
    things = [Item("Oak desk", Decimal("2.50")), Item("Arc lamp", Decimal(1))][:items]
    return cart_letter(CONFIG, CartAsked("C-1", Reader("Zoë", language), things, step, steps, link, unsubscribe))


def test_the_last_letter_says_so_and_all_say_why_they_come():
    found = letter(3)

    assert found.subject == "Last reminder of your cart at Northwind Living"
    assert found.text.startswith(
        "Hello Zoë,\n"
        "\n"
        "This is our last letter about your cart. It still holds:\n"
        "\n"
        "  2.5 x Oak desk\n"
        "\n"
        "Go on where you stopped:\n"
        "https://shop.example.com/cart?id=C-1\n"
        "\n"
        "Did something not work, or is a question open? Just answer this letter.\n"
        "\n"
        "Thank you.\n"
        "\n"
        "You get this letter because you gave us this address when you filled your cart.\n"
        "No more letters about carts, please:\n"
        "https://shop.example.com/unsubscribe?t=1&x=2\n"
        "\n"
        "-- \n"
    )


def test_html_has_the_same_links():
    html = letter(1).html

    assert re.findall(r'<a [^>]*href="([^"]*)"', html) == [LINK, LEAVE.replace("&", "&amp;")]
    assert visible(html)[-2:] == [WORDS["en"]["why"], "No more letters about carts, please"]


@pytest.mark.parametrize(
    ("language", "basis", "why"),
    [
        ("en", "consent", "You get this letter because you agreed to get such mail from us."),
        ("de", "sale", "Sie erhalten diese Nachricht, weil Sie schon einmal bei uns gekauft haben."),
    ],
)
def test_a_letter_tells_on_what_basis_it_comes(language, basis, why):
    found = cart_letter(CONFIG, CartAsked("C-1", Reader("Zoë", language), [], basis=basis))

    assert why in found.text.splitlines()
    assert why in visible(found.html)


def test_a_late_step_with_no_letter_before_is_a_first_letter():
    found = cart_letter(CONFIG, CartAsked("C-1", Reader("Zoë", "en"), [], step=3, steps=3, first=True))

    assert found.subject == "Your cart at Northwind Living is still here"


@pytest.mark.parametrize("language", WRITINGS)
def test_each_step_speaks_for_itself_in_every_language(language):
    found = [letter(step, language=language) for step in (1, 2, 3)]

    assert len({one.subject for one in found}) == 3
    assert len({one.text.split("\n\n")[1] for one in found}) == 3
    assert letter(2, steps=4, language=language).subject == letter(3, steps=4, language=language).subject


@pytest.mark.parametrize(
    ("language", "opening"),
    [
        ("fr", "Ces articles attendent toujours dans votre panier :"),
        ("es", "Estos artículos siguen esperando en su carrito:"),
        ("de", "Ihr Warenkorb wartet noch auf Sie. Darin liegen:"),
    ],
)
def test_several_things_are_several(language, opening):
    assert opening in letter(2, language=language, items=2).text
    assert opening not in letter(2, language=language, items=1).text


def test_a_single_letter_is_no_last_one():
    assert letter(1, steps=1).subject == "Your cart at Northwind Living is still here"


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "ftp://shop.example.com"])
def test_what_is_no_link_is_left_out(address):
    found = letter(1, link=address, unsubscribe=address)

    assert "href" not in found.html
    assert "Go on" not in found.text
    assert "No more" not in found.text


def test_leaving_by_mail():
    assert (
        'href="mailto:leave@example.com?subject=x"' in letter(1, unsubscribe="mailto:leave@example.com?subject=x").html
    )


def test_every_language_has_every_phrase():
    assert WORDS.keys() == WRITINGS.keys()
    assert {tuple(words) for words in WORDS.values()} == {tuple(WORDS["en"])}


def test_a_shop_without_a_name():
    found = cart_letter(Config(), CartAsked("C-1", Reader("", "es"), [Item("Mesa", Decimal(1))]))

    assert found.subject == "Su carrito sigue aquí"
    assert found.text.startswith("Hola:\n\nHa dejado un artículo en su carrito. Se lo hemos guardado:\n")
