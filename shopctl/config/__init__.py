"""Know how the shop is set up: one YAML file, a few environment variables, and defaults, as one frozen `Config`."""

from __future__ import annotations

from shopctl.config.loading import Entry, entries, example, load
from shopctl.config.places import cache_directory, data_directory, find, masked, preferred, state_directory
from shopctl.config.secrets import Secret
from shopctl.config.settings import (
    Carts,
    Config,
    Email,
    Fonts,
    Invoicing,
    Numbering,
    Security,
    ShopSettings,
    Smtp,
    WireTransfer,
)

__all__ = [
    "Carts",
    "Config",
    "Email",
    "Entry",
    "Fonts",
    "Invoicing",
    "Numbering",
    "Secret",
    "Security",
    "ShopSettings",
    "Smtp",
    "WireTransfer",
    "cache_directory",
    "data_directory",
    "entries",
    "example",
    "find",
    "load",
    "masked",
    "preferred",
    "state_directory",
]
