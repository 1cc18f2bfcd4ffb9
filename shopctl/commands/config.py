"""Write, show and check the configuration file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

from shopctl import config as settings
from shopctl.commands.call import Call
from shopctl.commands.declaring import noun
from shopctl.commands.options import option
from shopctl.commands.settings import loaded
from shopctl.errors import ConfigError, ExitStatus, UsageError

if TYPE_CHECKING:
    from shopctl.output.columns import Column

app = noun("config", "The configuration file")

HELP = "every setting is explained in config.example.yaml"


class File(NamedTuple):
    """A configuration file.

    Attributes:
        path: Where it is, or would be; empty where none is used.
        exists: Whether it is there.
        origin: What names it: `option`, `environment`, `user`, `system` or `none`.
    """

    path: str
    exists: bool
    origin: str


class Verdict(NamedTuple):
    """What `config validate` found; only files without mistakes get one."""

    path: str
    valid: bool
    profiles: tuple[str, ...]


@app.command(
    "init",
    examples=[
        ("shopctl config init", "to ~/.config/shopctl/config.yaml"),
        ("shopctl config init -o shop.yaml", "somewhere else, for --config"),
    ],
    exits="0 done or already so · 2 the file exists · 1 it cannot be written",
    writes=True,
)
def init(call: Call) -> ExitStatus:
    """Write a configuration file to fill in. It holds every setting with its default and an explanation."""
    from shopctl.domain.outcomes import Change, Done

    target = _target(call)
    content = settings.example().encode()
    if _holds(target, content):
        change = Change.UNCHANGED
    else:
        _require_free(call, target)
        change = Change.WOULD_CREATE if call.options.dry_run else Change.CREATED
        if not call.options.dry_run:
            _write(call, target, content)
    row = File(str(target), not call.options.dry_run or change is Change.UNCHANGED, _origin_of(call))
    _receipt_to_stdout(call)
    return call.out.outcomes(
        "config.init", _file_columns(), [Done(row.path, change, row)], verb="write", dry_run=call.options.dry_run,
        next_commands=[] if call.options.dry_run else _next(call, target),
    )  # fmt: skip


def _target(call: Call) -> Path:
    named = call.options.output or ("" if call.options.config in (None, "none") else str(call.options.config))
    if named == "-":
        raise UsageError("usage", "config init writes a file, not standard output", hint="shopctl config init -o FILE")
    return Path(os.path.expanduser(named)) if named else settings.preferred(call.environ)


def _origin_of(call: Call) -> str:
    return "option" if call.options.output or call.options.config not in (None, "none") else "user"


def _holds(target: Path, content: bytes) -> bool:
    try:
        return target.is_file() and target.read_bytes() == content
    except OSError:
        return False


def _require_free(call: Call, target: Path) -> None:
    if os.path.lexists(target) and not call.options.overwrite:
        raise UsageError(
            "config.exists",
            f"there is a configuration file already: {target}",
            hint="edit it, or add --force-overwrite to write a fresh one",
            path=str(target),
        )


def _write(call: Call, target: Path, content: bytes) -> None:
    from shopctl.adapters.session_file import make_private
    from shopctl.errors import ShopError

    try:
        make_private(target.absolute().parent)
    except OSError as error:
        raise ShopError(
            "file.unwritable",
            f"{target.parent} cannot be made: {(error.strerror or str(error)).lower()}",
            hint="name another file with -o FILE",
            path=str(target),
        ) from error
    call.out.write_file(target, content)


def _receipt_to_stdout(call: Call) -> None:
    """Let `-o` name the file that is written, not the place of the receipt."""
    call.out.options = call.out.options._replace(output="")
    call.out.to_file = False


def _next(call: Call, target: Path) -> list[str]:
    if target == settings.preferred(call.environ):
        return ["shopctl config validate      after filling it in", "shopctl db init"]
    return [f"shopctl --config {target} config validate      after filling it in"]


@app.command(
    "path",
    examples=[("shopctl config path", "which file is used"), ('"$EDITOR" "$(shopctl config path)"', "edit it")],
    exits="0 done · 78 the named file does not exist",
)
def path(call: Call) -> None:
    """Tell which configuration file is used, or where one is looked for."""
    from shopctl.output.sheets import Sheet

    found = _file(call)
    if call.out.explicit_format:
        call.out.show("config.path", _file_columns(), found, Sheet())
        return
    if found.path:
        call.out.text(found.path)
    if found.origin == "none":
        call.out.note("No file is used: --config none")
    elif not found.exists:
        call.out.note("It does not exist yet, so the defaults are used. To write it: shopctl config init")


def _file(call: Call) -> File:
    named = call.options.config
    used = settings.find(named, call.environ)
    if named:
        origin = (
            "none" if named == "none" else "environment" if named == call.environ.get("SHOPCTL_CONFIG") else "option"
        )
        return File(str(used or ""), used is not None, origin)
    preferred = settings.preferred(call.environ)
    return File(str(used or preferred), used is not None, "user" if used in (None, preferred) else "system")


def _file_columns() -> tuple[Column, ...]:
    from shopctl.output.columns import Column, Kind

    return (
        Column("path", "FILE", Kind.CODE, "The configuration file"),
        Column("exists", "EXISTS", Kind.FLAG, "Whether it is there"),
        Column("origin", "ORIGIN", Kind.STATUS, "What names it: option, environment, user, system or none"),
    )


@app.command(
    "show",
    examples=[
        ("shopctl config show", "every setting"),
        ("shopctl config show --origin", "and where it comes from"),
        ("shopctl -P try-out config show --json", "those of a profile, for scripts"),
    ],
    exits="0 done · 78 the file has mistakes, or there is no such profile",
)
def show(call: Call, origin: Annotated[bool, option(help="Tell where each value comes from")] = False) -> None:
    """Show every setting with the value that counts. There are no passwords among them."""
    from shopctl.output.columns import Column, Kind

    config = loaded(call)
    for_scripts = call.out.format in ("json", "jsonl")
    columns = (
        Column("key", "SETTING", Kind.CODE, "The setting, as in the file"),
        Column("value", "VALUE", Kind.TEXT, "What counts; passwords in addresses are masked"),
        Column("origin", "ORIGIN", Kind.STATUS, "option, environment, file or default",
               shown="always" if origin else "wide", plain=origin or for_scripts),
    )  # fmt: skip
    where = config.source or "no configuration file: shopctl config init writes one"
    call.out.list("config.show", columns, settings.entries(config), key="key", footer=[f"From {where}"])


@app.command(
    "validate",
    examples=[
        ("shopctl config validate", "the file in use"),
        ("shopctl --config shop.yaml config validate", "another one"),
    ],
    exits="0 no mistakes · 78 mistakes",
)
def validate(call: Call) -> None:
    """Check the configuration file, all profiles included. Every mistake is told with its line."""
    from shopctl.output.columns import Column, Kind
    from shopctl.output.sheets import Sheet

    source = settings.find(call.options.config, call.environ)
    profiles = _profiles(source) if source else ()
    _refuse_mistakes(call, source, profiles)
    columns = (
        Column("path", "FILE", Kind.CODE, "The configuration file; empty where none is used"),
        Column("valid", "VALID", Kind.FLAG, "Always true: a file with mistakes is an error"),
        Column("profiles", "PROFILES", Kind.LIST, "Its profiles"),
    )
    told = f"{source} has no mistakes" if source else "There is no configuration file; the defaults are used"
    named = f"; profiles: {', '.join(profiles)}" if profiles else ""
    verdict = Verdict(str(source or ""), True, profiles)
    call.out.show("config.validate", columns, verdict, Sheet().text(f"✓ {told}{named}"))


def _profiles(source: Path) -> tuple[str, ...]:
    from shopctl.config import yaml_file

    try:
        top = yaml_file.read(source).value
    except ConfigError:  # loading it tells
        return ()
    held = top["profiles"].value if isinstance(top, dict) and "profiles" in top else None
    return tuple(held) if isinstance(held, dict) else ()


def _refuse_mistakes(call: Call, source: Path | None, profiles: tuple[str, ...]) -> None:
    """Load the settings on their own and with each profile, because settings may contradict each other."""
    mistakes: dict[str, None] = {}
    for profile in ("", *profiles):
        try:
            loaded(call, profile)
        except ConfigError as error:
            found = error.details.get("mistakes")
            if not isinstance(found, list):
                raise
            mistakes.update(dict.fromkeys(found))
    if mistakes:
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        raise ConfigError(
            "config.invalid", f"{source} has {count}", hint=HELP, path=str(source), mistakes=sorted(mistakes, key=_line)
        )


def _line(mistake: str) -> int:
    words = mistake.split(":", 1)[0].split()
    return int(words[1]) if words[:1] == ["line"] else 0
