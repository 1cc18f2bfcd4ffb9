"""Put the configuration together and report every mistake in it at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeVar, cast

from shopctl.config import places, values, yaml_file
from shopctl.config.settings import Config, contradictions, key_name, keys
from shopctl.config.yaml_file import Node
from shopctl.errors import ConfigError

T = TypeVar("T")

MOST_SHOWN = 20
"""Mistakes told in one message; the details hold all of them."""


class Entry(NamedTuple):
    """A setting as `config show` lists it: dotted key, text, and where it comes from."""

    key: str
    value: str
    origin: str


class Mistake(NamedTuple):
    """Something wrong in the file."""

    line: int
    key: str
    problem: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.key} {self.problem}" if self.line else f"{self.key} {self.problem}"


class _Found(NamedTuple):
    value: Any
    line: int


def load(
    path: str | None = None,
    *,
    environ: Mapping[str, str],
    profile: str | None = None,
    database: str | None = None,
) -> Config:
    """Read the one configuration file that applies and complete it from the environment and the defaults.

    Args:
        path: The file given with `--config`; `none` for no file.
        environ: The environment of the process.
        profile: The profile given with `--profile`.
        database: The address given with `--db`.

    Raises:
        ConfigError: The file is missing or has mistakes, the profile does not exist, or the address is no address.
    """
    source = places.find(path, environ)
    file = _File(source, environ)
    if source is not None:
        file.read_all(yaml_file.read(source))
    chosen = file.chosen(profile or environ.get("SHOPCTL_PROFILE") or "")
    origins = {key: "file" if key in chosen else "default" for key, _ in keys(Config)}
    if profile or environ.get("SHOPCTL_PROFILE"):
        origins["profile"] = "option" if profile else "environment"
    for address, origin, called in (
        (environ.get("SHOPCTL_DB"), "environment", "SHOPCTL_DB"),
        (database, "option", "--db"),
    ):
        if address:
            chosen["database"] = _Found(_address(address, called), 0)
            origins["database"] = origin
    everything = {key: chosen[key].value if key in chosen else entry.default for key, entry in keys(Config)}
    everything["database"] = everything["database"] or places.default_database(environ)
    for key, problem in contradictions(everything):
        file.mistakes.append(Mistake(chosen[key].line if key in chosen else 0, key, problem))
    if file.mistakes:
        _refuse(str(source), sorted(file.mistakes))
    return _build(Config, everything, "", source=str(source) if source else None, origins=origins)


def entries(config: Config) -> Iterator[Entry]:
    """List every setting with its origin; passwords in addresses are masked."""
    for key, entry in keys(Config):
        value: Any = config
        for name in [*key.split(".")[:-1], entry.name]:
            value = getattr(value, name)
        yield Entry(key, _text(value), config.origins[key])


def example() -> str:
    """Give the commented template of a configuration file."""
    package = Path(__file__).parent.parent
    installed = package / "config.example.yaml"
    template = installed if installed.exists() else package.parent / "config.example.yaml"
    return template.read_text(encoding="utf-8")


class _File:
    """What the file sets: its top level, and each profile on top of it."""

    def __init__(self, source: Path | None, environ: Mapping[str, str]) -> None:
        self.source = source
        self.base = source.absolute().parent if source else Path.cwd()
        self.environ = environ
        self.mistakes: list[Mistake] = []
        self.common: dict[str, _Found] = {}
        self.profiles: dict[str, dict[str, _Found]] = {}

    def read_all(self, root: Node) -> None:
        """Read the top level and all profiles, collecting mistakes."""
        top = self._mapping(root, "")
        profiles = self._mapping(top.pop("profiles", Node(None, 0)), "profiles")
        self._section(Config, top, "", self.common, also=("profiles",))
        for name, node in profiles.items():
            prefix = f"profiles.{values.clipped(name)}"
            if not values.NAME.fullmatch(name):
                self.mistakes.append(Mistake(node.line, prefix, f"{values.shown(name)} is not {values.NAME_FORM}"))
                continue
            settings = self._mapping(node, prefix)
            if "profile" in settings:
                self.mistakes.append(Mistake(settings.pop("profile").line, f"{prefix}.profile", "belongs to the top"))
            self._section(Config, settings, f"{prefix}.", self.profiles.setdefault(name, {}))

    def chosen(self, wanted: str) -> dict[str, _Found]:
        """Give the settings of a profile on top of the common ones.

        Raises:
            ConfigError: There is no such profile.
        """
        default = self.common.get("profile")
        name = wanted or (default.value if default else "")
        if name and name not in self.profiles:
            _no_profile(name, self.profiles, str(self.source) if self.source else "")
        chosen = {**self.common, **self.profiles.get(name, {})}
        if name:
            chosen["profile"] = _Found(name, default.line if default else 0)
        return chosen

    def _section(
        self, kind: type[Any], nodes: dict[str, Node], prefix: str, found: dict[str, _Found], also: Iterable[str] = ()
    ) -> None:
        known = {key_name(entry): entry for entry in fields(kind) if entry.metadata}
        for name, node in nodes.items():
            entry = known.get(name)
            if entry is None:
                self.mistakes.append(Mistake(node.line, prefix + values.clipped(name), _unknown(name, [*known, *also])))
            elif "section" in entry.metadata:
                inner = self._mapping(node, prefix + name)
                self._section(entry.metadata["section"], inner, f"{prefix}{name}.", found)
            elif node.value is not None:
                self._leaf(entry.metadata, node, prefix + name, found)

    def _leaf(self, metadata: Mapping[str, Any], node: Node, key: str, found: dict[str, _Found]) -> None:
        dotted = key.split(".", 2)[2] if key.startswith("profiles.") else key
        listed = node.value if isinstance(node.value, list) else [node] if node.value else []
        parts = listed if metadata["many"] else [node]
        read = []
        for part in parts:
            if not isinstance(part.value, str):
                kind = "a list of texts" if metadata["many"] else "one value, not a list or group"
                self.mistakes.append(Mistake(part.line, key, f"must be {kind}"))
                continue
            try:
                read.append(self._located(metadata["read"](part.value), dotted, path=metadata["path"]))
            except ValueError as error:
                self.mistakes.append(Mistake(part.line, key, str(error)))
        if metadata["many"]:
            found[dotted] = _Found(tuple(read), node.line)
        elif read:
            found[dotted] = _Found(read[0], node.line)

    def _located(self, value: Any, key: str, *, path: bool) -> Any:
        if key == "database":
            return places.anchored(value, self.base, self.environ)
        return str(self.base / places.expanded(value, self.environ)) if path and value else value

    def _mapping(self, node: Node, key: str) -> dict[str, Node]:
        if isinstance(node.value, dict):
            return dict(node.value)
        if node.value is not None:
            self.mistakes.append(Mistake(node.line, key or "the file", "must hold settings, one `key: value` a line"))
        return {}


def _unknown(name: str, known: Iterable[str]) -> str:
    import difflib

    if "password" in name.lower():
        return "is refused: a password is never written here; use password_file or password_command"
    if near := difflib.get_close_matches(name, list(known), n=1, cutoff=0.7):
        return f"is not a setting; did you mean {near[0]}?"
    elsewhere = {key.rpartition(".")[2]: key for key, _ in keys(Config)}
    if near := difflib.get_close_matches(name, elsewhere, n=1, cutoff=0.8):
        return f"is not a setting; did you mean {elsewhere[near[0]]}?"
    return "is not a setting"


def _address(address: str, called: str) -> str:
    try:
        return values.database(address)
    except ValueError as error:
        raise ConfigError(
            "db.url", f"{called} {error}", hint="write sqlite:////absolute/path.db or postgresql://user@host/name"
        ) from None


def _no_profile(name: str, profiles: Iterable[str], source: str) -> NoReturn:
    known = ", ".join(sorted(profiles))
    raise ConfigError(
        "config.profile",
        f"there is no profile {values.shown(name)}"
        + (f" in {source}" if source else ": no configuration file is used"),
        hint=f"profiles: {known}" if known else "add it under profiles: in the configuration file",
        profile=name,
    )


def _refuse(source: str, mistakes: list[Mistake]) -> NoReturn:
    told = "; ".join(map(str, mistakes[:MOST_SHOWN]))
    if len(mistakes) > MOST_SHOWN:
        told += f"; and {len(mistakes) - MOST_SHOWN} more"
    message = f"{source} {told}" if len(mistakes) == 1 else f"{source} has {len(mistakes)} mistakes: {told}"
    raise ConfigError(
        "config.invalid",
        message,
        hint="every setting is explained in config.example.yaml",
        path=source,
        mistakes=[str(mistake) for mistake in mistakes],
    )


def _build(kind: type[T], chosen: Mapping[str, Any], prefix: str, **extra: object) -> T:
    arguments = dict(extra)
    for entry in fields(cast(Any, kind)):
        name = prefix + key_name(entry)
        if "section" in entry.metadata:
            arguments[entry.name] = _build(entry.metadata["section"], chosen, f"{name}.")
        elif "read" in entry.metadata:
            arguments[entry.name] = chosen[name]
    return kind(**arguments)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return places.masked(str(value))
