"""Gather the verbs of the noun `carts`, in the order in which help lists them."""

from __future__ import annotations

from shopctl.commands import cart_lists, cart_recovery  # isort: skip
from shopctl.commands import cart_writes, cart_ends  # isort: skip
from shopctl.commands.cart_app import app

__all__ = ["app", "cart_ends", "cart_lists", "cart_recovery", "cart_writes"]
