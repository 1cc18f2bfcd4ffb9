"""Find the files and directories of shopctl on this machine."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from shopctl.errors import ConfigError

SYSTEM_FILE = Path("/etc/shopctl/config.yaml")
"""The file for everybody on the machine; read when the user has none."""


def find(path: str | None, environ: Mapping[str, str]) -> Path | None:
    """Tell which configuration file is used: the first that was named or exists; the current directory is not searched.

    Args:
        path: The file given with `--config`; `none` ignores every file.
        environ: The environment, for `SHOPCTL_CONFIG` and the XDG directories.

    Raises:
        ConfigError: A file that was named does not exist.
    """
    for named, origin in ((path, "--config"), (environ.get("SHOPCTL_CONFIG"), "SHOPCTL_CONFIG")):
        if named == "none":
            return None
        if named:
            return _must_exist(expanded(named, environ), origin)
    for candidate in (preferred(environ), SYSTEM_FILE):
        if os.path.exists(candidate):
            return candidate
    return None


def preferred(environ: Mapping[str, str]) -> Path:
    """Tell where the user's own configuration file belongs, whether it exists or not."""
    return _directory("XDG_CONFIG_HOME", ".config", environ) / "config.yaml"


def data_directory(environ: Mapping[str, str]) -> Path:
    """Tell where the default database lives."""
    return _directory("XDG_DATA_HOME", ".local/share", environ)


def state_directory(environ: Mapping[str, str]) -> Path:
    """Tell where the session, last-run stamps and crash reports live."""
    return _directory("XDG_STATE_HOME", ".local/state", environ)


def cache_directory(environ: Mapping[str, str]) -> Path:
    """Tell where things live that can be made again."""
    return _directory("XDG_CACHE_HOME", ".cache", environ)


def home(environ: Mapping[str, str]) -> Path:
    """Tell the user's home directory."""
    return Path(environ.get("HOME") or os.path.expanduser("~"))


def expanded(path: str, environ: Mapping[str, str]) -> Path:
    """Replace a leading `~/` with the home directory."""
    return home(environ) / path[2:] if path.startswith("~/") else Path(path)


def default_database(environ: Mapping[str, str]) -> str:
    """Tell the address of the database that is used when none is set."""
    return f"sqlite:///{_quoted(data_directory(environ) / 'shop.db')}"


def anchored(url: str, base: Path, environ: Mapping[str, str]) -> str:
    """Make a SQLite address from a file absolute: `~/` is the home, a relative path starts next to the file."""
    prefix = "sqlite:///"
    if not url.startswith(prefix):
        return url
    path = url[len(prefix) :]
    start = home(environ) if path.startswith("~/") else base
    return prefix + str(Path(_quoted(start)) / path.removeprefix("~/"))


def masked(url: str) -> str:
    """Show a database address without its password."""
    url = re.sub(r"(?i)([?&](?:password|sslpassword)=)[^&#]*", r"\1****", url)
    return re.sub(r"(://[^/?#:@]*):(?:[^/?#]*)@", r"\1:****@", url, count=1)


def _directory(variable: str, fallback: str, environ: Mapping[str, str]) -> Path:
    named = environ.get(variable, "")
    if not os.path.isabs(named):  # the XDG specification: relative paths are ignored
        windows = environ.get("APPDATA" if variable == "XDG_CONFIG_HOME" else "LOCALAPPDATA", "")
        named = windows if os.name == "nt" and windows else str(home(environ) / fallback)
    return Path(named) / "shopctl"


def _must_exist(path: Path, origin: str) -> Path:
    if not os.path.exists(path):
        raise ConfigError(
            "config.missing",
            f"there is no configuration file {path} ({origin})",
            hint="shopctl config init writes one; --config none uses the defaults",
            path=str(path),
        )
    return path


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25")
