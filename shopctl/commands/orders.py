"""Gather the verbs of the noun `orders`, in the order in which help lists them."""

from __future__ import annotations

from shopctl.commands import order_lists, order_writes  # isort: skip
from shopctl.commands import order_changes, order_deliveries, order_paper  # isort: skip
from shopctl.commands.order_app import app

__all__ = ["app", "order_changes", "order_deliveries", "order_lists", "order_paper", "order_writes"]
