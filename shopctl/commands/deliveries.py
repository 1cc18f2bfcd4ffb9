"""Gather the verbs of the noun `delivery`, in the order in which help lists them."""

from __future__ import annotations

from shopctl.commands import delivery_lists, delivery_writes  # isort: skip
from shopctl.commands import delivery_paper  # isort: skip
from shopctl.commands.delivery_app import app

__all__ = ["app", "delivery_lists", "delivery_paper", "delivery_writes"]
