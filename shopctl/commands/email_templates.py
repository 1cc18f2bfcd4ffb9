"""Look at the words of letters, put one's own in their place, and go back."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from typing import TYPE_CHECKING, Annotated

from shopctl.commands import template_fields
from shopctl.commands.call import Call
from shopctl.commands.email_app import app
from shopctl.commands.options import Choice, Count, argument, option
from shopctl.errors import ExitStatus, RefusedError, UsageError

if TYPE_CHECKING:
    from shopctl.output.sheets import Sheet
    from shopctl.services.template_previews import Preview
    from shopctl.services.templates import Place, Text
    from shopctl.shop import Shop

app.group("templates", "The words of letters, and the shop's own in their place")

WHICH = "Which words"

LARGEST_FILE = 256_000
"""Bytes of a file with words; `services.confining` takes fewer signs than that."""

FILE = "give a text file with the words of the letter"


class Language(Choice):
    """The languages that letters are written in."""

    EN = "en"
    DE = "de"
    FR = "fr"
    ES = "es"


class Part(Choice):
    """The two forms in which each letter is sent."""

    TEXT = "text"
    HTML = "html"


class Name(Choice):
    """The letters that the shop writes."""

    STATUS = "status"
    CONFIRMATION = "confirmation"
    SHIPPED = "shipped"
    PAYMENT_REMINDER = "payment-reminder"
    CANCELLATION = "cancellation"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"
    REMINDER = "reminder"
    CART = "cart"
    RECEIPT = "receipt"


Which = Annotated[Name, argument("NAME", "The letter, as email templates list names it")]
InLanguage = Annotated[
    Language | None, option("--language", help="In this language; default: the shop's", panel=WHICH, metavar="LANGUAGE")
]
InPart = Annotated[Part, option("--part", help="text (with the subject as its first line) or html", panel=WHICH)]


@app.command(
    "templates list",
    examples=[("shopctl email templates list", "all letters, and which words are the shop's own")],
    exits="0 done",
)
def list_(call: Call) -> None:
    """List the letters that the shop sends, and for which of them it has words of its own."""
    shop = call.shop()

    from shopctl.services import templates

    call.out.list(
        "email.templates.list", template_fields.TEMPLATES, templates.every(shop), key="name",
        footer=["Read one as a customer would:  shopctl email templates preview NAME --for NUMBER"],
    )  # fmt: skip


@app.command(
    "templates show",
    examples=[
        ("shopctl email templates show confirmation --language de", "its text, the subject first"),
        ("shopctl email templates show confirmation --part html --default > confirmation.html", "the one that ships"),
    ],
    exits="0 done · 2 usage",
)
def show(
    call: Call,
    name: Which,
    language: InLanguage = None,
    part: InPart = Part.TEXT,
    default: Annotated[bool, option(help="The one that ships, even where the shop has its own", panel=WHICH)] = False,
) -> None:
    """Print the template of a letter as it is edited. JSON has the names that it may use as well."""
    shop = call.shop()

    from shopctl.output.sheets import Sheet
    from shopctl.services import templates

    row = templates.show(shop, _place(shop, name, language, part), default=default)
    if call.out.explicit_format:
        call.out.show("email.templates.show", template_fields.PARTS, row, Sheet())
        return
    call.out.raw(row.source)
    call.out.note(f"It may name {', '.join(row.variables)}.")
    if part is Part.HTML:
        call.out.note(f'To change single blocks, begin with {{% extends "{row.ships_as}" %}}.')
    call.out.hint(f"shopctl email templates edit {name} --language {row.language} --part {row.part}")


@app.command(
    "templates edit",
    examples=[
        ("shopctl email templates edit confirmation --language de", "in $VISUAL or $EDITOR"),
        ("shopctl email templates edit confirmation --language de --from confirmation.txt", "from a file"),
        ("shopctl email templates show cart | sed 's/Hello/Hi/' | shopctl email templates edit cart --from -", ""),
    ],
    exits="0 done or already so · 2 usage · 3 no such file · 6 it does not work",
    writes=True,
)
def edit(
    call: Call,
    name: Which,
    language: InLanguage = None,
    part: InPart = Part.TEXT,
    source: Annotated[
        str, option("--from", help="Take the words from this file; - reads standard input", panel=WHICH, metavar="FILE")
    ] = "",
) -> ExitStatus:
    """Put the shop's own words in place of a template. They are tried with samples before they are kept."""
    shop = call.shop()

    from shopctl.services import templates

    place = _place(shop, name, language, part)
    text = templates.Text(*place, _source(call, shop, place, source))
    if not source:
        _require_working(call, shop, text)
    after = [f"shopctl email templates preview {place.name} --for NUMBER --language {place.language}"]
    return call.out.outcomes(
        "email.templates.edit", template_fields.CHANGED, templates.save(shop, [text]), verb="change",
        dry_run=shop.dry_run, next_commands=after,
    )  # fmt: skip


@app.command(
    "templates preview",
    examples=[
        ("shopctl email templates preview confirmation --for S00433", "as this customer would read it"),
        ("shopctl email templates preview invoice --for INV/2026/00031 --language fr --html -o letter.html", ""),
        ("shopctl email templates preview cart --for C-20815 --step 2", "the second letter about a cart"),
        ("shopctl email templates preview reminder --for C00001 --step 3", "about all open invoices of a customer"),
    ],
    exits="0 done · 2 usage · 3 no such document · 6 it would not be true of the document",
)
def preview(
    call: Call,
    name: Which,
    for_: Annotated[
        str, option("--for", help="Order, invoice, cart, payment; for reminder a customer's code", metavar="NUMBER")
    ] = "",
    language: Annotated[Language | None, option(help="Instead of the customer's", metavar="LANGUAGE")] = None,
    step: Annotated[Count, option(help="Which letter about a cart, or which reminder", metavar="N")] = None,
    html: Annotated[bool, option(help="Print the HTML, with pictures inside, for a browser")] = False,
) -> None:
    """Write a letter about a document of the shop, or a made-up one, and queue nothing.

    It has the shop's own words where there are some.
    """
    shop = call.shop()

    from shopctl.services import pictures, template_previews

    place = _place(shop, name, language, Part.TEXT)
    wish = template_previews.Wish(str(language or ""), step or 1)
    found = template_previews.preview(shop, place.name, for_, wish)
    if found.trouble:
        call.out.note(f"warning: {found.trouble}")
    if html:
        call.out.raw(pictures.embedded(found.html))
    else:
        call.out.show("email.templates.preview", template_fields.PREVIEWS, found, _sheet(found))


@app.command(
    "templates reset",
    examples=[
        ("shopctl email templates reset confirmation --yes", "back to the words that ship, in all languages"),
        ("shopctl email templates reset confirmation --language de --part html --yes", "only these"),
    ],
    exits="0 done or already so · 2 usage · 10 not confirmed",
    writes=True,
)
def reset(
    call: Call,
    name: Which,
    language: Annotated[Language | None, option(help="Only in this language", panel=WHICH, metavar="LANGUAGE")] = None,
    part: Annotated[Part | None, option(help="Only text or only html", panel=WHICH)] = None,
) -> ExitStatus:
    """Drop the shop's own words for a letter, so that those that ship are sent again."""
    shop = call.shop()

    from shopctl.services import templates

    place = _place(shop, name, language, part or Part.TEXT)
    call.out.ask(f"Drop the shop's own words of {place.name}?")
    outcomes = templates.reset(shop, [place.name], language=str(language or ""), part=str(part or ""))
    return call.out.outcomes(
        "email.templates.reset", template_fields.TEMPLATES, outcomes, verb="reset", dry_run=shop.dry_run,
        next_commands=[f"shopctl email templates show {place.name}"],
    )  # fmt: skip


def _place(shop: Shop, name: Name, language: Language | None, part: Part) -> Place:
    from shopctl.services import templates
    from shopctl.services.letters import language_of

    spoken = str(language or language_of(shop.config.shop.language[:2].lower()))
    return templates.Place(str(name), spoken, str(part))


def _source(call: Call, shop: Shop, place: Place, path: str) -> str:
    from shopctl.commands.inputs import read_path, read_stream

    if path:
        if path == "-":
            return read_stream(call.stdin, LARGEST_FILE, FILE)
        return read_path(path, LARGEST_FILE, FILE)
    if not _can_edit(call):
        raise UsageError(
            "usage", "there is no terminal to edit on",
            hint=f"shopctl email templates edit {place.name} --language {place.language} --from FILE",
        )  # fmt: skip
    from shopctl.services import templates

    return _edited(call, templates.show(shop, place).source, ".html" if place.part == "html" else ".txt")


def _can_edit(call: Call) -> bool:
    return call.stdin.isatty() and call.out.terminal and call.out.interactive


def _edited(call: Call, source: str, ending: str) -> str:
    """Let a person edit a text in their editor."""
    editor = call.environ.get("VISUAL") or call.environ.get("EDITOR") or "vi"
    handle, path = tempfile.mkstemp(suffix=ending, prefix="shopctl-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(source)
        try:
            answer = subprocess.run([*shlex.split(editor), path], check=False)  # noqa: S603  # the user's own editor
        except OSError as error:
            raise UsageError("usage", f"{editor} cannot be started", hint="set EDITOR, or use --from FILE") from error
        if answer.returncode:
            raise UsageError(
                "usage",
                f"{editor} ended with {answer.returncode}, so nothing was changed",
                hint="set EDITOR to another, or use --from FILE",
            )
        from shopctl.commands.inputs import read_path

        return read_path(path, LARGEST_FILE, FILE)
    finally:
        os.unlink(path)


def _require_working(call: Call, shop: Shop, text: Text) -> None:
    """Keep what was typed in an editor where it does not work: nobody wants to type it again."""
    from shopctl.services import templates

    try:
        templates.require_usable(shop, text)
    except RefusedError as error:
        handle, path = tempfile.mkstemp(suffix=f".{text.name}.{text.language}.{text.part}", prefix="shopctl-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text.source)
        call.out.note(f"what you typed is kept in {path}; mend it and give it with --from")
        raise error from None


def _sheet(found: Preview) -> Sheet:
    from shopctl.output.sheets import Sheet

    page = Sheet().title(found.document, found.name, "not queued")
    page.pairs([("Subject", found.subject), ("Language", found.language), ("Own words", ", ".join(found.own) or None)])
    again = f"shopctl email templates edit {found.name} --language {found.language}"
    return page.blank().text(*found.text.splitlines()).next([(again, "change its words")])
