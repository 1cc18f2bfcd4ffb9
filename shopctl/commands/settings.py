"""Load the configuration that a call names, without opening the shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopctl import config

if TYPE_CHECKING:
    from shopctl.commands.call import Call
    from shopctl.config import Config


def loaded(call: Call, profile: str = "") -> Config:
    """Load the configuration; what only the environment says keeps that origin.

    Args:
        profile: Another profile than the one of the call.

    Raises:
        ConfigError: The file is missing or has mistakes, or there is no such profile.
    """
    options, environ = call.options, call.environ
    chosen = profile or (None if options.profile == environ.get("SHOPCTL_PROFILE") else options.profile)
    database = None if options.db == environ.get("SHOPCTL_DB") else options.db
    return config.load(options.config, environ=environ, profile=chosen, database=database)
