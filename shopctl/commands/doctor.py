"""Check what the program works with, and name the command that mends what is wrong."""

from __future__ import annotations

from typing import Annotated

from shopctl.commands.call import Call
from shopctl.commands.declaring import noun
from shopctl.commands.options import option
from shopctl.errors import ExitStatus

app = noun("", "The health of the shop")


@app.command(
    "doctor",
    examples=[
        ("shopctl doctor", "a quick look"),
        ("shopctl doctor --network", "and really talk to the mail server"),
        ("shopctl doctor --json", "for monitoring"),
        ("shopctl doctor -q", "for cron: silent unless something is wrong"),
    ],
    exits="0 all well, or warnings only · 1 something failed",
)
def doctor(
    call: Call, network: Annotated[bool, option(help="Connect to the mail server and sign in there")] = False
) -> ExitStatus | None:
    """Check configuration, database, session, outbox, mail, fonts, terminal and clock. No session is needed."""
    from shopctl.commands import diagnosis
    from shopctl.output.checklist import CheckList
    from shopctl.output.columns import Column, Kind

    checks = diagnosis.examine(call, network=network)
    columns = (
        Column("check", "CHECK", Kind.CODE, "What was looked at"),
        Column("result", "RESULT", Kind.STATUS, "ok, warning or failed"),
        Column("text", "HOW IT IS", Kind.TEXT, "What was found"),
        Column("fix", "WHAT MENDS IT", Kind.TEXT, "A command, or what to do", lambda check: check.fix or None),
    )
    form, sound = call.out.explicit_format, all(check.result == "ok" for check in checks)
    if form in ("", "table") and not call.options.fields:
        if not (call.options.quiet and sound):
            call.out.show("doctor", columns, checks, CheckList(checks))
    else:
        call.out.list("doctor", columns, checks, key="check")
    return ExitStatus.FAILED if any(check.result == "failed" for check in checks) else None
