"""List who was reminded and who is next, show the letters of the next run, and explain the steps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.lists import Dated, fits, listed, show_all
from shopctl.commands.options import Choice, Count, argument, option
from shopctl.commands.reminder_app import NARROW, Kind, app
from shopctl.commands.reminder_fields import DUE, POLICY, REMINDERS
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from shopctl.output.columns import Column
    from shopctl.output.sheets import Sheet
    from shopctl.services.reminder_views import LetterRow, Question
    from shopctl.shop import Shop


class State(Choice):
    """The states of a letter."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    HELD = "held"
    CANCELLED = "cancelled"


@app.command(
    "list",
    examples=[
        ("shopctl reminder list", "who was reminded of what, the latest first"),
        ("shopctl reminder list --due", "what the next run would do"),
        ("shopctl reminder list --due --skipped", "who is left out of it, and why"),
        ("shopctl reminder list --document INV/2026/00031", "all reminders of one invoice"),
        ("shopctl reminder list --period last-month --group-by kind,step", "how many of each step"),
    ],
    exits="0 done, also when nothing matches · 2 usage · 3 no such customer · 9 empty with --fail-on-empty",
)
def list_(
    call: Call,
    due: Annotated[bool, option(help="What the next run would remind of", panel=NARROW)] = False,
    skipped: Annotated[bool, option(help="With --due: what it would leave out, and why", panel=NARROW)] = False,
    kind: Annotated[Kind | None, option(help="Only order, invoice or cart", panel=NARROW, metavar="KIND")] = None,
    step: Annotated[Count, option(help="Only this step", panel=NARROW)] = None,
    document: Annotated[str, option(help="Of this document", panel=NARROW, metavar="NUMBER")] = "",
    customer: Annotated[str, option(help="Customer code or e-mail address", panel=NARROW, metavar="C")] = "",
    state: Annotated[State | None, option(help="State of the letter", panel=NARROW, metavar="STATE")] = None,
    *,
    asked: Dated,
) -> ExitStatus | None:
    """List reminders that were queued or sent; with --due what the next run would do."""
    shop = call.shop()

    from shopctl.services.listing import reminders

    if skipped and not due:
        raise UsageError("usage", "--skipped belongs to --due", hint="shopctl reminder list --due --skipped")
    if due:
        from shopctl.services.reminder_views import Question

        _require_plain(asked, state)
        return _due(call, shop, asked, Question(kind or "", step or 0, document, customer, skipped=skipped))
    since, until = asked.instants(shop)
    wanted = reminders.ReminderFilter(kind or "", document, customer, step or 0, state or "", since, until)
    return listed(
        call, asked, "reminder.list", REMINDERS, reminders, wanted, key="id", empty="No reminders match.",
        footer=lambda: ["Who is next?  shopctl reminder list --due"],
    )  # fmt: skip


def _require_plain(asked: Dated, state: State | None) -> None:
    """Refuse what cannot be asked of reminders that are not stored yet."""
    given = {
        "--search": asked.search, "--filter": asked.filter, "--sort": asked.sort, "--group-by": asked.group_by,
        "--top": asked.top, "--after": asked.after, "--state": state, "--since": asked.since, "--until": asked.until,
        "--period": asked.period,
    }  # fmt: skip
    for name, value in given.items():
        if value:
            raise UsageError(
                "usage", f"{name} belongs to reminders that were queued, not to --due",
                hint="narrow with --kind, --step, --document and --customer",
            )  # fmt: skip


def _due(call: Call, shop: Shop, asked: Dated, question: Question) -> ExitStatus | None:
    from shopctl.services import reminder_views

    found = reminder_views.due(shop, question)
    limit = fits(call, asked.limit)
    if asked.count or (call.out.explicit_format == "count" and not call.out.options.fields):
        call.out.counted(len(found))
        return ExitStatus.EMPTY if asked.fail_on_empty and not found else None
    rows = found[:limit] if limit else found
    shown = call.out.list(
        "reminder.due", _columns(skipped=question.skipped), rows, total=len(found), limit=limit,
        has_more=len(rows) < len(found), key="document", empty="Nothing is due.",
        footer=[
            "Read them:  shopctl reminder preview     Write:  shopctl reminder run",
            *([] if question.skipped else ["Left out:   shopctl reminder list --due --skipped"]),
        ],
    )  # fmt: skip
    return ExitStatus.EMPTY if asked.fail_on_empty and not shown else None


def _columns(*, skipped: bool) -> list[Column]:
    """Show why something is left out, or what it would charge."""
    shown = {"skip_reason": "always", "fee": "wide", "interest": "wide", "charge": "machine"} if skipped else {
        "charge": "machine", "email": "machine",
    }  # fmt: skip
    return [replace(one, shown=shown.get(one.name, one.shown)) for one in DUE]


@app.command(
    "preview",
    examples=[
        ("shopctl reminder preview", "the letters of the next run, as they would be"),
        ("shopctl reminder preview INV/2026/00031", "the one about this invoice"),
        ("shopctl reminder preview C00001 --as-of 2026-12-24", "those to a customer on another day"),
    ],
    exits="0 done, also when nothing is due · 2 usage · 3 no such document or customer",
)
def preview(
    call: Call,
    numbers: Annotated[
        list[str] | None, argument("NUMBER", "Numbers of orders or invoices, or customer codes; none for all")
    ] = None,
) -> None:
    """Show the letters that the next run would queue. Nothing is queued, and no number is used up."""
    shop = call.shop()

    from shopctl.services import reminder_views

    found = reminder_views.letters(shop, call.references(numbers) if numbers else [])
    if not found:
        call.out.list("reminder.preview", fields.LETTERS, (), empty="Nothing is due.")
        return
    show_all(call, "reminder.preview", fields.LETTERS, found, _sheet)


def _sheet(found: LetterRow) -> Sheet:
    from shopctl.output.sheets import Sheet

    page = Sheet().title(found.document, "reminder", "not queued")
    page.pairs([("To", found.recipient), ("Subject", found.subject)])
    return (
        page.blank().text(*found.text.splitlines()).next([(f"shopctl reminder run --only {found.customer}", "send it")])
    )


@app.command(
    "policy",
    examples=[
        ("shopctl reminder policy", "when customers are reminded, what it charges, and where to set it"),
        ("shopctl reminder policy --json", "the same for scripts"),
    ],
    exits="0 done",
)
def policy(call: Call) -> None:
    """Explain the steps of reminders in words, with what each charges and where it is set."""
    shop = call.shop()

    from shopctl.services import reminder_views

    found: list[Any] = reminder_views.policy(shop)
    call.out.list(
        "reminder.policy", POLICY, found, total=len(found), key="setting",
        footer=[*reminder_views.rules(shop), "Change them:  shopctl config show, then edit that file"],
        empty="No reminders are set up: see reminders.orders, reminders.invoices and carts.activated_on.",
    )  # fmt: skip
