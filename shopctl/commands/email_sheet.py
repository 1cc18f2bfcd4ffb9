"""Lay out the page of one letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopctl.output.sheets import Sheet

if TYPE_CHECKING:
    from shopctl.services.email_details import EmailDetails


def sheet(found: EmailDetails) -> Sheet:
    """Show a letter: to whom, how it stands, every attempt to send it, and what it says."""
    letter = found.email
    page = Sheet().title(f"E-mail {letter.id}", letter.subject, letter.state)
    page.pairs(
        [
            ("About", letter.document), ("Kind", letter.kind.replace("_", " ")), ("Queued", letter.created_at),
            ("Due" if letter.state == "queued" else "Sent",
             found.not_before if letter.state == "queued" else letter.sent_at),
        ],
        [
            ("To", letter.recipient), ("Copy", found.cc or None), ("Language", found.language or None),
            ("PDF", "goes along" if found.attached else None), ("Basis", found.basis or None),
        ],
    )  # fmt: skip
    page.text(found.message_id)
    if letter.reply:
        page.blank().text(letter.reply)
    if found.refused:
        page.section("No copy went to").table(("ADDRESS", "WHY"), [tuple(one) for one in found.refused])
    if found.attempts:
        rows = [(one.at, one.state, one.phase or "claimed", one.reply) for one in found.attempts]
        page.section("Attempts").table(("WHEN", "STATE", "STEP", "REPLY"), rows, "csll")
    page.section("Text").blank().text(*found.text.splitlines())
    return page.next(_next(found))


def _next(found: EmailDetails) -> list[tuple[str, str]]:
    letter = found.email
    look = (f"shopctl email show {letter.id} --raw", "the whole message")
    further = {
        "queued": [
            ("shopctl email send", "deliver what is queued"),
            (f"shopctl email cancel {letter.id}", "never send it"),
        ],
        "held": [(f"shopctl email requeue {letter.id}", "let it go")],
        "failed": [(f"shopctl email requeue {letter.id}", "try it again")],
        "cancelled": [(f"shopctl email requeue {letter.id}", "send it after all")],
        "uncertain": [
            (f"shopctl email resolve {letter.id} --sent", "it arrived"),
            (f"shopctl email resolve {letter.id} --resend", "it did not; send it again"),
        ],
    }.get(letter.state, [])  # fmt: skip
    if found.replaced_by:
        further = [one for one in further if "requeue" not in one[0] and "--resend" not in one[0]]
        further.insert(0, (f"shopctl email show {found.replaced_by}", "the one that took its place"))
    return [*further, look]
