"""Gather the verbs of the noun `orders`, in the order in which help lists them."""

from __future__ import annotations

from shopctl.commands import order_lists, order_new, order_writes  # isort: skip
from shopctl.commands import order_changes, order_deliveries, order_paper  # isort: skip
from shopctl.commands import order_ends, order_remarks, order_figures  # isort: skip
from shopctl.commands.order_app import app

__all__ = [
    "app",
    "order_changes",
    "order_deliveries",
    "order_ends",
    "order_figures",
    "order_lists",
    "order_new",
    "order_paper",
    "order_remarks",
    "order_writes",
]
