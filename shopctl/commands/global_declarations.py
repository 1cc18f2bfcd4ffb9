"""Declare the global options in the shape of a signature."""

from __future__ import annotations

from typing import Annotated

from shopctl.commands import global_options as settings
from shopctl.commands.options import Setting, option


def declared(
    profile: Annotated[str | None, option("--profile", "-P", metavar="NAME")] = None,
    config: Annotated[str | None, option("--config", metavar="FILE")] = None,
    db: Annotated[str | None, option("--db", metavar="URL")] = None,
    format: Annotated[str | None, option("--format", metavar="FMT", parser=settings.read_format)] = None,  # noqa: A002
    json: Annotated[bool | None, option("--json")] = None,
    fields: Annotated[str | None, option("--fields", metavar="a,b,+c,-d")] = None,
    output: Annotated[str | None, option("--output", "-o", metavar="FILE")] = None,
    overwrite: Annotated[bool | None, option("--force-overwrite")] = None,
    header: Annotated[bool | None, option("--header/--no-header")] = None,
    excel: Annotated[bool | None, option("--excel/--no-excel")] = None,
    wide: Annotated[bool | None, option("--wide", "-w")] = None,
    truncate: Annotated[bool | None, option("--truncate/--no-truncate")] = None,
    color: Annotated[str | None, option("--color", metavar="WHEN", parser=settings.read_color)] = None,
    quiet: Annotated[bool | None, option("--quiet", "-q")] = None,
    verbose: Annotated[int, Setting(("--verbose", "-v"), counted=True)] = 0,
    debug: Annotated[bool | None, option("--debug")] = None,
    yes: Annotated[bool | None, option("--yes", "-y")] = None,
    no_input: Annotated[bool | None, option("--no-input")] = None,
    dry_run: Annotated[bool | None, option("--dry-run", "-n")] = None,
    as_of: Annotated[str | None, option("--as-of", metavar="DATE", parser=settings.read_instant)] = None,
    tz: Annotated[str | None, option("--tz", metavar="ZONE", parser=settings.read_zone)] = None,
    wait: Annotated[str | None, option("--wait", metavar="DURATION", parser=settings.read_duration)] = None,
) -> None:
    """List the global options; what they do is told by help topic `output`."""
